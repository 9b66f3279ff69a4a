"""Exports as their agency sees them: order one, see how far it is, cancel it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import strawberry

from graphql_schema.as_of import AsOfInput, MomentOf
from graphql_schema.enums import EntityKind, ExportFormat, ExportState
from graphql_schema.global_id import parse_id
from graphql_schema.making import context_of, raw_info
from graphql_schema.wanted import check_order
from hub import exports
from hub.desk import moment_of_many
from hub.errors import HubError, InvalidArgument, UnknownExport, all_errors
from hub.exports import Export, Order
from hub.exports.keeping import LONGEST_KEY, check_length

HINTS = {error.code: error.hint for error in all_errors()}


@strawberry.type(description="How far an export is · 进度.")
class ExportProgress:
    """How far an export is."""

    done: int = strawberry.field(description="Keys that are answered.")
    total: int = strawberry.field(description="Keys that it is about.")


@strawberry.type(description="The file of an export · 导出文件.")
class ExportFile:
    """The file of an export."""

    path: str = strawberry.field(description="Where the hub gives it: `GET`, with token and purpose as for a query.")
    size: float = strawberry.field(description="How many bytes it has.")
    digest: str = strawberry.field(description="SHA-256 of it, in hexadecimal.")


@strawberry.type(description="Why an export failed · 失败原因.")
class ExportFailure:
    """Why an export failed."""

    code: str = strawberry.field(description="The code of the error, from the closed list of errors.")
    message: str = strawberry.field(description="What is wrong.")
    hint: str = strawberry.field(description="What to do about it.")


@strawberry.type(name="Export", description="Items of many entities, answered into a file · 批量导出.")
class ExportType:
    """Items of many entities, answered into a file."""

    id: strawberry.ID = strawberry.field(description="Names the export.")
    kind: EntityKind = strawberry.field(description="The kind of entity it is about.")
    items: list[str] = strawberry.field(description="The items asked for.")
    provenance: bool = strawberry.field(description="Whether each value comes with its source.")
    format: ExportFormat = strawberry.field(description="What its file is.")
    as_of: MomentOf | None = strawberry.field(description="The moment it is about, if one was given.")
    purpose: str = strawberry.field(description="The purpose that it was ordered for.")
    state: ExportState = strawberry.field(description="Where it stands.")
    progress: ExportProgress = strawberry.field(description="How far it is.")
    rows: int = strawberry.field(description="Rows that show somebody; the others say that nobody was found.")
    denied: list[str] = strawberry.field(
        description="Items that are not given: null in every row, with the reason. `me { withheld }` tells more."
    )
    file: ExportFile | None = strawberry.field(description="The file, while it can be fetched.")
    ordered_at: datetime = strawberry.field(description="When it was ordered.")
    expires_at: datetime = strawberry.field(description="When its file is destroyed, or its list waited for no longer.")
    failure: ExportFailure | None = strawberry.field(description="Why it failed, if it did.")


@strawberry.input(description="What is to be exported.")
class ExportInput:
    """What is to be exported."""

    kind: EntityKind = strawberry.field(description="The kind of entity.")
    items: list[str] = strawberry.field(
        description="The items by their paths in the schema, as `name`, `household.townOrSubdistrict` or "
        "`socialInsurances` for all of a record."
    )
    keys: list[str] | None = strawberry.field(
        default=None,
        description="ID numbers or credit codes, however they are spelt, or ids of the hub. Without it the export "
        "waits for its list: `PUT /exports/{id}/keys`.",
    )
    format: ExportFormat = strawberry.field(default=ExportFormat.NDJSON, description="What the file is to be.")
    provenance: bool = strawberry.field(default=False, description="Whether each value is to come with its source.")
    as_of: AsOfInput | None = strawberry.field(
        default=None, description="The moment asked about; if not given, each row tells what holds when it is made."
    )


Given = Annotated[ExportInput, strawberry.argument(description="What is wanted, of whom.")]
Named = Annotated[strawberry.ID, strawberry.argument(description="The export's id.")]


async def export_entities(info: strawberry.Info, input: Given) -> ExportType:  # noqa: A002 - its name in the schema
    """Order an export."""
    context = context_of(info)
    keys = clean_keys(input.keys or ())
    check_length(len(keys), context.settings)
    moment = await moment_of_many(context.desk, input.as_of.asked()) if input.as_of else None
    order = Order(
        kind=input.kind,
        items=tuple(dict.fromkeys(input.items)),
        provenance=input.provenance,
        format=input.format,
        valid_on=moment.valid_on if moment else None,
        known_at=moment.known_at if moment else None,
    )
    check_order(raw_info(info).schema, context.model, order, context.settings)
    ordered = await exports.order(context.desk, context.settings, context.viewer, order)
    if input.keys is not None:
        try:
            ordered = await exports.give_list(context.desk, context.settings, context.viewer, ordered.export_id, keys)
        except HubError:
            await exports.cancel(context.desk, context.viewer, ordered.export_id)
            raise
    return shown(ordered)


async def cancel_export(info: strawberry.Info, id: Named) -> ExportType:  # noqa: A002 - its name in the schema
    """End an export, and destroy its file."""
    context = context_of(info)
    return shown(await exports.cancel(context.desk, context.viewer, parse_id(id, UnknownExport(id=id))))


async def export_asked(info: strawberry.Info, id: Named) -> ExportType:  # noqa: A002 - its name in the schema
    """One of the viewer's exports."""
    context = context_of(info)
    return shown(await exports.own(context.desk, context.viewer, parse_id(id, UnknownExport(id=id))))


async def exports_asked(info: strawberry.Info) -> list[ExportType]:
    """The viewer's latest exports."""
    context = context_of(info)
    found = await exports.exports_of(context.desk, context.viewer)
    context.spend(raw_info(info), len(found))
    return [shown(export) for export in found]


def clean_keys(given: Iterable[str]) -> list[str]:
    """Keys without blanks around them; raises for what can be none."""
    keys = [key.strip() for key in given]
    if place := next((place for place, key in enumerate(keys, 1) if not key or len(key) > LONGEST_KEY), None):
        raise InvalidArgument(name="keys", problem=f"key {place} is empty or longer than {LONGEST_KEY} characters")
    return keys


def shown(export: Export) -> ExportType:
    """An export as its agency sees it."""
    order, failure = export.order, export.failure
    return ExportType(
        id=strawberry.ID(str(export.export_id)),
        kind=order.kind,
        items=list(order.items),
        provenance=order.provenance,
        format=order.format,
        as_of=MomentOf(valid_on=order.valid_on, known_at=order.known_at) if order.valid_on and order.known_at else None,
        purpose=export.viewer.purpose,
        state=export.state,
        progress=ExportProgress(done=export.done, total=export.total),
        rows=export.found,
        denied=list(export.denied),
        file=_file(export),
        ordered_at=export.ordered_at,
        expires_at=export.expires_at,
        failure=ExportFailure(code=failure.code, message=failure.message, hint=HINTS[failure.code])
        if failure
        else None,
    )


def _file(export: Export) -> ExportFile | None:
    if export.state is not ExportState.READY or export.digest is None:
        return None
    return ExportFile(path=f"/exports/{export.export_id}", size=export.size, digest=export.digest.hex())


EXPORT_QUESTIONS: dict[str, Any] = {
    "export": strawberry.field(resolver=export_asked, description="An export of your agency, by its id · 导出."),
    "exports": strawberry.field(
        resolver=exports_asked, description="The latest exports of your agency, the latest first · 本机构的导出."
    ),
}
