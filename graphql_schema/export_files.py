"""Exports over HTTP: ``PUT /exports/{id}/keys`` takes the list of one, ``GET /exports/{id}`` gives its file.

A list is text, one key a line. A file is streamed part by part, from any byte on, with its digest; whoever fetches it
is let in and judged like who asks a query. Whatever is wrong is answered in the form in which GraphQL answers it.
"""

import re
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from graphql_schema.body import Body
from graphql_schema.exports import clean_keys
from graphql_schema.global_id import parse_id
from graphql_schema.http import HEADERS, refusal, respond
from graphql_schema.request import purpose
from graphql_schema.services import Services
from hub import exports, telemetry
from hub.errors import InvalidArgument, UnknownExport
from hub.exports import Export, ExportFormat
from hub.exports.file import content_of, pieces
from hub.exports.keeping import LONGEST_KEY, check_length

MEDIA_TYPES: Mapping[ExportFormat, str] = {
    ExportFormat.NDJSON: "application/x-ndjson",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
}
_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))", re.ASCII)


async def take_keys(request: Request) -> Response:
    """Take the list of an export."""
    try:
        with telemetry.request("export.keys"):
            return await _taken(request)
    except Exception as error:  # noqa: BLE001 - nothing internal may leave
        return refusal(error)


async def give_file(request: Request) -> Response:
    """Give the file of an export, or the part of it that is asked for."""
    try:
        with telemetry.request("export.file"):
            return await _given(request)
    except Exception as error:  # noqa: BLE001
        return refusal(error)


async def _taken(request: Request) -> Response:
    services: Services = request.app.state.services
    admitted = await services.gate.admit(request.headers.get("authorization"), purpose(request))
    export_id = parse_id(given := request.path_params["id"], UnknownExport(id=given))
    settings = services.settings
    limit = (settings.max_export_keys + 1) * (LONGEST_KEY + 2)
    content = bytearray()
    async for piece in Body(request.receive).pieces(limit, settings.upload_patience):
        content += piece
    keys = _lines(bytes(content))
    check_length(len(keys), settings)
    export = await exports.give_list(services.desk, settings, admitted.viewer, export_id, clean_keys(keys))
    return respond({"id": str(export.export_id), "state": export.state, "total": export.total}, 202)


def _lines(content: bytes) -> list[str]:
    """The lines of a list, but for blank ones."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidArgument(name="keys", problem="the list is not UTF-8") from None
    return [line for line in text.splitlines() if line.strip()]


async def _given(request: Request) -> Response:
    services: Services = request.app.state.services
    admitted = await services.gate.admit(request.headers.get("authorization"), purpose(request))
    export_id = parse_id(given := request.path_params["id"], UnknownExport(id=given))
    export = await exports.fetched(services.desk, admitted.viewer, export_id)
    headers = _headers(export)
    wanted = _range(request, export, headers["ETag"])
    if wanted is None:
        return _streamed(services, export, 0, export.size, headers, 200)
    first, end = wanted
    if first >= end:
        headers = {"Content-Range": f"bytes */{export.size}"}
        return respond({"errors": []}, 416, headers=headers)
    headers["Content-Range"] = f"bytes {first}-{end - 1}/{export.size}"
    return _streamed(services, export, first, end, headers, 206)


def _streamed(
    services: Services, export: Export, first: int, end: int, headers: Mapping[str, str], status: int
) -> Response:
    async def content() -> AsyncIterator[bytes]:
        async for piece in pieces(services.desk, export.export_id, content_of(export), first, end):
            yield piece

    told = {**headers, "Content-Length": str(end - first)}
    return StreamingResponse(content(), status, told, MEDIA_TYPES[export.order.format])


def _headers(export: Export) -> dict[str, str]:
    """What is told of a file besides its bytes."""
    digest = export.digest or b""
    return {
        **HEADERS,
        "Accept-Ranges": "bytes",
        "ETag": f'"{digest.hex()}"',
        "Repr-Digest": f"sha-256=:{b64encode(digest).decode()}:",
        "Content-Disposition": f'attachment; filename="{export.export_id}.{export.order.format.lower()}"',
    }


def _range(request: Request, export: Export, tag: str) -> tuple[int, int] | None:
    """The bytes asked for, from one to before another; None for the whole file, as where it is another one by now."""
    match = _RANGE.fullmatch(request.headers.get("range", ""))
    if match is None or request.headers.get("if-range", tag) != tag:
        return None
    first, last, final = match.groups()
    if final is not None:
        return max(export.size - int(final), 0), export.size
    return int(first), min(int(last) + 1, export.size) if last else export.size
