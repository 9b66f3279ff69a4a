"""The lines in quarantine: what they are and why they are there; the lines themselves stay sealed."""

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("quarantine")


async def list_quarantine(
    connection: Connection, register: str | None, submission_id: str | None, most: int
) -> list[asyncpg.Record]:
    """(submission_id, place, register, record_type, reason, item, reason_zh, reason_en, quarantined_at), newest first."""
    return await connection.fetch(_SQL["list"], register, submission_id, most)
