"""What an agency may do with its own exports: order one, list its keys, see how far it is, end it, fetch its file.

Takes a viewer; knows no export of another agency. Never answers a key itself.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import islice
from uuid import UUID

import msgspec

from hub.access import Decision, Viewer, decide, extent_of, refusal
from hub.catalog import EntityKind
from hub.clock import now
from hub.desk import Desk
from hub.desk.entry import entry_of
from hub.errors import (
    BudgetExhausted,
    ExportAccessEnded,
    ExportListed,
    ExportNotReady,
    ExportTooLarge,
    TooManyExports,
    UnknownExport,
)
from hub.exports.export import Export, ExportState, Order, export_of
from hub.identifiers.entity_id import new_id
from hub.settings import Settings
from hub.store import exports
from hub.store.exports import KEYS, NewExport, SealedPart
from hub.vault.parts import PartCipher, new_part_key
from hub.vault.suites import Suite

CHUNK = 200
"""Keys that are answered together, and rows that a part holds."""
LONGEST_KEY = 64
MOST_SHOWN = 100
"""Exports that an agency is shown, the latest."""
SECONDS_OF_A_DAY = 86_400


async def order(desk: Desk, settings: Settings, viewer: Viewer, wanted: Order) -> Export:
    """Order an export, whose list is still to come; raises where nothing of it is given."""
    decision = await decided(desk, viewer, wanted)
    await desk.log.keep(entry_of(viewer, "order export", decision, now()))
    if not decision.readable:
        raise refusal(await desk.access_lately(viewer), wanted.kind, wanted.items[0] if decision.areas else None)
    export_id = new_id(now())
    key_id, sealed = desk.vault.seal(new_part_key(Suite(settings.vault_suite)), export_id.bytes)
    new = _new(export_id, viewer, wanted, decision, timedelta(seconds=settings.export_lifetime))
    async with desk.database.connection() as connection:
        if not await exports.create(connection, new, settings.max_exports, key_id, sealed):
            raise TooManyExports(limit=settings.max_exports)
    return await own(desk, viewer, export_id)


async def give_list(desk: Desk, settings: Settings, viewer: Viewer, export_id: UUID, keys: Sequence[str]) -> Export:
    """Give an export the keys that it is about, once, and so have it wait for its turn."""
    export = await own(desk, viewer, export_id)
    if export.state is not ExportState.LISTING:
        raise ExportListed(id=export_id)
    check_length(len(keys), settings)
    cipher = await cipher_of(desk, export_id)
    parts = [sealed_keys(cipher, place, chunk) for place, chunk in enumerate(_chunks(keys))]
    async with desk.database.transaction() as connection:
        if export.order.kind is EntityKind.NATURAL_PERSON:
            limit = settings.max_exported_persons
            if await exports.exported_lately(connection, viewer.agency) + len(keys) > limit:
                raise BudgetExhausted(thing="persons exported", limit=limit, seconds=SECONDS_OF_A_DAY)
        await exports.put_parts(connection, export_id, KEYS, parts)
        if not await exports.complete_list(connection, export_id, len(keys)):
            raise ExportListed(id=export_id)
    return await own(desk, viewer, export_id)


def check_length(keys: int, settings: Settings) -> None:
    """Raise unless an export may be about so many keys."""
    if keys > settings.max_export_keys:
        raise ExportTooLarge(limit=settings.max_export_keys, things="keys")


async def exports_of(desk: Desk, viewer: Viewer) -> list[Export]:
    """The latest exports of the viewer's agency, the latest first."""
    async with desk.database.connection() as connection:
        rows = await exports.exports_of(connection, viewer.agency, MOST_SHOWN)
    return [export_of(row) for row in rows]


async def own(desk: Desk, viewer: Viewer, export_id: UUID) -> Export:
    """An export of the viewer's agency."""
    async with desk.database.connection() as connection:
        rows = await exports.exports_of(connection, viewer.agency, 1, export_id)
    if not rows:
        raise UnknownExport(id=export_id)
    return export_of(rows[0])


async def cancel(desk: Desk, viewer: Viewer, export_id: UUID) -> Export:
    """End an export, and destroy what there is of its file; one that has ended stays as it is."""
    await own(desk, viewer, export_id)
    async with desk.database.connection() as connection:
        await exports.end(connection, export_id, ExportState.CANCELLED)
    return await own(desk, viewer, export_id)


async def fetched(desk: Desk, viewer: Viewer, export_id: UUID) -> Export:
    """An export whose file may leave now to who asks: they are given all that it was made by. It is logged."""
    export = await own(desk, viewer, export_id)
    if export.state is not ExportState.READY:
        raise ExportNotReady(id=export_id, state=export.state)
    decision = await decided(desk, viewer, export.order)
    await desk.log.keep(entry_of(viewer, "fetch export", decision, now()))
    if not export.extent.still_given(extent_of(decision)):
        raise ExportAccessEnded
    return export


async def decided(desk: Desk, viewer: Viewer, wanted: Order) -> Decision:
    """What of the items of an order a viewer is given now."""
    leaves = (desk.model.leaf(wanted.kind, item) or item for item in wanted.items)
    async with desk.database.connection() as connection:
        return decide(await desk.access(connection, viewer), wanted.kind, leaves)


async def cipher_of(desk: Desk, export_id: UUID) -> PartCipher:
    """What the parts of an export are sealed with; raises where that was destroyed."""
    async with desk.database.connection() as connection:
        found = await exports.sealed_key(connection, export_id)
    if found is None:
        raise UnknownExport(id=export_id)
    return PartCipher(desk.vault.open(*found, export_id.bytes))


def name_of_part(content: str, place: int) -> str:
    """What a part is sealed for."""
    return f"{content} {place}"


def sealed_keys(cipher: PartCipher, place: int, keys: Sequence[str]) -> SealedPart:
    """A part of a list."""
    plain = msgspec.json.encode(keys)
    return SealedPart(cipher.seal(name_of_part(KEYS, place), plain), len(plain))


def _chunks(keys: Iterable[str]) -> Iterable[list[str]]:
    left = iter(keys)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


def _new(export_id: UUID, viewer: Viewer, wanted: Order, decision: Decision, lasts: timedelta) -> NewExport:
    return NewExport(
        export_id=export_id,
        agency=viewer.agency,
        officer=viewer.officer,
        role=viewer.named_roles,
        department=viewer.department,
        divisions=viewer.divisions,
        purpose=viewer.purpose,
        kind=wanted.kind,
        items=wanted.items,
        provenance=wanted.provenance,
        format=wanted.format,
        valid_on=wanted.valid_on,
        known_at=wanted.known_at,
        extent=msgspec.json.encode(extent_of(decision)).decode(),
        denied=tuple(sorted(decision.denied)),
        lasts=lasts,
    )
