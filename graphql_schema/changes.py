"""Changes as callers read them: the feed of all of them, and those of one entity.

A change says which items changed and to which version, never a value.
"""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from graphql_schema.connections import After, First, PageInfo, page_size
from graphql_schema.context import OperationContext
from graphql_schema.enums import EntityKind
from graphql_schema.global_id import global_id, parse_global_id
from graphql_schema.making import context_of, raw_info
from hub.desk import feed, versions
from hub.desk.changes import Change
from hub.desk.feed import Filter, Page, Told


@strawberry.type(name="Change", description="A version of an entity and what changed with it · 变更.")
class ChangeType:
    """A version of an entity and what changed with it."""

    entity_id: strawberry.ID = strawberry.field(description="The entity's id, as `node` takes it.")
    kind: EntityKind = strawberry.field(description="The kind of entity.")
    version: int = strawberry.field(description="The version that the entity has had since.")
    recorded_at: datetime = strawberry.field(description="Since when the hub knows it.")
    valid_on: date = strawberry.field(description="The day that the version is of.")
    items: list[str] = strawberry.field(
        description="The merged items and record types that changed, as far as a grant of yours covers them: a merged "
        "item in its value or its provenance, so that a record that says more has all items change that rest on it; "
        "`identifiers` for another key, `linkedInto` once another entity stands for this one, `unlinked` once it "
        "stands for itself again, `mergedFrom` where it stands for others than before, `split` where records of it "
        "turned out to be another's."
    )
    registers: list[str] = strawberry.field(description="The registers that brought it.")
    submission_id: strawberry.ID | None = strawberry.field(
        description="The delivery or the order that brought it; null where the passing of time alone did, or another "
        "version of the catalog."
    )
    reason: str | None = strawberry.field(
        description="Why, where the delivery or the order says so and a grant of yours covers all that changed."
    )
    catalog_version: int = strawberry.field(
        description="The version of the catalog that the entity follows with it: see `catalogVersions` · 目录版本."
    )


@strawberry.type(description="A change in a list of changes.")
class ChangeEdge:
    """A change in a list of changes."""

    cursor: str = strawberry.field(description="Where to go on after it.")
    node: ChangeType | None = strawberry.field(description="The change; null if no grant of yours covers it.")


@strawberry.type(description="A page of changes.")
class ChangeConnection:
    """A page of changes."""

    edges: list[ChangeEdge] = strawberry.field(description="The changes, with their cursors.")
    nodes: list[ChangeType] = strawberry.field(description="The changes.")
    page_info: PageInfo = strawberry.field(description="Where the page ends.")
    held_back_since: datetime | None = strawberry.field(
        description="Where newer changes wait for an older transaction to end: since when. They follow once it has."
    )


@strawberry.input(description="Which changes are wanted; what is not given excludes none.")
class ChangeFilter:
    """Which changes are wanted."""

    kinds: list[EntityKind] | None = strawberry.field(default=None, description="Of these kinds of entity.")
    items: list[str] | None = strawberry.field(
        default=None, description="Of one of these merged items or record types; each must be granted."
    )
    registers: list[str] | None = strawberry.field(default=None, description="Brought by one of these registers.")
    divisions: list[str] | None = strawberry.field(
        default=None,
        description="Of entities whose records name one of these divisions, or did before the change: codes of "
        "GB/T 2260, or their first two or four digits.",
    )


FilterOption = Annotated[ChangeFilter | None, strawberry.argument(description="Which changes are wanted.")]
OfEntity = Annotated[strawberry.ID, strawberry.argument(description="The entity's id.")]


async def changes(
    info: strawberry.Info,
    first: First = 100,
    after: After = None,
    filter: FilterOption = None,  # noqa: A002 - its name in the schema
) -> ChangeConnection:
    """The next changes of the feed."""
    context = context_of(info)
    page = await feed.changes(context.desk, context.viewer, after, page_size(first), filter_of(filter))
    return connection_of(info, page)


async def latest_change(info: strawberry.Info) -> ChangeEdge | None:
    """The last change of the feed."""
    context = context_of(info)
    told = await feed.latest_change(context.desk, context.viewer)
    return edge_of(context, told) if told else None


async def changes_of(
    info: strawberry.Info,
    id: OfEntity,  # noqa: A002 - its name in the schema
    first: First = 100,
    after: After = None,
) -> ChangeConnection:
    """The changes of one entity, the first one first."""
    context = context_of(info)
    kind, entity_id = parse_global_id(id)
    page = await versions.changes_of(context.desk, context.viewer, kind, entity_id, after, page_size(first))
    return connection_of(info, page)


def filter_of(given: ChangeFilter | None) -> Filter:
    """The filter as the desk takes it."""
    if given is None:
        return Filter()
    return Filter(given.kinds or (), given.items or (), given.registers or (), given.divisions or ())


def connection_of(info: strawberry.Info, page: Page) -> ChangeConnection:
    """A page as callers see it."""
    context = context_of(info)
    context.spend(raw_info(info), len(page.told))
    edges = [edge_of(context, told) for told in page.told]
    return ChangeConnection(
        edges=edges,
        nodes=[edge.node for edge in edges if edge.node],
        page_info=PageInfo(
            has_next_page=page.more, end_cursor=page.cursor, start_cursor=edges[0].cursor if edges else None
        ),
        held_back_since=page.held_back_since,
    )


def edge_of(context: OperationContext, told: Told) -> ChangeEdge:
    """A change of a list as callers see it; whose it is counts as shown."""
    context.note_changes([told.change] if told.change else [])
    return ChangeEdge(cursor=told.cursor, node=change_of(told.change) if told.change else None)


def change_of(change: Change) -> ChangeType:
    """A change as callers see it."""
    return ChangeType(
        entity_id=strawberry.ID(global_id(change.kind, change.entity_id)),
        kind=change.kind,
        version=change.version,
        recorded_at=change.recorded_at,
        valid_on=change.valid_on,
        items=list(change.items),
        registers=list(change.registers),
        submission_id=strawberry.ID(str(change.submission_id)) if change.submission_id else None,
        reason=change.reason,
        catalog_version=change.catalog_version,
    )


CHANGE_QUESTIONS: dict[str, Any] = {
    "changes": strawberry.field(
        resolver=changes,
        graphql_type=ChangeConnection | None,
        description="Every change, in an order that a reader can follow by a cursor alone: none is missed, none told "
        "twice, those of one entity come by version · 变更流.",
    ),
    "latest_change": strawberry.field(
        resolver=latest_change,
        description="The last change of the feed: from its cursor a reader goes on that needs nothing older. Null in a "
        "hub that has none · 最新变更.",
    ),
    "changes_of": strawberry.field(
        resolver=changes_of,
        graphql_type=ChangeConnection | None,
        description="The changes of one entity, the first one first · 单一实体的变更.",
    ),
}
