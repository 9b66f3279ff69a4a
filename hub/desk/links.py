"""Say which entities were linked into those that a question is about, and keep who orders to link or part entities.

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
from hub.store import reading
from hub.store.links import merged_from
from hub.timeline import Moment


@dataclass(frozen=True, slots=True)
class MergedEntity:
    """An entity for which another stands: since when, and why."""

    entity_id: UUID
    since: datetime
    reason: str


async def linked_into(desk: Desk, entity_ids: Collection[UUID], moment: Moment) -> dict[UUID, list[MergedEntity]]:
    """What each of the entities stood for at a moment, the first that was linked into it first."""
    found: dict[UUID, list[MergedEntity]] = {entity_id: [] for entity_id in entity_ids}
    async with desk.database.connection() as connection:
        for row in await merged_from(connection, entity_ids, moment.known_at):
            found[row["into_id"]].append(MergedEntity(row["entity_id"], row["linked_at"], row["reason"]))
    return found


async def log_order(desk: Desk, viewer: Viewer, kind: EntityKind, ordered: str, entity_ids: Collection[UUID]) -> None:
    """Keep in the access log what ``viewer`` orders of entities; where it may not, raise after that."""
    granted = may_link(desk.grants, viewer, kind)
    asked = frozenset({ordered})
    decision = Decision(asked, frozenset()) if granted else Decision(frozenset(), asked)
    async with desk.database.connection() as connection:
        await reading.write_access_log(connection, entry_of(viewer, ordered, decision, now()), entity_ids)
    if not granted:
        raise LinkNotGranted
