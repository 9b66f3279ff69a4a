"""Show discrepancies: those that stand on an entity, and those that a department has to settle.

Takes a viewer; gives discrepancies, which hold no value, after the reading is logged. On an entity a viewer sees those
of items and records that it is given, and those that are its own to settle; which records of others one of its own
rests on it sees where it is given them. The platform office sees all of them, and nobody's records through them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from hub import telemetry
from hub.access import Decision, Role, Viewer, decide
from hub.catalog import REFERRED, EntityKind, Model
from hub.clock import now
from hub.desk.cursors import DISCREPANCIES, id_at, id_cursor
from hub.desk.desk import Desk
from hub.desk.entry import entry_of
from hub.errors import FieldNotGranted
from hub.stewardship.discrepancy import RecordName
from hub.store import discrepancies as store
from hub.store.pool import Connection

_records = msgspec.json.Decoder(tuple[RecordName, ...])
Items = frozenset[tuple[EntityKind, str]]
"""Items and record types, each of a kind of entity."""


@dataclass(frozen=True, slots=True)
class FoundDiscrepancy:
    """A discrepancy as its viewer may see it: ``records`` are those that the viewer may know of."""

    discrepancy_id: UUID
    entity_id: UUID
    kind: EntityKind
    check: str
    item: str
    department: str
    records: tuple[RecordName, ...]
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which discrepancies are asked for; what is None excludes none."""

    department: str | None = None
    item: str | None = None
    is_open: bool | None = True


async def discrepancies_of(
    desk: Desk, viewer: Viewer, entity_ids: Collection[UUID], known_at: datetime
) -> dict[UUID, list[FoundDiscrepancy]]:
    """What stood open of each of the entities as was known at an instant, as far as ``viewer`` may see it."""
    with telemetry.span("desk.discrepancies_of", entities=len(entity_ids)):
        async with desk.database.connection() as connection:
            rows = [_found(row) for row in await store.of_entities(connection, entity_ids, known_at)]
            given = await _given(connection, desk, viewer, rows)
            shown = [one for one in rows if _is_own(viewer, one) or _needed(desk.model, one) <= given]
        await _log(desk, viewer, shown, [one.item for one in rows if one not in shown])
    found: dict[UUID, list[FoundDiscrepancy]] = {entity_id: [] for entity_id in entity_ids}
    for one in shown:
        found[one.entity_id].append(_shown(one, given))
    return found


async def discrepancies(
    desk: Desk, viewer: Viewer, wanted: Wanted, after: str | None, first: int
) -> tuple[list[FoundDiscrepancy], bool]:
    """Up to ``first`` discrepancies after a cursor, in the order in which they were found, and whether there are more.

    A department sees those that it has to settle, the platform office all; to others raises ``FieldNotGranted``.
    """
    sees_all = Role.INFORMATION_MANAGER in viewer.roles
    of_department = wanted.department if sees_all else viewer.reports_for
    allowed = sees_all or (of_department is not None and wanted.department in (None, of_department))
    place = None if after is None else id_at(desk.vault, DISCREPANCIES, after)
    with telemetry.span("desk.discrepancies", first=first):
        async with desk.database.connection() as connection:
            rows = await _page(connection, wanted, of_department, place, first) if allowed else []
            given = await _given(connection, desk, viewer, rows)
        await _log(desk, viewer, rows[:first], [] if allowed else ["discrepancies"])
    if not allowed:
        raise FieldNotGranted(item="discrepancies")
    if sees_all:
        return rows[:first], len(rows) > first
    return [_shown(one, given) for one in rows[:first]], len(rows) > first


def cursor_of(desk: Desk, found: FoundDiscrepancy) -> str:
    """Where to go on after a discrepancy."""
    return id_cursor(desk.vault, DISCREPANCIES, found.discrepancy_id)


async def _page(
    connection: Connection, wanted: Wanted, department: str | None, after: UUID | None, first: int
) -> list[FoundDiscrepancy]:
    rows = await store.page(
        connection, after=after, department=department, item=wanted.item, is_open=wanted.is_open, limit=first + 1
    )
    return [_found(row) for row in rows]


def _found(row: asyncpg.Record) -> FoundDiscrepancy:
    return FoundDiscrepancy(
        discrepancy_id=row["discrepancy_id"],
        entity_id=row["entity_id"],
        kind=EntityKind(row["kind"]),
        check=row["cross_check"],
        item=row["item"],
        department=row["department"],
        records=_records.decode(row["records"]),
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
    )


def _is_own(viewer: Viewer, found: FoundDiscrepancy) -> bool:
    return viewer.reports_for == found.department


def _needed(model: Model, found: FoundDiscrepancy) -> Items:
    """What a viewer must be given to see a discrepancy: its item, its records, and what was read of other entities."""
    own = {(found.kind, found.item), *((found.kind, record.record_type) for record in found.records)}
    check = model.cross_checks.get(found.check)
    places = [place for place in check.references if place.record_type == found.item.partition(".")[0]] if check else []
    for place in places:
        item = model.records[place.record_type].items[place.path.partition(".")[2]]
        kind = REFERRED[item.type]
        own.add((kind, model.governed(kind, place.fact) or place.fact))
    return frozenset(own)


async def _given(connection: Connection, desk: Desk, viewer: Viewer, found: Iterable[FoundDiscrepancy]) -> Items:
    """What ``viewer`` is given of all that these discrepancies need."""
    access = await desk.access(connection, viewer)
    needed = frozenset[tuple[EntityKind, str]]().union(*(_needed(desk.model, one) for one in found))
    return frozenset(
        (kind, item)
        for kind in EntityKind
        for item in decide(access, kind, [name for of, name in needed if of is kind]).given
    )


def _shown(found: FoundDiscrepancy, given: Items) -> FoundDiscrepancy:
    """The discrepancy with those of its records of whose type something is given."""
    records = tuple(record for record in found.records if (found.kind, record.record_type) in given)
    return replace(found, records=records)


async def _log(desk: Desk, viewer: Viewer, shown: Sequence[FoundDiscrepancy], denied: Iterable[str]) -> None:
    decision = Decision(frozenset(one.item for one in shown), frozenset(denied))
    await desk.log.keep(entry_of(viewer, "discrepancies", decision, now(), {one.entity_id for one in shown}))
