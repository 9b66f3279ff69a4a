"""The procedure by which the catalog office changes the catalog: draft, approval by another officer, publication."""

from datetime import datetime
from typing import Annotated

import msgspec
import strawberry

from graphql_schema.catalog_versions import CatalogChange, change_of
from graphql_schema.connections import After, Connection, First, page_of, page_size
from graphql_schema.enums import DraftState, EntityKind, Need, ObjectionPolicy, SharingMode, SharingType
from graphql_schema.global_id import parse_id
from graphql_schema.making import context_of, raw_info
from hub.catalog import Proposal, Terms
from hub.clock import now
from hub.desk.catalog_drafts import FoundDraft, found_draft, found_drafts, log_draft, log_step
from hub.errors import InvalidArgument, UnknownDraft
from hub.intake import drafts
from hub.intake.delivery import check_name
from hub.intake.drafts import Said


@strawberry.input(description="On which terms an item is to be shared: all of them, not only those that change.")
class SharingTermsInput:
    """On which terms an item is to be shared."""

    type: SharingType = strawberry.field(description="Who may have it.")
    modes: list[SharingMode] = strawberry.field(description="In which ways it may be used.")
    scope: list[str] = strawberry.field(
        default_factory=list, description="The agencies that may have it; empty for all · 使用范围."
    )
    months: int | None = strawberry.field(
        default=None, description="How long a grant of it lasts; null for as long as the catalog says so · 共享期限."
    )
    masked: bool = strawberry.field(
        default=False, description="Whether it leaves with all but a few characters covered · 脱敏."
    )
    needs: list[Need] = strawberry.field(default_factory=list, description="What it needs besides a grant.")
    objection: ObjectionPolicy = strawberry.field(
        default=ObjectionPolicy.FLAG, description="What is done with it while it is disputed."
    )
    forbidden: list[str] = strawberry.field(
        default_factory=list, description="The purposes for which it is not given, besides those of the law · 禁止用途."
    )
    basis: str = strawberry.field(description="On what the terms rest · 依据.")


@strawberry.input(description="A change of the catalog: of one item either other terms or another order of authority.")
class DraftCatalogChangeInput:
    """A change of the catalog."""

    entity: EntityKind = strawberry.field(description="The kind of entity.")
    item: str = strawberry.field(description="The item, as the catalog names it.")
    terms: SharingTermsInput | None = strawberry.field(
        default=None, description="The terms on which it is to be shared."
    )
    authority: list[str] = strawberry.field(
        default_factory=list,
        description="The `source` of each of its rules, as `catalog` gives them, the first to decide first.",
    )
    reason: str = strawberry.field(description="Why, with its legal basis; it is kept, and shown with the version.")


@strawberry.type(description="A state that a draft has come to.")
class CatalogDraftStep:
    """A state that a draft has come to."""

    state: DraftState = strawberry.field(description="The state.")
    at: datetime = strawberry.field(description="When.")
    officer: str = strawberry.field(description="By whom.")
    words: str = strawberry.field(
        description="Why; of a publication, the government's approval, where one was named · 理由或批准文号."
    )


@strawberry.type(description="A change of the catalog on its way to publication · 目录变更草案.")
class CatalogDraft:
    """A change of the catalog on its way to publication."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    state: DraftState = strawberry.field(description="Where it stands.")
    entity: EntityKind | None = strawberry.field(
        description="The kind of entity; null where all that the model says was drafted on the machine."
    )
    item: str | None = strawberry.field(description="The item; null likewise.")
    after: int = strawberry.field(description="The version of the catalog that it was drafted against.")
    changes: list[CatalogChange] = strawberry.field(description="What it says otherwise than that version.")
    steps: list[CatalogDraftStep] = strawberry.field(description="The states it has come to, the first one first.")
    next: list[DraftState] = strawberry.field(description="The states to which you may bring it now.")


DraftId = Annotated[strawberry.ID, strawberry.argument(description="The draft.")]
Reason = Annotated[str, strawberry.argument(description="Why, in words; it is kept.")]
Approval = Annotated[
    str,
    strawberry.argument(
        description="The government's approval, by its document number: needed where the item is shared no more · "
        "批准文号."
    ),
]
InState = Annotated[DraftState | None, strawberry.argument(description="The drafts in this state; without it, all.")]


async def catalog_changes(
    info: strawberry.Info, state: InState = None, first: First = 20, after: After = None
) -> Connection[CatalogDraft]:
    """The drafts of the catalog."""
    context = context_of(info)
    found, more = await found_drafts(context.desk, context.viewer, state, after, page_size(first))
    context.spend(raw_info(info), len(found))
    return page_of([(one.cursor, _shown(one)) for one in found], after, more=more)


async def draft_catalog_change(
    info: strawberry.Info,
    input: Annotated[DraftCatalogChangeInput, strawberry.argument(description="The change.")],  # noqa: A002
) -> CatalogDraft:
    """Draft a change."""
    context = context_of(info)
    check_name("reason", input.reason)
    terms = _terms(input.terms) if input.terms else None
    proposal = Proposal(input.entity, input.item, terms, tuple(input.authority))
    await log_draft(context.desk, context.viewer, proposal)
    said = Said(context.viewer.officer, now(), input.reason)
    draft_id = await drafts.draft(context.intake.database, context.model, proposal, said)
    return _shown(await found_draft(context.desk, context.viewer, draft_id))


async def approve_catalog_change(info: strawberry.Info, id: DraftId, reason: Reason) -> CatalogDraft:  # noqa: A002
    """Approve a draft."""
    check_name("reason", reason)
    return await _advanced(info, id, DraftState.APPROVED, reason)


async def publish_catalog_change(info: strawberry.Info, id: DraftId, approval: Approval = "") -> CatalogDraft:  # noqa: A002
    """Publish a draft."""
    check_name("approval", approval or "-")
    return await _advanced(info, id, DraftState.PUBLISHED, approval)


async def withdraw_catalog_change(info: strawberry.Info, id: DraftId, reason: Reason) -> CatalogDraft:  # noqa: A002
    """Withdraw a draft."""
    check_name("reason", reason)
    return await _advanced(info, id, DraftState.WITHDRAWN, reason)


async def _advanced(info: strawberry.Info, text: str, state: DraftState, words: str) -> CatalogDraft:
    """The draft, brought to another state."""
    context, draft_id = context_of(info), parse_id(text, UnknownDraft())
    await log_step(context.desk, context.viewer, draft_id, state)
    said = Said(context.viewer.officer, now(), words)
    await drafts.advance(context.intake.database, context.model, draft_id, state, said)
    return _shown(await found_draft(context.desk, context.viewer, draft_id))


def _terms(given: SharingTermsInput) -> Terms:
    """The terms that an officer gives; raises for what no terms may say."""
    for text in (given.basis, *given.scope):
        check_name("terms", text)
    try:
        return msgspec.convert(given, Terms, from_attributes=True)
    except msgspec.ValidationError as error:
        raise InvalidArgument(name="terms", problem=str(error)) from None


def _shown(found: FoundDraft) -> CatalogDraft:
    """A draft as callers see it."""
    kept = found.kept
    one = kept.proposal if isinstance(kept.proposal, Proposal) else None
    return CatalogDraft(
        id=strawberry.ID(str(kept.draft_id)),
        state=found.state,
        entity=one.entity if one else None,
        item=one.item if one else None,
        after=kept.after,
        changes=[change_of(change) for change in found.changes],
        steps=[
            CatalogDraftStep(state=DraftState(step.state), at=step.at, officer=step.officer, words=step.words)
            for step in kept.states
        ],
        next=list(found.following),
    )
