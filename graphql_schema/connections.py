"""Lists that are read page by page, in the form that Relay knows: edges with cursors, and where the page ends."""

from collections.abc import Iterable
from typing import Annotated, Generic, TypeVar

import strawberry

from hub.errors import InvalidArgument

Node = TypeVar("Node")

MOST_PER_PAGE = 500

First = Annotated[int, strawberry.argument(description=f"How many at most, up to {MOST_PER_PAGE}.")]
After = Annotated[str | None, strawberry.argument(description="The cursor to go on from; none begins anew.")]


@strawberry.type(description="Where a page of a list ends (Relay).")
class PageInfo:
    """Where a page of a list ends."""

    has_next_page: bool = strawberry.field(description="Whether there is more to go on to at once.")
    end_cursor: str | None = strawberry.field(description="Where to go on, also where the page is empty.")
    has_previous_page: bool = strawberry.field(default=False, description="False: lists are read forwards.")
    start_cursor: str | None = strawberry.field(default=None, description="The cursor of the first edge.")


@strawberry.type(description="An entry of a list, and its place there (Relay).")
class Edge(Generic[Node]):
    """An entry of a list, and its place there."""

    cursor: str = strawberry.field(description="Where to go on after it.")
    node: Node = strawberry.field(description="The entry.")


@strawberry.type(description="A page of a list (Relay).")
class Connection(Generic[Node]):
    """A page of a list."""

    edges: list[Edge[Node]] = strawberry.field(description="The entries, with their cursors.")
    nodes: list[Node] = strawberry.field(description="The entries.")
    page_info: PageInfo = strawberry.field(description="Where the page ends.")


def page_size(first: int) -> int:
    """``first``, if a page may hold so many."""
    if not 1 <= first <= MOST_PER_PAGE:
        raise InvalidArgument(name="first", problem=f"a page holds 1 to {MOST_PER_PAGE}")
    return first


def page_of(entries: Iterable[tuple[str, Node]], after: str | None, *, more: bool) -> Connection[Node]:
    """A page that was read forwards from ``after``: its entries by their cursors, and whether there are more."""
    edges = [Edge(cursor=cursor, node=node) for cursor, node in entries]
    return Connection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=PageInfo(
            has_next_page=more,
            end_cursor=edges[-1].cursor if edges else after,
            start_cursor=edges[0].cursor if edges else None,
        ),
    )
