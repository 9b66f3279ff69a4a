"""Objections as callers raise and see them, and what of an entity is disputed."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.types.field import StrawberryField

from graphql_schema.connections import After, Connection, First, page_of, page_size
from graphql_schema.enums import EntityKind, ObjectionState
from graphql_schema.global_id import global_id, parse_global_id, parse_id
from graphql_schema.making import context_of, make_field, raw_info
from hub.desk import Key, objections
from hub.desk.objections import FoundObjection
from hub.errors import InvalidArgument, UnknownObjection
from hub.intake.delivery import check_name


@strawberry.type(description="An item that somebody disputes · 有异议的数据项.")
class DisputedItem:
    """An item that somebody disputes."""

    item: str = strawberry.field(description="The item.")
    since: datetime = strawberry.field(description="Since when.")
    withheld: bool = strawberry.field(description="Whether it is not disclosed to you meanwhile · 是否暂停披露.")


@strawberry.type(name="Objection", description="Items of an entity that somebody disputes · 异议.")
class ObjectionType:
    """Items of an entity that somebody disputes."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    subject: strawberry.ID = strawberry.field(description="The entity.")
    entity: EntityKind = strawberry.field(description="What kind of entity it is.")
    items: list[str] = strawberry.field(description="The items that are disputed.")
    reason: str = strawberry.field(description="Why.")
    state: ObjectionState = strawberry.field(description="How it stands.")
    agency: str = strawberry.field(description="The agency that disputes them.")
    raised_at: datetime = strawberry.field(description="Since when.")
    settled_at: datetime | None = strawberry.field(description="When it was settled; null while it is open.")
    words: str | None = strawberry.field(description="Why it came out so; null while it is open.")


@strawberry.input(description="What you dispute, of what you are given.")
class RaiseObjectionInput:
    """What somebody disputes."""

    subject: strawberry.ID | None = strawberry.field(
        default=None, description="The id of the entity; without it, yourself, for data subjects."
    )
    items: list[str] = strawberry.field(description="The items, as the catalog names them.")
    reason: str = strawberry.field(description="Why, without the values in question; it is kept.")


Raised = Annotated[RaiseObjectionInput, strawberry.argument(description="What is disputed.")]
ObjectionId = Annotated[strawberry.ID, strawberry.argument(description="The objection.")]
Outcome = Annotated[ObjectionState, strawberry.argument(description="How it came out.")]
Words = Annotated[str, strawberry.argument(description="Why it came out so; it is kept.")]


async def raise_objection(info: strawberry.Info, input: Raised) -> ObjectionType:  # noqa: A002
    """Dispute items."""
    context = context_of(info)
    check_name("reason", input.reason)
    own = context.desk.own_key(context.viewer)
    if input.subject is not None:
        kind, entity_id = parse_global_id(input.subject)
        key = Key(entity_id=entity_id)
    elif own is not None:
        kind, key = EntityKind.NATURAL_PERSON, own
    else:
        raise InvalidArgument(name="subject", problem="say whose items you dispute")
    items = frozenset(input.items)
    return _shown(await objections.raise_objection(context.desk, context.viewer, kind, key, items, input.reason))


async def settle_objection(info: strawberry.Info, id: ObjectionId, outcome: Outcome, words: Words) -> ObjectionType:  # noqa: A002
    """Settle an objection."""
    context = context_of(info)
    check_name("words", words)
    objection_id = parse_id(id, UnknownObjection())
    return _shown(await objections.settle_objection(context.desk, context.viewer, objection_id, outcome, words))


async def objections_asked(info: strawberry.Info, first: First = 20, after: After = None) -> Connection[ObjectionType]:
    """The objections that the caller may see."""
    context = context_of(info)
    found, more = await objections.objections(context.desk, context.viewer, after, page_size(first))
    context.spend(raw_info(info), len(found))
    return page_of([(one.cursor, _shown(one)) for one in found], after, more=more)


def disputed_field() -> StrawberryField:
    """The field on both kinds of entity."""

    def resolve(root: Any, info: strawberry.Info) -> list[DisputedItem]:  # noqa: ANN401
        found = sorted(root.disputes(), key=lambda one: one.item)
        context_of(info).spend(raw_info(info), len(found))
        return [DisputedItem(item=one.item, since=one.since, withheld=one.withheld) for one in found]

    return make_field(
        list[DisputedItem],
        resolve,
        "What is disputed of the items that are asked for here, as far as a grant covers them: now, whatever moment is "
        "asked about · 异议标注.",
        nullable=False,
    )


def _shown(found: FoundObjection) -> ObjectionType:
    kept = found.objection
    return ObjectionType(
        id=strawberry.ID(str(kept.objection_id)),
        subject=strawberry.ID(global_id(kept.kind, kept.entity_id)),
        entity=kept.kind,
        items=list(kept.items),
        reason=kept.reason,
        state=found.state,
        agency=kept.raised_for,
        raised_at=kept.raised_at,
        settled_at=kept.settled_at,
        words=kept.settled_words,
    )
