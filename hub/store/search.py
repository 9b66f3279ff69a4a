"""What a search asks of the database: the one query of ``search.sql``.

Takes a connection and criteria; gives a page of ids. Decides nothing.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from uuid import UUID

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection

PAGE = queries("search")["page"]


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a card must fit; None asks nothing, but without a range or a part of the name nobody is found."""

    name_from: str | None = None
    name_to: str | None = None
    part: str | None = None
    born_from: str | None = None
    born_to: str | None = None
    division_from: str | None = None
    division_to: str | None = None
    category: str | None = None
    status: str | None = None


async def page(
    connection: Connection,
    kind: str,
    criteria: Criteria,
    most: int,
    after: UUID | None,
    first: int,
    areas: Sequence[str],
) -> asyncpg.Record:
    """``entity_ids`` of the page, how many fit in ``total`` and how many of these were ``passed``.

    Only entities that lie in one of ``areas`` fit; the empty one is the whole city. Where more than ``most`` fit the
    page is empty and ``total`` is one more than that.
    """
    found = await connection.fetchrow(PAGE, kind, *astuple(criteria), most, after, first, list(areas))
    assert found is not None  # noqa: S101 - a query without a table gives one row
    return found
