"""Orders to destroy what the vault keeps of a subject, and what that comes to in its tables.

Takes a connection; each function is one named query of ``shredding.sql``. Decides nothing, and touches no key.
"""

from collections.abc import Collection
from uuid import UUID

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection
from hub.store.quarantine import LineId

_SQL = queries("shredding")


async def order(connection: Connection, entity_id: UUID, by: str, reason: str) -> bool:
    """Order it; tell whether that was not ordered already."""
    return bool(await connection.fetchval(_SQL["order_shredding"], entity_id, by, reason))


async def approve(connection: Connection, entity_id: UUID, by: str) -> bool:
    """Approve the open order; tell whether it may be carried out, which it may not for who gave it."""
    return bool(await connection.fetchval(_SQL["approve_shredding"], entity_id, by))


async def subjects(connection: Connection, entity_id: UUID) -> list[UUID]:
    """An entity with those linked into it."""
    return [row["entity_id"] for row in await connection.fetch(_SQL["subjects"], entity_id)]


async def lines_about(connection: Connection, entity_ids: Collection[UUID]) -> list[LineId]:
    """The refused lines that are known to be about entities."""
    return [LineId(*row) for row in await connection.fetch(_SQL["lines_about"], entity_ids)]


async def numbers(connection: Connection, entity_ids: Collection[UUID]) -> list[asyncpg.Record]:
    """The numbers of entities, as they lie sealed."""
    return await connection.fetch(_SQL["numbers"], entity_ids)


async def blank_identifiers(connection: Connection, entity_ids: Collection[UUID]) -> int:
    """Leave nothing of the numbers of entities; gives how many there were."""
    count: int = await connection.fetchval(_SQL["blank_identifiers"], entity_ids)
    return count


async def blank_lines(connection: Connection, line_ids: Collection[LineId]) -> int:
    """Leave nothing of refused lines; gives how many there were."""
    columns = [line.submission_id for line in line_ids], [line.place for line in line_ids]
    count: int = await connection.fetchval(_SQL["blank_lines"], *columns)
    return count


async def note_done(connection: Connection, entity_id: UUID) -> None:
    """Note that the open order about an entity is carried out."""
    await connection.execute(_SQL["shredded"], entity_id)


async def shreddings(connection: Connection) -> list[asyncpg.Record]:
    """(entity_id, ordered_at, ordered_by, reason, approved_by, done_at) of every order, the latest first."""
    return await connection.fetch(_SQL["shreddings"])
