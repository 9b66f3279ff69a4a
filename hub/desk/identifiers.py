"""Give the identifiers of entities: those they bear, and those they have borne.

Takes entities that were answered already; gives their numbers, each scheme only where all the items that bear it are
given, after the reading is logged.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from hub import telemetry
from hub.access import Viewer, decide
from hub.catalog import EntityKind
from hub.clock import now, shanghai_date
from hub.desk.desk import Desk
from hub.desk.entry import entry_of
from hub.identifiers.schemes import SOLE, Scheme
from hub.identifiers.standing import Status, status_on
from hub.store import reading
from hub.timeline import Moment


@dataclass(frozen=True, slots=True)
class OwnIdentifier:
    """A number of an entity: since when it is known, since and until when it holds, and what took its place.

    It has no ``value`` where that was shredded.
    """

    scheme: Scheme
    value: str | None
    status: Status
    valid_from: date | None
    valid_to: date | None
    known_from: datetime
    known_to: datetime | None
    replaced_by: str | None


async def identifiers(
    desk: Desk, viewer: Viewer, kind: EntityKind, entity_ids: Collection[UUID], moment: Moment, *, history: bool
) -> dict[UUID, list[OwnIdentifier]] | None:
    """The numbers of entities of ``kind`` that ``viewer`` is given, by age; those of then only, unless ``history``.

    None where no scheme is given.
    """
    bearers, began_at = desk.model.bearers[kind], now()
    with telemetry.span("desk.identifiers", entities=len(entity_ids)):
        async with desk.database.connection() as connection:
            access = await desk.access(connection, viewer)
            decision = decide(access, kind, set().union(*bearers.values()))
            schemes = [scheme for scheme, items in bearers.items() if items <= decision.clear]
            rows = await reading.identifiers_of(connection, entity_ids, schemes, moment) if schemes else []
        shown = entity_ids if schemes else ()
        await desk.log.keep(entry_of(viewer, "identifiers", decision, began_at, shown, moment))
    found: dict[UUID, list[OwnIdentifier]] = {entity_id: [] for entity_id in entity_ids}
    for entity_id in found:
        suspended = access.suspended(kind, entity_id)
        shown_rows = (row for row in rows if row["entity_id"] == entity_id)
        told = [row for row in shown_rows if bearers[row["scheme"]].isdisjoint(suspended)]
        own = _opened(desk, told, moment.valid_on)
        found[entity_id] = [one for one in own if history or _is_borne(one, moment.valid_on)]
    return found if schemes else None


def _is_borne(own: OwnIdentifier, day: date) -> bool:
    """Whether a number is the entity's on a day: neither lost by then nor still to take another's place."""
    return own.status is Status.CURRENT and (own.valid_from is None or own.valid_from <= day)


def _opened(desk: Desk, rows: Sequence[asyncpg.Record], day: date) -> list[OwnIdentifier]:
    """The numbers of one entity, each with the one that took its place and the day on which it took another's.

    Of a scheme of which an entity bears one number, its own takes the place of that of an entity linked into it.
    """
    values = {
        row["lookup"]: desk.open(row["key_id"], row["value_encrypted"], row["identifier_id"], row["bearer_id"])
        for row in rows
    }
    since = {row["replaced_by"]: row["valid_to"] for row in rows if row["replaced_by"]}
    own = {row["scheme"]: row["lookup"] for row in rows if row["linked_at"] is None and _is_open(row)}
    found = []
    for row in rows:
        valid_to, by = row["valid_to"], row["replaced_by"]
        if row["linked_at"] and row["scheme"] in SOLE & own.keys() and _is_open(row):
            valid_to, by = shanghai_date(row["linked_at"]), own[row["scheme"]]
        found.append(
            OwnIdentifier(
                scheme=Scheme(row["scheme"]),
                value=values[row["lookup"]],
                status=status_on(day, valid_to, row["known_to"]),
                valid_from=since.get(row["lookup"]),
                valid_to=valid_to,
                known_from=row["known_from"],
                known_to=row["known_to"],
                replaced_by=values.get(by),
            )
        )
    return found


def _is_open(row: asyncpg.Record) -> bool:
    """Whether nothing has ended that the entity bears a number."""
    return row["valid_to"] is None and row["known_to"] is None
