"""The discrepancies that are stored: each function is one named query of ``discrepancies.sql``.

Takes a connection and rows; gives rows. Decides nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("discrepancies")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyRow:
    """A discrepancy to be opened; ``digest`` tells it from others of the entity."""

    entity_id: UUID
    discrepancy_id: UUID
    kind: str
    cross_check: str
    item: str
    department: str
    records: str
    digest: bytes
    opened_at: datetime


async def open_digests(connection: Connection, entity_ids: Iterable[UUID]) -> list[tuple[UUID, bytes]]:
    """(entity_id, digest) of what stands open of entities."""
    rows = await connection.fetch(_SQL["open_digests"], list(entity_ids))
    return [(row["entity_id"], row["digest"]) for row in rows]


async def open_(connection: Connection, rows: Sequence[DiscrepancyRow]) -> None:
    """Open discrepancies."""
    columns = [[getattr(row, column.name) for row in rows] for column in fields(DiscrepancyRow)]
    await connection.execute(_SQL["open"], *columns)


async def close(connection: Connection, settled: Sequence[tuple[UUID, bytes, datetime]]) -> None:
    """Close discrepancies, each given as (entity_id, digest, instant)."""
    await connection.execute(_SQL["close"], *map(list, zip(*settled, strict=True)))


async def close_all(connection: Connection, entity_ids: Iterable[UUID], at: datetime) -> None:
    """Close all that stands open of entities."""
    await connection.execute(_SQL["close_all"], list(entity_ids), at)


async def bonds(connection: Connection, entity_ids: Iterable[UUID], ways: Iterable[str]) -> tuple[set[UUID], set[UUID]]:
    """The entities to which entities have ever referred by some ways, and the identifiers that they have contested."""
    referred: set[UUID] = set()
    contested: set[UUID] = set()
    for row in await connection.fetch(_SQL["bonds"], list(entity_ids), list(ways)):
        (contested if row["is_contested"] else referred).add(row["id"])
    return referred, contested


async def referred_by(connection: Connection, entity_ids: Iterable[UUID], ways: Iterable[str]) -> list[asyncpg.Record]:
    """(asked_id, member_id, entity_id) of what has ever referred to entities by some ways."""
    return await connection.fetch(_SQL["referred_by"], list(entity_ids), list(ways))


async def views(connection: Connection, entity_ids: Iterable[UUID]) -> list[asyncpg.Record]:
    """(asked_id, entity_id, kind, merged, records) of the views of entities, or of those that stand for them."""
    return await connection.fetch(_SQL["views"], list(entity_ids))


async def write_contests(connection: Connection, contests: Iterable[tuple[UUID, UUID, str]]) -> None:
    """Remember who claims an identifier beside others, each given as (entity_id, identifier_id, claim)."""
    await connection.execute(_SQL["write_contests"], *map(list, zip(*contests, strict=True)))


async def rivals(
    connection: Connection, identifier_ids: Iterable[UUID], entity_ids: Iterable[UUID]
) -> list[asyncpg.Record]:
    """(identifier_id, claim, entity_id) of all who have ever contested identifiers, or those that entities have."""
    return await connection.fetch(_SQL["rivals"], list(identifier_ids), list(entity_ids))


async def of_entities(connection: Connection, entity_ids: Iterable[UUID], known_at: datetime) -> list[asyncpg.Record]:
    """What stood open of entities as was known at an instant, as rows of the table."""
    return await connection.fetch(_SQL["of_entities"], list(entity_ids), known_at)


async def page(
    connection: Connection,
    *,
    after: UUID | None,
    department: str | None,
    item: str | None,
    is_open: bool | None,
    limit: int,
) -> list[asyncpg.Record]:
    """The next discrepancies, as rows of the table."""
    return await connection.fetch(_SQL["page"], after, department, item, is_open, limit)
