"""Tell who looked at whose data: auditors by officer, agency, period and subject, everybody of themselves.

Takes a viewer and what is sought; gives entries of the access log, after this reading is in it too. An entry holds
names of items and ids of entities, and no value. Data subjects are told which agency it was, and not which officer.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from hub import telemetry
from hub.access import Decision, Viewer, may_audit, may_see_own_accesses
from hub.catalog import EntityKind
from hub.clock import now
from hub.desk.cursors import access_cursor, access_place
from hub.desk.desk import Desk
from hub.desk.entry import entry_of
from hub.errors import FieldNotGranted
from hub.store import accesses as store
from hub.store.accesses import LATEST, AccessPlace, WantedAccesses
from hub.store.pool import Connection

ACCESS_LOG = "accessLog"
_ASKED, _NONE = frozenset({ACCESS_LOG}), frozenset[str]()


@dataclass(frozen=True, slots=True)
class Access:
    """An entry of the access log, with the subjects of which the hub still tells."""

    cursor: str
    began_at: datetime
    at: datetime
    agency: str
    officer: str | None
    roles: Sequence[str]
    purpose: str
    grants: Sequence[str]
    operation: str
    document: str
    items: Sequence[str]
    denied: Sequence[str]
    outcome: str
    trace_id: str
    valid_on: date | None
    known_at: datetime | None
    shown: int
    subjects: Sequence[tuple[EntityKind, UUID]]


async def accesses(
    desk: Desk, viewer: Viewer, wanted: WantedAccesses, subject: UUID | None, after: str | None, first: int
) -> tuple[list[Access], bool]:
    """Up to ``first`` entries after a cursor, the latest first, and whether there are more.

    With a ``subject`` those that show it or an entity that was linked into it; a data subject sees those that show
    themselves, whatever they ask. To anybody else but auditors raises ``FieldNotGranted``.
    """
    began_at, is_own = now(), may_see_own_accesses(viewer)
    granted = is_own or may_audit(viewer)
    place = LATEST if after is None else access_place(desk.vault, after)
    with telemetry.span("desk.accesses", first=first):
        async with desk.database.connection() as connection:
            about = await _about(connection, desk, viewer, subject) if granted else ()
            rows = await store.accesses(connection, wanted, about, place, first + 1) if granted else []
            kinds = await store.kinds(connection, {one for row in rows[:first] for one in row["entity_ids"]})
        decision = Decision(_ASKED, _NONE) if granted else Decision(_NONE, _ASKED)
        await desk.log.keep(entry_of(viewer, "access log", decision, began_at, about or ()))
    if not granted:
        raise FieldNotGranted(item=ACCESS_LOG)
    told = {entity_id: kind for entity_id, kind in kinds.items() if not is_own or entity_id in (about or ())}
    return [_access(desk, row, told, is_own=is_own) for row in rows[:first]], len(rows) > first


async def _about(connection: Connection, desk: Desk, viewer: Viewer, subject: UUID | None) -> Collection[UUID] | None:
    """Whom entries have to show; None where that is anybody."""
    index = desk.vault.index
    if own := desk.own_key(viewer):
        return await store.subjects(connection, index, own.lookup, own.entity_id)
    return await store.subjects(connection, index, None, subject) if subject else None


def _access(desk: Desk, row: asyncpg.Record, kinds: Mapping[UUID, str], *, is_own: bool) -> Access:
    """An entry as it is told, with those of its subjects of whom ``kinds`` tells."""
    place = AccessPlace(row["at"], row["writer"], row["position"])
    told = {name: row[name] for name in Access.__slots__ if name not in ("cursor", "officer", "shown", "subjects")}
    return Access(
        **told,
        cursor=access_cursor(desk.vault, place),
        officer=None if is_own else row["officer"],
        shown=len(row["entity_ids"]),
        subjects=[(EntityKind(kinds[one]), one) for one in row["entity_ids"] if one in kinds],
    )
