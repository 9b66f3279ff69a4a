"""What the desk asks of the database: each function is one named query of ``desk.sql`` or ``identifiers.sql``.

Takes a connection and ids; gives rows. Decides nothing and opens nothing that is sealed.
"""

from collections.abc import Iterable
from uuid import UUID

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection
from hub.timeline import Moment

_SQL = queries("desk")
_IDENTIFIERS = queries("identifiers")


async def views_by_lookup(connection: Connection, lookups: Iterable[bytes]) -> list[asyncpg.Record]:
    """The views that look-ups lead to, with ``lookup``."""
    return await connection.fetch(_SQL["views_by_lookup"], list(lookups))


async def views_by_id(connection: Connection, entity_ids: Iterable[UUID]) -> list[asyncpg.Record]:
    """The views of entities, with the id they were asked by as ``asked_id``."""
    return await connection.fetch(_SQL["views_by_id"], list(entity_ids))


async def own_identifiers(
    connection: Connection, entity_ids: Iterable[UUID], schemes: Iterable[str]
) -> list[asyncpg.Record]:
    """(entity_id, scheme, identifier_id, key_id, value_encrypted, valid_to), the newest of each entity last."""
    return await connection.fetch(_SQL["own_identifiers"], list(entity_ids), list(schemes))


async def identifiers_of(
    connection: Connection, entity_ids: Iterable[UUID], schemes: Iterable[str], moment: Moment
) -> list[asyncpg.Record]:
    """The numbers that entities have had, as they were known at a moment, the oldest of each first."""
    return await connection.fetch(_IDENTIFIERS["identifiers_of"], list(entity_ids), list(schemes), moment.known_at)


async def identifiers_by_id(connection: Connection, identifier_ids: Iterable[UUID]) -> list[asyncpg.Record]:
    """(identifier_id, key_id, value_encrypted)."""
    return await connection.fetch(_SQL["identifiers_by_id"], list(identifier_ids))


async def referrers(
    connection: Connection, entity_ids: Iterable[UUID], via: Iterable[str], limit: int
) -> list[asyncpg.Record]:
    """(asked_id, member_id, via, entity_id) of what has ever referred to entities; past ``limit`` it shows too many."""
    return await connection.fetch(_SQL["referrers"], list(entity_ids), list(via), limit)


async def write_access_log(
    connection: Connection,
    entry_id: UUID,
    *,
    who: tuple[str, str, str, str],
    operation: str,
    entity_ids: Iterable[UUID],
    items: Iterable[str],
    denied: Iterable[str],
    trace_id: str,
) -> None:
    """Keep one entry of the access log; ``who`` is agency, officer, role and purpose."""
    await connection.execute(
        _SQL["write_access_log"], entry_id, *who, operation, list(entity_ids), sorted(items), sorted(denied), trace_id
    )
