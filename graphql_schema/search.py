"""Search for entities without their keys: two fields of the query type, and the connections that they give.

Takes the types of entities; gives fields whose hits are read through the desk like any other entity. Never repeats in
an error what was searched for.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import strawberry

from graphql_schema.connections import After, First, PageInfo, page_size
from graphql_schema.entities import EntityTypes
from graphql_schema.enums import NameMatch
from graphql_schema.making import context_of, make_field, make_type, raw_info
from graphql_schema.values import PartialDate
from hub.catalog import EntityKind
from hub.desk import Key
from hub.desk.search import Hits, Sought, search
from hub.timeline import Moment

SoughtName = Annotated[
    str,
    strawberry.argument(
        description="The name or a piece of it, of two characters or more; width, case, blanks and dots do not count."
    ),
]
HowItLies = Annotated[NameMatch, strawberry.argument(description="How the name given lies in the name sought.")]
BornOn = Annotated[
    PartialDate | None,
    strawberry.argument(
        description="The birth date, or its year or month; who is known to be born in that time, to the day or less, "
        "is found."
    ),
]
Division = Annotated[
    str | None,
    strawberry.argument(
        description="A division and all in it: a code of GB/T 2260, its first digits, or a name that one division has."
    ),
]
LifeStatus = Annotated[str | None, strawberry.argument(description="The life status: ALIVE or 健在, DECEASED or 死亡.")]
Category = Annotated[
    str | None, strawberry.argument(name="kind", description="The kind of legal entity, as ENTERPRISE or 企业.")
]
Status = Annotated[str | None, strawberry.argument(description="The status of the registration, as ACTIVE or 存续.")]


@dataclass(frozen=True, slots=True)
class Hit:
    """An entity that was found, not read yet."""

    entity_id: UUID
    cursor: str
    moment: Moment


@dataclass(frozen=True, slots=True)
class HitsNow:
    """A page of hits and the moment at which all of them are read: the present one."""

    hits: Hits
    moment: Moment


def search_fields(types: EntityTypes) -> dict[str, Any]:
    """The fields of the query type that search."""

    async def search_natural_persons(
        info: strawberry.Info,
        name: SoughtName,
        match: HowItLies = NameMatch.EXACT,
        birth_date: BornOn = None,
        division: Division = None,
        status: LifeStatus = None,
        first: First = 20,
        after: After = None,
    ) -> Any:  # noqa: ANN401
        sought = Sought(name, match, birth_date=birth_date, division=division, status=status)
        return await _found(info, EntityKind.NATURAL_PERSON, sought, first, after)

    async def search_legal_entities(
        info: strawberry.Info,
        name: SoughtName,
        match: HowItLies = NameMatch.EXACT,
        kind: Category = None,
        division: Division = None,
        status: Status = None,
        first: First = 20,
        after: After = None,
    ) -> Any:  # noqa: ANN401
        sought = Sought(name, match, category=kind, division=division, status=status)
        return await _found(info, EntityKind.LEGAL_ENTITY, sought, first, after)

    return {
        "search_natural_persons": strawberry.field(
            resolver=search_natural_persons,
            graphql_type=_connection(types, EntityKind.NATURAL_PERSON) | None,
            description="The persons of a name, for who does not have the ID number; needs a grant of its own. Where "
            "too many are, nobody is shown · 按姓名检索自然人.",
        ),
        "search_legal_entities": strawberry.field(
            resolver=search_legal_entities,
            graphql_type=_connection(types, EntityKind.LEGAL_ENTITY) | None,
            description="The legal entities of a name, for who does not have the credit code; needs a grant of its "
            "own. Where too many are, none is shown · 按名称检索法人.",
        ),
    }


async def _found(info: strawberry.Info, kind: EntityKind, sought: Sought, first: int, after: str | None) -> HitsNow:
    context = context_of(info)
    context.take_keys(page_size(first))
    hits = await search(
        context.desk,
        context.viewer,
        kind,
        sought,
        most=context.settings.max_hits,
        after=after,
        first=first,
    )
    return HitsNow(hits, await context.moment_of_many(raw_info(info), None))


def _connection(types: EntityTypes, kind: EntityKind) -> Any:  # noqa: ANN401
    """The type of a page of hits of one kind."""

    async def node(root: Hit, info: strawberry.Info) -> Any:  # noqa: ANN401
        key = Key(entity_id=root.entity_id)
        return await context_of(info).entity(raw_info(info), kind, key, root.moment, "read")

    edge_fields = {
        "cursor": make_field(str, lambda root, info: root.cursor, "Where to go on after it.", nullable=False),
        "node": make_field(types.of(kind), node, "The entity, as it is now."),
    }
    name = kind.type_name
    edge = make_type(type(f"{name}Edge", (), {}), f"{name}Edge", "An entity that was found.", edge_fields)

    def edges(root: HitsNow, info: strawberry.Info) -> list[Hit]:
        return [Hit(*found, root.moment) for found in zip(root.hits.entity_ids, root.hits.cursors, strict=True)]

    def page_info(root: HitsNow, info: strawberry.Info) -> PageInfo:
        hits = root.hits
        return PageInfo(
            has_next_page=hits.has_next,
            has_previous_page=hits.has_previous,
            start_cursor=hits.cursors[0] if hits.cursors else None,
            end_cursor=hits.cursors[-1] if hits.cursors else hits.after,
        )

    fields = {
        "edges": make_field(
            list[edge],  # type: ignore[valid-type]
            edges,
            "The entities of this page, in the order of their ids.",
            nullable=False,
        ),
        "pageInfo": make_field(PageInfo, page_info, "Where the page ends.", nullable=False),
        "totalCount": make_field(
            int, lambda root, info: root.hits.total, "How many were found, on all pages together.", nullable=False
        ),
    }
    return make_type(
        type(f"{name}Connection", (), {}), f"{name}Connection", "A page of entities that were found.", fields
    )
