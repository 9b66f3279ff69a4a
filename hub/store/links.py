"""The links between entities that are stored: each function is one named query of ``links.sql``.

Takes a connection and ids; gives rows. Decides nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("links")


async def standing_link(connection: Connection, entity_id: UUID) -> asyncpg.Record | None:
    """(into_id, linked_at, submission_id) of the link that stands for an entity."""
    return await connection.fetchrow(_SQL["standing_link"], entity_id)


async def unlink(connection: Connection, entity_id: UUID, at: datetime, submission_id: UUID) -> None:
    """End the link that stands for an entity, which stands again for itself and for what leads through it."""
    await connection.execute(_SQL["unlink"], entity_id, at, submission_id)
    await connection.execute(_SQL["return_members"], entity_id, at)


async def kept_apart(connection: Connection, entity_ids: Iterable[UUID]) -> frozenset[frozenset[UUID]]:
    """Pairs of entities of which an order said that they are two."""
    rows = await connection.fetch(_SQL["kept_apart"], list(entity_ids))
    return frozenset(frozenset(row) for row in rows)


async def merged_from(connection: Connection, entity_ids: Iterable[UUID], known_at: datetime) -> list[asyncpg.Record]:
    """(into_id, entity_id, linked_at, reason) of what was linked into entities at an instant."""
    return await connection.fetch(_SQL["merged_from"], list(entity_ids), known_at)


async def write_order(
    connection: Connection, submission_id: UUID, ordered: str, at: datetime, sender: str, reason: str
) -> None:
    """Keep an order among the submissions."""
    await connection.execute(_SQL["write_order"], submission_id, ordered, at, sender, reason)


async def replaced_between(connection: Connection, one: UUID, other: UUID) -> list[asyncpg.Record]:
    """The sealed numbers of either of two entities of which a number of the other took the place."""
    return await connection.fetch(_SQL["replaced_between"], one, other)
