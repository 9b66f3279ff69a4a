"""Tell which version an entity has reached where a day has come that nobody has published yet.

Takes rows of views and a moment; gives versions as they will be published, so that an answer before that and one after
say the same. Never writes them: that is intake's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

from hub.catalog import Catalog, EntityKind, MergedItems
from hub.clock import shanghai_date
from hub.merge import View, changed_items, merge
from hub.store.as_of import next_changes, records_in_force
from hub.store.pool import Connection
from hub.timeline import Moment, earliest, turned_at

A_DAY = timedelta(days=1)


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
class Version:
    """A version of an entity, and since when it is known."""

    number: int
    recorded_at: datetime


async def versions_reached(merger: Merger, rows: Iterable[asyncpg.Record], moment: Moment) -> dict[UUID, Version]:
    """The version of each row's entity at a moment, with those that valid time alone has brought until then."""
    rows = list(rows)
    today = moment.valid_on if moment.is_open else shanghai_date(moment.known_at)
    reached = {row["entity_id"]: Version(row["version"], row["recorded_at"]) for row in rows}
    due: dict[UUID, date] = {row["entity_id"]: row["due_on"] for row in rows if row["due_on"]}
    while days := [day for day in due.values() if day <= today]:
        day = min(days)
        turning = [entity_id for entity_id, due_on in due.items() if due_on == day]
        before = await merger.views(turning, Moment(day - A_DAY, moment.known_at))
        after = await merger.views(turning, Moment(day, moment.known_at))
        for entity_id in turning:
            rules = merger.items(entity_id, day - A_DAY), merger.items(entity_id, day)
            if changed_items(before[entity_id], after[entity_id], *rules):
                version = reached[entity_id]
                reached[entity_id] = Version(version.number + 1, turned_at(day, version.recorded_at))
        due = {entity_id: due[entity_id] for entity_id in due if entity_id not in turning}
        due |= await merger.next_changes(turning, Moment(day, moment.known_at))
    return reached
