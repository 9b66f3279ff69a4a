"""Tell which versions an entity has reached where days have come that nobody has published yet.

Takes rows of views and a moment; gives versions as they will be published, so that an answer before that and one after
say the same. Never writes them: that is intake's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from hub.catalog import Catalog, EntityKind, MergedItems
from hub.clock import shanghai_date
from hub.merge import View, changed_items, merge
from hub.store.as_of import next_changes, records_in_force
from hub.store.pool import Connection
from hub.timeline import Moment, earliest, turned_at

A_DAY = timedelta(days=1)
Row = asyncpg.Record | Mapping[str, Any]
"""A row of the database, or of what it will hold."""


@dataclass(frozen=True, slots=True)
class Merger:
    """Merges the views of entities of one kind, each by the catalog that it followed."""

    connection: Connection
    kind: EntityKind
    catalogs: Mapping[UUID, Catalog]

    async def views(self, entity_ids: Iterable[UUID], moment: Moment) -> dict[UUID, View]:
        """The views of entities at a moment."""
        in_force = await records_in_force(self.connection, entity_ids, moment)
        return {
            entity_id: merge(self.items(entity_id, moment.valid_on).values(), records)
            for entity_id, records in in_force.items()
        }

    async def next_changes(self, entity_ids: Iterable[UUID], moment: Moment) -> dict[UUID, date]:
        """The next day after a moment's on which valid time alone may change a view, where there is one."""
        entity_ids = list(entity_ids)
        changes = await next_changes(self.connection, entity_ids, moment)
        turns = {one: self.catalogs[one].next_turn(self.kind, moment.valid_on) for one in entity_ids}
        return {one: day for one in entity_ids if (day := earliest(changes.get(one), turns[one]))}

    def items(self, entity_id: UUID, day: date) -> MergedItems:
        """The items that an entity's view is merged by for a day."""
        return self.catalogs[entity_id].items(self.kind, day)


@dataclass(frozen=True, slots=True)
class DueVersion:
    """A version that valid time alone has brought and nobody has published yet."""

    number: int
    recorded_at: datetime
    valid_on: date
    items: tuple[str, ...]
    catalog_version: int


async def versions_due(merger: Merger, rows: Iterable[asyncpg.Record], moment: Moment) -> dict[UUID, list[DueVersion]]:
    """The versions of each row's entity that valid time alone has brought until a moment, in order."""
    views: dict[UUID, asyncpg.Record] = {row["entity_id"]: row for row in rows}
    today = moment.valid_on if moment.is_open else shanghai_date(moment.known_at)
    reached: dict[UUID, list[DueVersion]] = {entity_id: [] for entity_id in views}
    due: dict[UUID, date] = {entity_id: row["due_on"] for entity_id, row in views.items() if row["due_on"]}
    while days := [day for day in due.values() if day <= today]:
        day = min(days)
        turning = [entity_id for entity_id, due_on in due.items() if due_on == day]
        before = await merger.views(turning, Moment(day - A_DAY, moment.known_at))
        after = await merger.views(turning, Moment(day, moment.known_at))
        for entity_id in turning:
            rules = merger.items(entity_id, day - A_DAY), merger.items(entity_id, day)
            if changed := changed_items(before[entity_id], after[entity_id], *rules):
                number, last = version_reached(views[entity_id], reached[entity_id])
                version = merger.catalogs[entity_id].number
                reached[entity_id].append(DueVersion(number + 1, turned_at(day, last), day, tuple(changed), version))
        due = {entity_id: due[entity_id] for entity_id in due if entity_id not in turning}
        due |= await merger.next_changes(turning, Moment(day, moment.known_at))
    return reached


def version_reached(row: asyncpg.Record, due: Sequence[DueVersion]) -> tuple[int, datetime]:
    """The version that a row's entity has come to, and since when it is known."""
    return (due[-1].number, due[-1].recorded_at) if due else (row["version"], row["recorded_at"])
