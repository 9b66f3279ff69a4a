"""Say which entities those that a question is about were linked or split with, and keep who orders that.

Takes entities that were answered already, or an order; gives links, or nothing once the access log has the order.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.access import Decision, Viewer, may_link
from hub.catalog import EntityKind
from hub.clock import now
from hub.desk.desk import Desk
from hub.desk.entry import entry_of
from hub.errors import LinkNotGranted
from hub.store.links import merged_from
from hub.store.splits import splits_of
from hub.timeline import Moment


@dataclass(frozen=True, slots=True)
class MergedEntity:
    """An entity for which another stands: since when, and why."""

    entity_id: UUID
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class SplitEntity:
    """An entity records of which turned out to be those of ``other_id``: since when, why, and by which order."""

    entity_id: UUID
    other_id: UUID
    since: datetime
    reason: str
    submission_id: UUID


async def linked_into(desk: Desk, entity_ids: Collection[UUID], moment: Moment) -> dict[UUID, list[MergedEntity]]:
    """What each of the entities stood for at a moment, the first that was linked into it first."""
    found: dict[UUID, list[MergedEntity]] = {entity_id: [] for entity_id in entity_ids}
    async with desk.database.connection() as connection:
        for row in await merged_from(connection, entity_ids, moment.known_at):
            found[row["into_id"]].append(MergedEntity(row["entity_id"], row["linked_at"], row["reason"]))
    return found


async def splits(desk: Desk, entity_ids: Collection[UUID], moment: Moment) -> dict[UUID, list[SplitEntity]]:
    """The splits of each of the entities as known at a moment, and those that made it, the first order first."""
    async with desk.database.connection() as connection:
        rows = await splits_of(connection, entity_ids, moment.known_at)
    found = [SplitEntity(*row) for row in rows]
    return {entity_id: [one for one in found if entity_id in (one.entity_id, one.other_id)] for entity_id in entity_ids}


async def log_order(
    desk: Desk, viewer: Viewer, kinds: Collection[EntityKind], ordered: str, entity_ids: Collection[UUID]
) -> None:
    """Keep in the access log what ``viewer`` orders of entities of ``kinds``; where it may not, raise after that."""
    granted = may_link(viewer)
    asked = frozenset({ordered})
    decision = Decision(asked, frozenset()) if granted else Decision(frozenset(), asked)
    await desk.log.keep(entry_of(viewer, ordered, decision, now(), entity_ids))
    if not granted:
        raise LinkNotGranted
