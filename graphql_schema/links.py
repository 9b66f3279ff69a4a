"""The mutations by which the platform office makes one entity of two or parts them, and the field that tells."""

from datetime import datetime
from typing import Annotated, Any, Optional
from uuid import UUID

import strawberry
from strawberry.types.field import StrawberryField

from graphql_schema.global_id import global_id, parse_global_id
from graphql_schema.making import context_of, raw_info
from hub.catalog import EntityKind
from hub.desk import Answer
from hub.desk.links import log_order
from hub.errors import InvalidGlobalId
from hub.intake.delivery import check_name
from hub.intake.links import Link, link, unlink
from hub.intake.orders import Order

LinkedEntity = Annotated[strawberry.ID, strawberry.argument(description="The entity for which the other is to stand.")]
StandingEntity = Annotated[strawberry.ID, strawberry.argument(description="The entity that is to stand for both.")]
PartedEntity = Annotated[
    strawberry.ID, strawberry.argument(description="The entity that is to stand for itself again.")
]
WhyOrdered = Annotated[str, strawberry.argument(description="Why, in words; it is kept and shown.")]


@strawberry.type(name="MergedEntity", description="An entity for which another stands · 已并入的实体.")
class MergedEntityType:
    """An entity for which another stands."""

    id: strawberry.ID = strawberry.field(description="Its id, which leads to the entity that stands for it.")
    since: datetime = strawberry.field(description="Since when the hub knows that both are one.")
    reason: str = strawberry.field(description="Why they are.")


@strawberry.type(description="A link between two entities that was made or undone.")
class LinkResult:
    """A link that was made or undone."""

    entity: strawberry.ID = strawberry.field(description="The entity that was linked, or stands for itself again.")
    into: strawberry.ID = strawberry.field(description="The entity that stands for it, or did.")
    at: datetime = strawberry.field(description="Since when the hub knows it.")
    submission_id: strawberry.ID = strawberry.field(description="The submission under which the order is kept.")


async def link_entities(
    info: strawberry.Info, entity: LinkedEntity, into: StandingEntity, reason: WhyOrdered
) -> LinkResult:
    """Let one entity stand for another."""
    order = await order_of(info, "link entities", reason, entity, into)
    return _shown(order.kind, await link(context_of(info).intake, order, parse_global_id(into)[1]))


async def unlink_entities(info: strawberry.Info, entity: PartedEntity, reason: WhyOrdered) -> LinkResult:
    """Let an entity stand for itself again."""
    order = await order_of(info, "unlink entities", reason, entity)
    return _shown(order.kind, await unlink(context_of(info).intake, order))


async def order_of(
    info: strawberry.Info, ordered: str, reason: str, entity: strawberry.ID, *others: strawberry.ID
) -> Order:
    """The order of an officer who may give it, once it is logged; who may not learns nothing of the ids."""
    context = context_of(info)
    check_name("reason", reason)
    named = [_parsed(one) for one in (entity, *others)]
    known = [one for one in named if one]
    kinds = {kind for kind, _ in known} if len(known) == len(named) else set(EntityKind)
    await log_order(context.desk, context.viewer, kinds, ordered, [entity_id for _, entity_id in known])
    (kind, entity_id), *_ = [parse_global_id(one) for one in (entity, *others)]
    return Order(kind=kind, entity_id=entity_id, reason=reason, sender=context.viewer.officer)


def _parsed(text: str) -> tuple[EntityKind, UUID] | None:
    try:
        return parse_global_id(text)
    except InvalidGlobalId:
        return None


def _shown(kind: EntityKind, done: Link) -> LinkResult:
    return LinkResult(
        entity=strawberry.ID(global_id(kind, done.entity_id)),
        into=strawberry.ID(global_id(kind, done.into_id)),
        at=done.at,
        submission_id=strawberry.ID(str(done.submission_id)),
    )


def merged_from_field() -> StrawberryField:
    """The field on both kinds of entity."""

    async def resolve(root: Answer, info: strawberry.Info) -> Any:  # noqa: ANN401
        found = await context_of(info).merged_from(raw_info(info), root)
        return [
            MergedEntityType(id=strawberry.ID(global_id(root.kind, one.entity_id)), since=one.since, reason=one.reason)
            for one in found
        ]

    field: StrawberryField = strawberry.field(
        resolver=resolve,
        graphql_type=Optional[list[MergedEntityType]],  # noqa: UP045
        description="The entities that turned out to be this one: their ids and numbers lead to it · 并入的实体.",
    )
    return field
