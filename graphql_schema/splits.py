"""The mutation by which the platform office says that one entity is two, and the fields that tell of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.types.field import StrawberryField

from graphql_schema.enums import Scheme
from graphql_schema.global_id import global_id
from graphql_schema.links import WhyOrdered, order_of
from graphql_schema.making import context_of, make_field, raw_info
from hub.catalog import EntityKind
from hub.desk import Answer
from hub.desk.links import SplitEntity
from hub.identifiers.crosswalk import read_document
from hub.intake.split import Split, split
from hub.store.splits import RecordName


@strawberry.input(description="What names a record of an entity, as its `source` and discrepancies tell it.")
class RecordNameInput:
    """What names a record of an entity."""

    record_type: str = strawberry.field(description="The type of record, as `household`.")
    source_unit: str = strawberry.field(default="", description="The unit of the department that delivered it.")
    record_key: str = strawberry.field(default="", description="Its key; empty where an entity has only one.")


@strawberry.input(description="A number that names an entity.")
class IdentifierInput:
    """A number that names an entity."""

    scheme: Scheme = strawberry.field(description="What kind of number it is.")
    value: str = strawberry.field(description="The number, however it is spelt.")


WholeEntity = Annotated[strawberry.ID, strawberry.argument(description="The entity that turned out to be two.")]
OthersRecords = Annotated[
    list[RecordNameInput], strawberry.argument(description="The records that belong to the other one.")
]
OthersNumbers = Annotated[
    list[IdentifierInput] | None,
    strawberry.argument(description="The numbers that belong to the other one; they lead to it from now on."),
]


@strawberry.type(name="SplitEntity", description="An entity that was one with another before · 曾为一体的实体.")
class SplitEntityType:
    """An entity that was one with another until it was split."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    since: datetime = strawberry.field(description="Since when the hub knows that they are two.")
    reason: str = strawberry.field(description="Why they are.")
    submission_id: strawberry.ID = strawberry.field(description="The submission under which the order is kept.")


@strawberry.type(description="An entity that was split.")
class SplitResult:
    """An entity that was split."""

    entity: strawberry.ID = strawberry.field(description="The entity that keeps all that was not named.")
    other: strawberry.ID = strawberry.field(description="The entity that the records belong to: a new one.")
    at: datetime = strawberry.field(description="Since when the hub knows it.")
    submission_id: strawberry.ID = strawberry.field(description="The submission under which the order is kept.")


async def split_entity(
    info: strawberry.Info,
    entity: WholeEntity,
    records: OthersRecords,
    reason: WhyOrdered,
    identifiers: OthersNumbers = None,
) -> SplitResult:
    """Let records and numbers of an entity be another's."""
    context = context_of(info)
    order = await order_of(info, "split entity", reason, entity)
    given = identifiers or []
    context.take_keys(len(records) + len(given))
    names = [RecordName(one.record_type, one.source_unit, one.record_key) for one in records]
    numbers = [read_document(one.scheme, one.value) for one in given]
    done = await split(context.intake, order, names, numbers)
    return _result(order.kind, done)


def split_fields() -> dict[str, StrawberryField]:
    """The fields on both kinds of entity."""
    return {
        "splitFrom": _field(
            lambda one, root: one.entity_id if one.other_id == root.entity_id else None,
            "The entities of which records of this one were said before it turned out to be another · 拆分自.",
        ),
        "splitInto": _field(
            lambda one, root: one.other_id if one.entity_id == root.entity_id else None,
            "The entities to which records that were said of this one turned out to belong · 拆分出.",
        ),
    }


def _field(other_of: Callable[[SplitEntity, Answer], UUID | None], description: str) -> StrawberryField:
    """The splits in which ``other_of`` names another entity."""

    async def resolve(root: Answer, info: strawberry.Info) -> Any:  # noqa: ANN401
        found = await context_of(info).splits(raw_info(info), root)
        return [_shown(root.kind, other, one) for one in found if (other := other_of(one, root))]

    return make_field(list[SplitEntityType], resolve, description)


def _shown(kind: EntityKind, other: UUID, one: SplitEntity) -> SplitEntityType:
    return SplitEntityType(
        id=strawberry.ID(global_id(kind, other)),
        since=one.since,
        reason=one.reason,
        submission_id=strawberry.ID(str(one.submission_id)),
    )


def _result(kind: EntityKind, done: Split) -> SplitResult:
    return SplitResult(
        entity=strawberry.ID(global_id(kind, done.entity_id)),
        other=strawberry.ID(global_id(kind, done.other_id)),
        at=done.at,
        submission_id=strawberry.ID(str(done.submission_id)),
    )
