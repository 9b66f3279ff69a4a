"""How the database is, as queries of ``health.sql`` and ``roles.sql``: its settings, its time, what was left undone.

Takes a connection; gives rows. Decides nothing.
"""

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("health")
_ROLES = queries("roles")


async def server(connection: Connection) -> asyncpg.Record:
    """(at, locks, fsync, full_page_writes, synchronous_commit, idle_slots) of the server."""
    (row,) = await connection.fetch(_SQL["server"])
    return row


async def own_role(connection: Connection) -> asyncpg.Record:
    """(name, may_alter_log) of the role that the hub is."""
    (row,) = await connection.fetch(_ROLES["own_role"])
    return row


async def failing(connection: Connection) -> list[str]:
    """The sources that fail."""
    return [row["source"] for row in await connection.fetch(_SQL["failing"])]


async def failed(connection: Connection) -> int:
    """How many submissions have failed, of sources that have delivered nothing whole since."""
    count: int = await connection.fetchval(_SQL["failed"])
    return count


async def unfinished(connection: Connection) -> int:
    """How many submissions were left unfinished."""
    count: int = await connection.fetchval(_SQL["unfinished"])
    return count
