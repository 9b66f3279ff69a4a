"""Uploads over HTTP: ``POST /submissions/{register}`` with a file as its body.

Who may submit to the register is decided before anything is read. The body goes to a draft as it comes and is never
held; whatever is wrong is answered in the form in which GraphQL answers it, and nothing stays of it.
"""

import asyncio
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import PurePosixPath

import msgspec
from python_multipart.multipart import parse_options_header
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from graphql_schema.body import Body
from graphql_schema.form import FormFile
from graphql_schema.http import refusal, respond
from graphql_schema.request import purpose
from graphql_schema.services import Services
from graphql_schema.surroundings import check_register
from hub import telemetry
from hub.access import Viewer
from hub.errors import InvalidArgument, MethodNotAllowed, UnsupportedUpload, UploadTooLarge
from hub.intake.delivery import check_name, said
from hub.intake.upload import Draft, Order
from hub.settings import Settings

FORM = "multipart/form-data"
GZIP = ".gz"
EXTENSIONS: Mapping[str, str] = {
    "text/csv": ".csv",
    "application/x-ndjson": ".ndjson",
    "application/jsonl": ".jsonl",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.dbf": ".dbf",
    "application/gzip": GZIP,
    "application/x-gzip": GZIP,
    "application/zip": ".zip",
}
"""What the file of each content type ends in, where no name is given."""
ARGUMENTS = ("record", "statedOn", "unit", "reason", "snapshot", "acceptRemovals")
NO_TIME = "it is no day as 2025-01-31, and no time as 2025-01-31T09:30"
MOST_DIGITS = 10
_EXTENSION = re.compile(r"\.[a-z0-9]{1,10}(\.gz)?", re.ASCII)


class UploadEndpoint:
    """The ASGI application that takes uploads."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request, body = Request(scope), Body(receive)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.body" and not body.has_ended:
                await send({**message, "more_body": True})
                await body.read_away()
                message = {"type": "http.response.body"}
            await send(message)

        with telemetry.request("upload.request"):
            response = await _answer(request, body)
            telemetry.count_request("answered" if response.status_code < 400 else "refused")
            if not body.has_ended:
                response.headers["Connection"] = "close"
            await response(scope, receive, sending)


async def _answer(request: Request, body: Body) -> Response:
    try:
        if request.method != "POST":
            raise MethodNotAllowed(allowed="POST")
        return await _take(request, body)
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - nothing internal may leave
        return refusal(error)


async def _take(request: Request, body: Body) -> Response:
    """Receive one file and have it taken in: 200 once it is in, 202 where that is promised."""
    services: Services = request.app.state.services
    admitted = await services.gate.admit(request.headers.get("authorization"), purpose(request))
    register = request.path_params["register"]
    check_register(services.model, admitted.viewer, register)
    order = _order(request, register, admitted.viewer)
    if int(request.headers.get("content-length", 0)) > services.settings.max_upload_bytes:
        raise UploadTooLarge(limit=services.settings.max_upload_bytes)
    with services.uploads.receiving() as draft:
        if order.extension:
            await _receive(body, draft, services.settings)
        else:
            name, layout = await _receive_form(request, body, draft, services.settings)
            order = msgspec.structs.replace(order, extension=_extension_of(name), layout=layout)
        receipts = await draft.take(order)
    status = 200 if all(receipt.finished for receipt in receipts) else 202
    return respond({"submissions": receipts}, status)


async def _receive(body: Body, draft: Draft, settings: Settings) -> None:
    async for piece in body.pieces(settings.max_upload_bytes, settings.upload_patience):
        draft.write(piece)


async def _receive_form(request: Request, body: Body, draft: Draft, settings: Settings) -> tuple[str, bytes | None]:
    """Receive the file of a form; gives its name, and the layout that came with it."""
    form = FormFile(request.headers["content-type"], draft.write)
    async for piece in body.pieces(settings.max_upload_bytes, settings.upload_patience):
        form.feed(piece)
    return form.close(), form.layout


def _order(request: Request, register: str, viewer: Viewer) -> Order:
    """What the address and the headers say; the extension is empty where a form is to name its file."""
    given = request.query_params
    if strange := next((name for name in given if name not in ARGUMENTS), None):
        raise InvalidArgument(name=strange[:40], problem=f"there is none but {', '.join(ARGUMENTS)}")
    key, stated = request.headers.get("idempotency-key"), given.get("statedOn")
    check_name("Idempotency-Key", "-" if key is None else key)
    check_name("unit", given.get("unit") or "-")
    check_name("reason", given.get("reason", "-"))
    return Order(
        register=register,
        sender=viewer.officer,
        department=viewer.department,
        extension=_extension(request),
        record=given.get("record"),
        stated_on=_day(stated),
        stated_at=_instant(stated),
        source_unit=given.get("unit", ""),
        reason=given.get("reason"),
        snapshot=_truth(given.get("snapshot", "false")),
        accepted_removals=_number(given.get("acceptRemovals")),
        key=key,
    )


def _day(text: str | None) -> date | None:
    if text is None or "T" in text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidArgument(name="statedOn", problem=NO_TIME) from None
    said("statedOn", datetime.combine(day, time()))
    return day


def _instant(text: str | None) -> datetime | None:
    if text is None or "T" not in text:
        return None
    try:
        return said("statedOn", datetime.fromisoformat(text))
    except ValueError:
        raise InvalidArgument(name="statedOn", problem=NO_TIME) from None


def _truth(text: str) -> bool:
    if text not in {"true", "false"}:
        raise InvalidArgument(name="snapshot", problem="it is neither true nor false")
    return text == "true"


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < MOST_DIGITS):
        raise InvalidArgument(name="acceptRemovals", problem="it is no number of records")
    return int(text)


def _extension(request: Request) -> str:
    """What the body would end in as a file: as its name says, else its content type; empty for a form."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if media_type == FORM and encoding == "identity":
        return ""
    _, told = parse_options_header(request.headers.get("content-disposition"))
    name = told.get(b"filename", b"").decode("utf-8", "replace")
    extension = _extension_of(name) if name else EXTENSIONS.get(media_type)
    if extension is None or encoding not in {"identity", "gzip"}:
        raise UnsupportedUpload
    return extension if encoding == "identity" or extension.endswith(GZIP) else extension + GZIP


def _extension_of(name: str) -> str:
    """What a file name ends in: of a packed file also what it ended in before; of the name no more is kept."""
    suffixes = PurePosixPath(name.lower().replace("\\", "/")).suffixes
    extension = "".join(suffixes[-2:] if suffixes[-1:] == [GZIP] else suffixes[-1:])
    if not _EXTENSION.fullmatch(extension):
        raise UnsupportedUpload
    return extension
