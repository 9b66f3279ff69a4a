"""The records that were split off entities, as they are stored: each function is one named query of ``splits.sql``.

Takes a connection, ids and the names of records; gives rows. Decides nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("splits")


class RecordName(NamedTuple):
    """What names a record among those of its entity."""

    record_type: str
    source_unit: str
    record_key: str


class HeldRecord(NamedTuple):
    """A record, and the entity of which it was said."""

    entity_id: UUID
    record_type: str
    source_unit: str
    record_key: str

    @property
    def name(self) -> RecordName:
        """The record's name."""
        return RecordName(self.record_type, self.source_unit, self.record_key)


async def members(connection: Connection, entity_id: UUID) -> frozenset[UUID]:
    """An entity and what is linked into it."""
    return frozenset(row["entity_id"] for row in await connection.fetch(_SQL["members"], entity_id))


async def held(
    connection: Connection, entity_ids: Iterable[UUID], records: Sequence[RecordName]
) -> frozenset[HeldRecord]:
    """Those of some records that were said of entities."""
    rows = await connection.fetch(_SQL["held"], list(entity_ids), *_columns(records))
    return frozenset(HeldRecord(*row) for row in rows)


async def done(
    connection: Connection, entity_ids: Iterable[UUID], records: Sequence[RecordName]
) -> asyncpg.Record | None:
    """(other_id, split_at, submission_id) of the order that split just these records off entities, if one did."""
    return await connection.fetchrow(_SQL["done"], list(entity_ids), *_columns(records))


async def split_off(connection: Connection, entity_ids: Iterable[UUID], source_unit: str) -> list[asyncpg.Record]:
    """(entity_id, record_type, record_key, other_id, canonical_id) of the records of a unit that go to others."""
    return await connection.fetch(_SQL["split_off"], list(entity_ids), source_unit)


async def said_elsewhere(
    connection: Connection, records: Iterable[tuple[UUID, str, str, bytes]], register: str, source_unit: str
) -> list[asyncpg.Record]:
    """What was said of records, each given as (entity, record type, record key, look-up), of who bore that before."""
    columns = map(list, zip(*records, strict=True))
    return await connection.fetch(_SQL["said_elsewhere"], *columns, register, source_unit)


async def move(
    connection: Connection, records: Iterable[HeldRecord], other_id: UUID, at: datetime, submission_id: UUID
) -> None:
    """Let records belong to another entity: all that was said of them, and all that will be."""
    columns = _columns(list(records))
    await connection.execute(_SQL["move_states"], *columns, other_id, at, submission_id)
    await connection.execute(_SQL["write_splits"], *columns, other_id, at, submission_id)


async def copy_references(
    connection: Connection, entity_ids: Iterable[UUID], record_types: Iterable[str], other_id: UUID
) -> None:
    """Remember of another entity to whom records of some types have referred."""
    await connection.execute(_SQL["copy_references"], list(entity_ids), list(record_types), other_id)


async def numbers(connection: Connection, entity_ids: Iterable[UUID]) -> list[asyncpg.Record]:
    """(identifier_id, entity_id, scheme, key_id, value_encrypted) of every number that entities have or have had."""
    return await connection.fetch(_SQL["numbers"], list(entity_ids))


async def contests(connection: Connection, entity_ids: Iterable[UUID]) -> set[tuple[UUID, str]]:
    """(identifier_id, claim) of what entities have claimed beside others."""
    return {(row["identifier_id"], row["claim"]) for row in await connection.fetch(_SQL["contests"], list(entity_ids))}


async def splits_of(connection: Connection, entity_ids: Iterable[UUID], known_at: datetime) -> list[asyncpg.Record]:
    """(entity_id, other_id, split_at, reason, submission_id) of the orders that split entities, or made them."""
    return await connection.fetch(_SQL["splits_of"], list(entity_ids), known_at)


def _columns(rows: Sequence[RecordName] | Sequence[HeldRecord]) -> list[list[object]]:
    """The rows as one array a column."""
    return [list(column) for column in zip(*rows, strict=True)]
