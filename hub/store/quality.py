"""What submissions are worth, who has delivered when and what was unusual, as queries of ``quality.sql``.

Takes a connection and what is wanted; gives rows. Decides nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection
from hub.store.quarantine import DeliveredBy

_SQL = queries("quality")


@dataclass(frozen=True, slots=True)
class Source:
    """A unit that delivers to a register."""

    register: str
    source_unit: str


@dataclass(frozen=True, slots=True)
class Heard:
    """When a unit delivered records of a type last."""

    register: str
    source_unit: str
    record_type: str
    delivered_at: datetime


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something unusual about a submission, and who dealt with it."""

    anomaly_id: UUID
    register: str
    source_unit: str
    submission_id: UUID
    kind: str
    found: float
    usual: float
    opened_at: datetime
    reported_at: datetime | None
    reported_by: str | None
    reported_words: str | None
    closed_at: datetime | None
    closed_by: str | None
    closed_words: str | None
    department: str | None


async def runs(
    connection: Connection, register: str | None, by: DeliveredBy | None, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """What submissions are worth and why they failed, as ``runs`` names the columns, the latest first."""
    return await connection.fetch(_SQL["runs"], register, *_by(by), before, limit)


async def open_discrepancies(connection: Connection, register: str, at: datetime) -> int:
    """How many discrepancies that involve records of a register stood open at an instant."""
    count: int = await connection.fetchval(_SQL["open_discrepancies"], register, at)
    return count


async def heard(connection: Connection, register: str | None) -> list[Heard]:
    """When each unit delivered records of each type last."""
    return [Heard(**row) for row in await connection.fetch(_SQL["heard"], register)]


async def habit(connection: Connection, source: Source, record_type: str, before: UUID) -> list[str]:
    """What submissions of a source before one were worth, as they keep it, the latest first."""
    rows = await connection.fetch(_SQL["habit"], source.register, source.source_unit, record_type, before)
    return [row["measures"] for row in rows]


async def open_anomaly(
    connection: Connection, anomaly_id: UUID, source: Source, submission_id: UUID, kind: str, found: float, usual: float
) -> bool:
    """Open an anomaly of a source; False where the submission has one of the kind."""
    told = (source.register, source.source_unit, submission_id, kind, found, usual)
    return await connection.fetchval(_SQL["open_anomaly"], anomaly_id, *told) is not None


async def anomalies(
    connection: Connection,
    register: str | None,
    by: DeliveredBy | None,
    before: UUID | None,
    limit: int,
    *,
    is_open: bool | None,
) -> list[Anomaly]:
    """Up to ``limit`` anomalies before one, the latest first."""
    rows = await connection.fetch(_SQL["anomalies"], register, is_open, *_by(by), before, limit)
    return [Anomaly(**row) for row in rows]


async def anomaly(connection: Connection, anomaly_id: UUID) -> Anomaly | None:
    """The anomaly of this id, if there is one."""
    row = await connection.fetchrow(_SQL["anomaly"], anomaly_id)
    return Anomaly(**row) if row else None


async def report_anomaly(connection: Connection, anomaly_id: UUID, by: str, words: str) -> bool:
    """Keep who reported an anomaly; False where that was done or it is closed."""
    return await connection.fetchval(_SQL["report_anomaly"], anomaly_id, by, words) is not None


async def close_anomaly(connection: Connection, anomaly_id: UUID, by: str, words: str) -> bool:
    """Keep who closed an anomaly; False where that was done."""
    return await connection.fetchval(_SQL["close_anomaly"], anomaly_id, by, words) is not None


async def unwatched(connection: Connection, since: datetime) -> list[asyncpg.Record]:
    """(submission_id, register, source_unit, measures) of the submissions that were finished since then."""
    return await connection.fetch(_SQL["unwatched"], since)


async def singles(connection: Connection, since: datetime, but: str) -> list[asyncpg.Record]:
    """(register, source_unit, submission_id, lines, refused, ahead) of single calls by unit and day."""
    return await connection.fetch(_SQL["singles"], since, but)


async def standing(connection: Connection) -> list[asyncpg.Record]:
    """(register, quarantine, anomalies, overdue, unfinished) of the registers of which something waits."""
    return await connection.fetch(_SQL["standing"])


def _by(by: DeliveredBy | None) -> tuple[str | None, list[str] | None]:
    return (by.department, list(by.registers)) if by else (None, None)
