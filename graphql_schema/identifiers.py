"""The field ``identifiers`` of an entity: the numbers that it bears, and with ``history`` those it has borne."""

from datetime import date, datetime
from typing import Annotated, Any, Optional

import strawberry
from strawberry.types.field import StrawberryField

from graphql_schema.enums import IdentifierStatus, Scheme
from graphql_schema.making import context_of, raw_info
from hub.desk import Answer, OwnIdentifier

WithHistory = Annotated[
    bool, strawberry.argument(description="Also the numbers that it has borne, or was given by mistake.")
]


@strawberry.type(name="Identifier", description="A number of an entity · 标识.")
class IdentifierOf:
    """A number of an entity."""

    scheme: Scheme = strawberry.field(description="What kind of number it is.")
    value: str | None = strawberry.field(description="The number; null where it was shredded.")
    status: IdentifierStatus = strawberry.field(description="Whether the entity bears it still.")
    valid_from: date | None = strawberry.field(
        description="Since when the entity bears it, where it took another's place."
    )
    valid_to: date | None = strawberry.field(
        description="Until when (exclusive) the entity bore it, where another took its place."
    )
    known_from: datetime = strawberry.field(description="Since when the hub knows it.")
    known_to: datetime | None = strawberry.field(description="When it turned out to be another entity's.")
    replaced_by: str | None = strawberry.field(description="The number that took its place.")


def identifiers_field() -> StrawberryField:
    """The field on both kinds of entity."""

    async def resolve(root: Answer, info: strawberry.Info, history: WithHistory = False) -> Any:  # noqa: ANN401
        context = context_of(info)
        found = await context.identifiers(raw_info(info), root, history=history)
        if found is None:
            return context.deny(raw_info(info), root, "identifiers")
        return [_shown(own) for own in found]

    field: StrawberryField = strawberry.field(
        resolver=resolve,
        graphql_type=Optional[list[IdentifierOf]],  # noqa: UP045
        description="The numbers of the entity, of every scheme that a grant covers, the oldest first · 标识.",
    )
    return field


def _shown(own: OwnIdentifier) -> IdentifierOf:
    return IdentifierOf(
        scheme=own.scheme,
        value=own.value,
        status=own.status,
        valid_from=own.valid_from,
        valid_to=own.valid_to,
        known_from=own.known_from,
        known_to=own.known_to,
        replaced_by=own.replaced_by,
    )
