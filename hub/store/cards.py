"""What making all cards anew asks of the database: each function is one named query of ``cards.sql``."""

from collections.abc import Iterable
from uuid import UUID

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("cards")


async def is_followed(connection: Connection, rule: bytes) -> bool:
    """Whether the cards were made by ``rule``."""
    followed: bool = await connection.fetchval(_SQL["is_followed"], rule)
    return followed


async def follow(connection: Connection, rule: bytes) -> None:
    """Remember that all cards are made by ``rule``."""
    await connection.execute(_SQL["follow"], rule)


async def standing_after(connection: Connection, after: UUID, limit: int) -> list[UUID]:
    """The next ``limit`` entities whose views stand for themselves."""
    return [row["entity_id"] for row in await connection.fetch(_SQL["standing_after"], after, limit)]


async def standing(connection: Connection, entity_ids: Iterable[UUID]) -> list[asyncpg.Record]:
    """(entity_id, kind, merged, records) of those of ``entity_ids`` whose views stand for themselves."""
    return await connection.fetch(_SQL["standing"], list(entity_ids))
