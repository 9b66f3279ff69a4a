"""Drafts of the catalog: which there are, what each would change, and what this officer may do about it.

Takes a viewer of the catalog office; gives drafts, which hold nothing of a person. What is ordered is in the access log
before it is done, refused or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from hub.access import Viewer, may_publish
from hub.catalog import Difference, Proposal, differences, proposed
from hub.desk.catalog import log_order
from hub.desk.cursors import CATALOG_DRAFTS, id_at, id_cursor
from hub.desk.desk import Desk
from hub.errors import PublishNotGranted, UnknownDraft
from hub.stewardship.catalog_draft import DraftState, possible, reached_by
from hub.store import catalog_drafts as store
from hub.store.catalog_drafts import KeptDraft
from hub.store.pool import Connection


@dataclass(frozen=True, slots=True)
class FoundDraft:
    """A draft, what it would have the catalog say otherwise, and the states to which this viewer may bring it."""

    kept: KeptDraft
    changes: Sequence[Difference]
    following: Sequence[DraftState]
    cursor: str

    @property
    def state(self) -> DraftState:
        """Where it stands."""
        return DraftState(self.kept.states[-1].state)


async def log_draft(desk: Desk, viewer: Viewer, proposal: Proposal) -> None:
    """Keep in the access log that ``viewer`` drafts a change; where it may not, raise after that."""
    await log_order(desk, viewer, "draft catalog change", f"{proposal.entity.type_name}.{proposal.item}")


async def log_step(desk: Desk, viewer: Viewer, draft_id: UUID, state: DraftState) -> None:
    """Keep in the access log that ``viewer`` brings a draft to a state; where it may not, raise after that."""
    await log_order(desk, viewer, f"catalog change: {state}", str(draft_id))


async def found_draft(desk: Desk, viewer: Viewer, draft_id: UUID) -> FoundDraft:
    """One draft."""
    async with desk.database.connection() as connection:
        kept = await store.draft(connection, draft_id)
        if kept is None:
            raise UnknownDraft
        return await _found(desk, viewer, connection, kept)


async def found_drafts(
    desk: Desk, viewer: Viewer, state: DraftState | None, after: str | None, first: int
) -> tuple[list[FoundDraft], bool]:
    """Up to ``first`` drafts in a state, or in any, in the order of their making, and whether there are more."""
    if not may_publish(viewer):
        raise PublishNotGranted
    place = None if after is None else id_at(desk.vault, CATALOG_DRAFTS, after)
    async with desk.database.connection() as connection:
        found = await store.page(connection, state, place, first + 1)
        return [await _found(desk, viewer, connection, kept) for kept in found[:first]], len(found) > first


async def _found(desk: Desk, viewer: Viewer, connection: Connection, kept: KeptDraft) -> FoundDraft:
    before = (await desk.catalogs.at(connection, kept.after)).content
    return FoundDraft(
        kept=kept,
        changes=list(differences(before, proposed(before, kept.proposal))),
        following=possible(reached_by(kept), viewer.officer),
        cursor=id_cursor(desk.vault, CATALOG_DRAFTS, kept.draft_id),
    )
