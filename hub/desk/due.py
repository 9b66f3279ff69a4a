"""Tell which version an entity has reached where a day has come that nobody has published yet.

Takes rows of views and a moment; gives versions as they will be published, so that an answer before that and one after
say the same. Never writes them: that is intake's.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

from hub.clock import shanghai_date
from hub.merge import View, changed_items
from hub.store.as_of import next_changes
from hub.store.pool import Connection
from hub.timeline import Moment, turned_at

A_DAY = timedelta(days=1)


Merger = Callable[[Iterable[UUID], Moment], Awaitable[dict[UUID, View]]]
"""Merges the views of entities at a moment."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an entity, and since when it is known."""

    number: int
    recorded_at: datetime


async def versions_reached(
    connection: Connection, merged: Merger, rows: Iterable[asyncpg.Record], moment: Moment
) -> dict[UUID, Version]:
    """The version of each row's entity at a moment, with those that valid time alone has brought until then."""
    rows = list(rows)
    today = moment.valid_on if moment.is_open else shanghai_date(moment.known_at)
    reached = {row["entity_id"]: Version(row["version"], row["recorded_at"]) for row in rows}
    due: dict[UUID, date] = {row["entity_id"]: row["due_on"] for row in rows if row["due_on"]}
    while days := [day for day in due.values() if day <= today]:
        day = min(days)
        turning = [entity_id for entity_id, due_on in due.items() if due_on == day]
        before = await merged(turning, Moment(day - A_DAY, moment.known_at))
        after = await merged(turning, Moment(day, moment.known_at))
        for entity_id in turning:
            if changed_items(before[entity_id], after[entity_id]):
                version = reached[entity_id]
                reached[entity_id] = Version(version.number + 1, turned_at(day, version.recorded_at))
        due = {entity_id: due[entity_id] for entity_id in due if entity_id not in turning}
        due |= await next_changes(connection, turning, Moment(day, moment.known_at))
    return reached
