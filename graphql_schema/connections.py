"""Lists that are read page by page, in the form that Relay knows: edges with cursors, and where the page ends."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from hub.errors import InvalidArgument

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


def page_size(first: int) -> int:
    """``first``, if a page may hold so many."""
    if not 1 <= first <= MOST_PER_PAGE:
        raise InvalidArgument(name="first", problem=f"a page holds 1 to {MOST_PER_PAGE}")
    return first


def page_info_of(cursors: Sequence[str], after: str | None, more: bool) -> PageInfo:
    """Where a page ends that was read forwards from ``after``, by the cursors of its edges."""
    return PageInfo(
        has_next_page=more,
        end_cursor=cursors[-1] if cursors else after,
        start_cursor=cursors[0] if cursors else None,
    )
