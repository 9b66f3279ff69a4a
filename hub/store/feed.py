"""What the desk asks of the log of changes: each function is one named query of ``feed.sql``.

Takes a connection and places in the feed; gives rows. Decides nothing.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("feed")


class Place(NamedTuple):
    """The place of a change in the order of the feed."""

    epoch: int
    position: int
    entity_id: UUID
    version: int


START = Place(-1, 0, UUID(int=0), 0)
"""The place before every change."""


async def changes_after(connection: Connection, place: Place, limit: int) -> list[asyncpg.Record]:
    """The next settled changes, in order."""
    return await connection.fetch(_SQL["changes_after"], *place, limit)


async def latest_changes(connection: Connection, limit: int) -> list[asyncpg.Record]:
    """The last settled changes, the very last one first."""
    return await connection.fetch(_SQL["latest_changes"], limit)


async def held_back_since(connection: Connection) -> datetime | None:
    """The known time of the first change that is not settled."""
    since: datetime | None = await connection.fetchval(_SQL["held_back_since"])
    return since


async def is_change(connection: Connection, place: Place) -> bool:
    """Whether a change stands at ``place``."""
    found: bool = await connection.fetchval(_SQL["is_change"], *place)
    return found


async def begin_epoch(connection: Connection) -> None:
    """Begin a new epoch where the data came from a server whose transactions counted further."""
    await connection.execute(_SQL["begin_epoch"])


async def versions(
    connection: Connection, entity_id: UUID, before: int, limit: int, known_at: datetime
) -> list[asyncpg.Record]:
    """The versions of an entity before one of them that were known at an instant, the last one first."""
    return await connection.fetch(_SQL["versions"], entity_id, before, limit, known_at)


async def versions_after(connection: Connection, entity_id: UUID, after: int, limit: int) -> list[asyncpg.Record]:
    """The versions of an entity after one of them, the first one first."""
    return await connection.fetch(_SQL["versions_after"], entity_id, after, limit)


async def versions_numbered(
    connection: Connection, entity_id: UUID, numbers: Iterable[int], known_at: datetime
) -> dict[int, asyncpg.Record]:
    """The versions of an entity that were known at an instant, by number."""
    rows = await connection.fetch(_SQL["versions_numbered"], entity_id, list(numbers), known_at)
    return {row["version"]: row for row in rows}


async def turns(
    connection: Connection, entity_id: UUID, record_types: Iterable[str], known_at: datetime
) -> tuple[list[date], list[datetime]]:
    """The days and, up to one, the instants at which what records of some types say of an entity may change."""
    row = await connection.fetchrow(_SQL["turns"], entity_id, list(record_types), known_at)
    return (row["days"], row["instants"]) if row else ([], [])
