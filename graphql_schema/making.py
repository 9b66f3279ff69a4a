"""Make GraphQL types out of names and resolvers: what Strawberry does for classes written by hand.

Takes names, descriptions and resolvers; gives types and fields. Knows nothing of the model.
"""

from collections.abc import Callable, Mapping
from typing import Any, Optional

import strawberry
from strawberry.types.field import StrawberryField

from graphql_schema.context import OperationContext
from graphql_schema.selection import ResolveInfo

Resolver = Callable[..., Any]


def context_of(info: strawberry.Info) -> OperationContext:
    """The operation's context."""
    context: OperationContext = info.context
    return context


def raw_info(info: strawberry.Info) -> ResolveInfo:
    """The GraphQL library's own view of the present field."""
    return info._raw_info  # noqa: SLF001 - Strawberry offers no other way to the nodes of the document


def make_field(graphql_type: object, resolver: Resolver, description: str, *, nullable: bool = True) -> StrawberryField:
    """A field that ``resolver`` answers."""
    resolver.__annotations__ = {"info": strawberry.Info} | resolver.__annotations__
    field: StrawberryField = strawberry.field(
        resolver=resolver,
        graphql_type=Optional[graphql_type] if nullable else graphql_type,  # noqa: UP045
        description=description,
    )
    return field


def make_type(
    cls: type,
    name: str,
    description: str,
    fields: Mapping[str, StrawberryField],
    *,
    interface: bool = False,
    is_type_of: Callable[..., bool] | None = None,
) -> type:
    """Make ``cls`` the GraphQL type ``name`` with ``fields``, whose names are kept as they are."""
    for field_name, field in fields.items():
        field.graphql_name = field_name
        setattr(cls, field_name, field)
    if is_type_of:
        cls.is_type_of = classmethod(is_type_of)  # type: ignore[attr-defined]
    decorate = strawberry.interface if interface else strawberry.type
    return decorate(cls, name=name, description=description)
