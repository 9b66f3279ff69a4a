"""Keep drafts of the catalog and what officers do about them; publishing one and keeping so is one transaction.

Takes a database and what an officer orders, who may do so; gives the draft's id. The rules are in
``hub/stewardship/catalog_draft.py``; published is as ``catalog.py`` publishes whatever else.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.catalog import Content, Model, Proposal, content_of, overlaid, proposed
from hub.errors import InvalidArgument, UnknownDraft
from hub.identifiers.entity_id import new_id
from hub.intake.catalog import publish_within
from hub.redaction import redact
from hub.stewardship.catalog_draft import DraftState, Reached, check_next, reached_by
from hub.store import catalog_drafts
from hub.store.catalog_drafts import KeptDraft, KeptState
from hub.store.catalogs import Catalogs
from hub.store.pool import Connection, Database


@dataclass(frozen=True, slots=True)
class Said:
    """Who orders something, when and with which words."""

    officer: str
    at: datetime
    words: str


async def draft(database: Database, model: Model, proposal: Proposal, said: Said) -> UUID:
    """Keep a draft against the version in force; raises where that could not be changed so."""
    _check_purposes(model, proposal)
    async with database.transaction() as connection:
        catalog = await Catalogs(model).in_force(connection)
        proposed(catalog.content, proposal)
        _check_mask(model, proposal)
        return await _keep(connection, catalog.number, proposal, said)


def _check_mask(model: Model, proposal: Proposal) -> None:
    """Raise where an item is to be masked of which nothing says how: it would be shown as it is."""
    if proposal.terms and proposal.terms.masked and not model.is_masked(proposal.entity, proposal.item):
        raise InvalidArgument(name="terms", problem=f"{proposal.item} has no mask, and would be shown as it is")


async def draft_model(database: Database, model: Model, said: Said) -> UUID | None:
    """Keep a draft of all that the model says otherwise than the version in force; None where that is nothing."""
    async with database.transaction() as connection:
        catalog = await Catalogs(model).in_force(connection)
        content = overlaid(content_of(model), catalog.content)
        return None if content == catalog.content else await _keep(connection, catalog.number, content, said)


async def _keep(connection: Connection, after: int, proposal: Proposal | Content, said: Said) -> UUID:
    draft_id = new_id(said.at)
    await catalog_drafts.add(connection, draft_id, after, proposal)
    await _take(connection, draft_id, DraftState.DRAFTED, said)
    return draft_id


async def advance(database: Database, model: Model, draft_id: UUID, state: DraftState, said: Said) -> None:
    """Bring a draft to another state; raises where it may not come to it, or not by this officer.

    To be published it is told the approval of the government in its words, where it takes an item out of sharing.
    """
    async with database.transaction() as connection:
        kept = await catalog_drafts.locked(connection, draft_id)
        if kept is None:
            raise UnknownDraft
        check_next(reached_by(kept), Reached(state, said.officer))
        if state is DraftState.PUBLISHED:
            await _publish(connection, model, kept, said)
        await _take(connection, draft_id, state, said)


async def _publish(connection: Connection, model: Model, kept: KeptDraft, said: Said) -> None:
    before = await Catalogs(model).at(connection, kept.after)
    content = proposed(before.content, kept.proposal)
    await publish_within(connection, model, kept.after, content, said.officer, kept.states[0].words, said.words)


async def _take(connection: Connection, draft_id: UUID, state: DraftState, said: Said) -> None:
    await catalog_drafts.take(connection, draft_id, KeptState(state, said.at, said.officer, redact(said.words)))


def _check_purposes(model: Model, proposal: Proposal) -> None:
    known = {purpose.name for purpose in model.purposes}
    if proposal.terms and (unknown := sorted(set(proposal.terms.forbidden) - known)):
        raise InvalidArgument(name="terms", problem=f"there is no purpose {unknown[0]}")
