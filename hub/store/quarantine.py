"""The lines in quarantine: what they are and why they are there; the lines themselves stay sealed."""

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("quarantine")


async def list_quarantine(
    connection: Connection, register: str | None, submission_id: str | None, most: int
) -> list[asyncpg.Record]:
    """Each with its submission, place, register, record type, reason in both languages and time, newest first."""
    return await connection.fetch(_SQL["list"], register, submission_id, most)
