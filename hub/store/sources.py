"""How far each source that the hub reads by itself has been taken in; each function is one query of ``sources.sql``.

Takes a connection and a source's name; gives its cursor. What a cursor means is its transport's affair.
"""

from uuid import UUID

from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("sources")


async def source_cursor(connection: Connection, source: str) -> str | None:
    """The cursor from which the next run of ``source`` begins; None to begin at the beginning."""
    cursor: str | None = await connection.fetchval(_SQL["source_cursor"], source)
    return cursor


async def move_source(
    connection: Connection, source: str, since: str | None, to: str | None, submission_id: UUID | None
) -> bool:
    """Move ``source`` on, once the submission of what was read is finished; False where another run has moved it."""
    return await connection.fetchval(_SQL["move_source"], source, since, to, submission_id) is not None


async def forget_source(connection: Connection, source: str) -> bool:
    """Have the next run of ``source`` begin anew; False where none has ended yet."""
    return await connection.fetchval(_SQL["forget_source"], source) is not None
