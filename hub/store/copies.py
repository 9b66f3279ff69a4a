"""Full copies in the database: each function is one named query of ``copies.sql``.

Takes a connection and what names a copy; gives rows. Decides nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection, DirectConnection

_SQL = queries("copies")
ALL = UUID(int=2**128 - 1)
"""Where a copy has come to that has ended all it leaves out."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The records of which a submission is a full copy, and the day of which it is one."""

    submission_id: UUID
    register: str
    source_unit: str
    record_type: str
    day: date
    stated_at: datetime


@dataclass(frozen=True, slots=True)
class LaterCopy:
    """A copy of the same records that was said later and is in: ``settling_since`` it has ended what it leaves out."""

    day: date
    stated_at: datetime
    settling_since: datetime


async def claim(session: DirectConnection, register: str, source_unit: str, record_type: str) -> bool:
    """Take the records of a full copy for as long as a session lasts; False where another session has them."""
    taken: bool = await session.fetchval(_SQL["claim"], register, source_unit, record_type)
    return taken


async def note(connection: Connection, submission_id: UUID, named: Collection[tuple[UUID, str]]) -> None:
    """Remember that a copy names records, each given as (entity, record key)."""
    entity_ids, keys = ([one[place] for one in named] for place in range(2))
    await connection.execute(_SQL["note"], submission_id, entity_ids, keys)


async def successor(connection: Connection, scope: Scope) -> LaterCopy | None:
    """The next copy of the same records that is in."""
    row = await connection.fetchrow(
        _SQL["successor"], scope.register, scope.source_unit, scope.record_type, scope.stated_at
    )
    return LaterCopy(**row) if row else None


async def page(
    connection: Connection, scope: Scope, later: LaterCopy | None, after: UUID, limit: int
) -> asyncpg.Record:
    """(reached, standing, missing, entities, keys, concerns) of the next entities; ``reached`` is None at the end."""
    (row,) = await connection.fetch(
        _SQL["page"],
        after,
        limit,
        scope.register,
        scope.source_unit,
        scope.record_type,
        scope.submission_id,
        scope.day,
        scope.stated_at,
        later.day if later else None,
        later.settling_since if later else None,
    )
    return row


async def begin_settling(connection: Connection, submission_id: UUID) -> None:
    """Note that all lines are in and what the copy leaves out may end."""
    await connection.execute(_SQL["begin_settling"], submission_id)


async def settling(connection: Connection, submission_id: UUID) -> tuple[UUID | None, int]:
    """How far a copy has come in ending what it leaves out, None before it may; how many records have ended by it."""
    row = await connection.fetchrow(_SQL["settling"], submission_id)
    return (row["settled_to"], row["removed"]) if row else (None, 0)


async def settle(connection: Connection, submission_id: UUID, since: UUID, reached: UUID, removed: int) -> bool:
    """Move a copy on, after so many more records have ended; False where another process has moved it meanwhile."""
    return await connection.fetchval(_SQL["settle"], submission_id, since, reached, removed) is not None


async def forget(connection: Connection, submission_id: UUID, after: UUID, limit: int) -> UUID | None:
    """Forget what a copy named of the next entities; gives the last of them, None where none are left."""
    last: UUID | None = await connection.fetchval(_SQL["forget"], submission_id, after, limit)
    return last
