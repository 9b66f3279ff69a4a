"""The lines in quarantine, as queries of ``quarantine.sql``: what they are, why they are there, how they were settled.

Takes a connection and what is wanted; gives rows. What was refused comes sealed. Decides nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import asyncpg

from hub.errors import UnknownLine
from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("quarantine")


class LineStatus(StrEnum):
    """What became of a line in quarantine."""

    OPEN = "OPEN"
    MENDED = "MENDED"
    RETRIED = "RETRIED"
    DISMISSED = "DISMISSED"
    REDELIVERED = "REDELIVERED"


TO_BE_SETTLED = frozenset({LineStatus.OPEN, LineStatus.REDELIVERED})
"""Lines that nobody has settled: the hub may have taken one to be delivered anew, and a person knows better."""


@dataclass(frozen=True, slots=True, order=True)
class LineId:
    """Names a line: the submission that it came with and its place in it."""

    submission_id: UUID
    place: int

    def __str__(self) -> str:
        return f"{self.submission_id}:{self.place}"

    @property
    def subject(self) -> bytes:
        """What the line is to the vault, where each lies under a key of its own."""
        return self.submission_id.bytes + self.place.to_bytes(8)

    @classmethod
    def named(cls, text: str) -> "LineId":
        """The line that ``text`` names; raises for a text that names none."""
        submission_id, _, place = text.strip().partition(":")
        try:
            return cls(UUID(submission_id), int(place))
        except ValueError:
            raise UnknownLine(id=text) from None


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line in quarantine, and how it was settled if it was.

    ``department`` delivered it, where that is not the one accountable for the register; ``retried_as`` is the
    submission that took it in again.
    """

    line_id: LineId
    register: str
    record_type: str
    reason: str
    item: str | None
    reason_zh: str
    reason_en: str
    quarantined_at: datetime
    status: LineStatus
    settled_at: datetime | None
    settled_by: str | None
    words: str | None
    retried_as: UUID | None
    source_unit: str
    department: str | None
    file: str | None
    stated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLines:
    """Which lines are wanted; what is None excludes none. ``items`` are titles of columns."""

    register: str | None = None
    submission: str | None = None
    record_type: str | None = None
    reason: str | None = None
    items: Collection[str] | None = None
    status: LineStatus | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveredBy:
    """Whose lines are wanted: those that ``department`` delivered, to its own ``registers`` or to those of others."""

    department: str
    registers: Collection[str]


async def page(
    connection: Connection, wanted: WantedLines, by: DeliveredBy | None, after: LineId | None, limit: int
) -> list[RefusedLine]:
    """Up to ``limit`` lines after one, the latest first."""
    rows = await connection.fetch(
        _SQL["page"],
        wanted.register,
        wanted.submission,
        wanted.record_type,
        wanted.reason,
        None if wanted.items is None else list(wanted.items),
        wanted.status,
        wanted.since,
        by.department if by else None,
        list(by.registers) if by else None,
        after.submission_id if after else None,
        after.place if after else None,
        limit,
    )
    return [_line(row) for row in rows]


async def lines(connection: Connection, line_ids: Collection[LineId]) -> list[RefusedLine]:
    """Those of the lines that there are."""
    return [_line(row) for row in await connection.fetch(_SQL["lines"], *_columns(line_ids))]


async def sealed(connection: Connection, line_ids: Collection[LineId]) -> list[asyncpg.Record]:
    """(submission_id, place, key_id, line_encrypted) of what was refused."""
    return await connection.fetch(_SQL["sealed"], *_columns(line_ids))


async def mend(connection: Connection, line_id: LineId, key_id: str, line_encrypted: bytes) -> None:
    """Keep a line as it was mended."""
    await connection.execute(_SQL["mend"], line_id.submission_id, line_id.place, key_id, line_encrypted)


async def settle(
    connection: Connection,
    line_ids: Sequence[LineId],
    status: LineStatus,
    by: str,
    words: str | None,
    retried_as: UUID | None = None,
) -> set[LineId]:
    """Settle those of the lines that nobody has, and give them; what is taken in again is so in the order given."""
    places = list(range(1, len(line_ids) + 1))
    rows = await connection.fetch(_SQL["settle"], *_columns(line_ids), status, by, words, retried_as, places)
    return {LineId(row["submission_id"], row["place"]) for row in rows}


async def redelivered(
    connection: Connection,
    register: str,
    source_unit: str,
    submission_id: UUID,
    records: Sequence[tuple[bytes, str, str, datetime]],
    named: Collection[LineId],
) -> None:
    """Settle open lines that a unit delivers anew: about (look-up, record type, record key, stated at), or by name."""
    columns = [[record[place] for record in records] for place in range(4)]
    args = (register, source_unit, submission_id, *columns, *_columns(named))
    await connection.execute(_SQL["redelivered"], *args)


async def taken_again(connection: Connection, submission_id: UUID) -> list[asyncpg.Record]:
    """(submission_id, place, retried_place, stated_at, key_id, line_encrypted) of the lines of a submission."""
    return await connection.fetch(_SQL["taken_again"], submission_id)


async def broken_off(connection: Connection, prefix: str, silent_for: timedelta) -> list[asyncpg.Record]:
    """What was delivered with the submissions of lines from quarantine that are not finished, by their keys' prefix."""
    return await connection.fetch(_SQL["broken_off"], prefix, silent_for)


def _columns(line_ids: Collection[LineId]) -> tuple[list[UUID], list[int]]:
    return [line_id.submission_id for line_id in line_ids], [line_id.place for line_id in line_ids]


def _line(row: asyncpg.Record) -> RefusedLine:
    values = dict(row)
    line_id = LineId(values.pop("submission_id"), values.pop("place"))
    return RefusedLine(line_id=line_id, **values | {"status": LineStatus(row["status"])})
