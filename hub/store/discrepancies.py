"""The discrepancies that are stored: each function is one named query of ``discrepancies.sql``.

Takes a connection and rows; gives rows. Decides nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

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
