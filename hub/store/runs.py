"""The run log in the database, and the lock by which one process at a time runs a source.

Each function is a named query of ``runs.sql``. A source's lock belongs to a session and is gone with it: a process that
is killed gives back what it held, and what it began is found without an end.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from hub.sql import queries
from hub.store.pool import Connection, DirectConnection

AnyConnection: TypeAlias = "Connection | DirectConnection"
_SQL = queries("runs")


class RunOutcome(StrEnum):
    """How a run ended."""

    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRun:
    """A run in the log: one that has not ended has neither an end nor an outcome.

    ``attempt`` counts from the latest run that did not fail, ``resumed`` how often it was gone on with after it had
    been broken off. ``newest_stated_at`` is when the newest of what it brought was stated.
    """

    run_id: UUID
    source: str
    register: str
    started_by: str
    attempt: int
    started_at: datetime
    resumed: int
    cancelled_at: datetime | None
    finished_at: datetime | None
    outcome: RunOutcome | None
    error_code: str | None
    failing: bool
    submission_ids: list[UUID]
    counts: dict[str, int]
    lines: int
    bytes: int
    newest_stated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestRun(LoggedRun):
    """The latest run of a source: whether a process holds the source at ``present``, and the newest of all its runs."""

    present: datetime
    is_held: bool
    newest: datetime | None


async def claim(session: DirectConnection, source: str) -> bool:
    """Take the source for this session, unless another holds it."""
    taken: bool = await session.fetchval(_SQL["claim"], source)
    return taken


async def release(session: DirectConnection, source: str) -> None:
    """Give back a source that this session has taken."""
    await session.fetchval(_SQL["release"], source)


async def latest(connection: AnyConnection, sources: Collection[str]) -> dict[str, LatestRun]:
    """The latest run of each source that was ever run."""
    rows = await connection.fetch(_SQL["latest"], list(sources))
    return {row["source"]: LatestRun(**_decoded(row)) for row in rows}


async def list_runs(connection: Connection, source: str | None, most: int) -> list[LoggedRun]:
    """The latest runs, of one source or of all."""
    return [LoggedRun(**_decoded(row)) for row in await connection.fetch(_SQL["runs"], source, most)]


async def begin(session: DirectConnection, run_id: UUID, source: str, register: str, started_by: str) -> LoggedRun:
    """The run of a source that has not ended, else a new one; the session must hold the source."""
    row = await session.fetchrow(_SQL["resume"], source)
    row = row or await session.fetchrow(_SQL["begin"], run_id, source, register, started_by)
    assert row is not None  # noqa: S101 - an insert gives its row
    return LoggedRun(**_decoded(row))


async def note_submission(connection: Connection, run_id: UUID, submission_id: UUID) -> None:
    """Note that a run brings a submission, before any of it is written."""
    await connection.execute(_SQL["note_submission"], run_id, submission_id)


async def note_newest(connection: Connection, run_id: UUID, stated_at: datetime) -> None:
    """Note until when a run has brought what was stated."""
    await connection.execute(_SQL["note_newest"], run_id, stated_at)


async def keep_up(connection: AnyConnection, run_id: UUID) -> bool:
    """Bring the counts of a run up to those of its submissions; whether somebody wants it to end."""
    cancelled: bool = await connection.fetchval(_SQL["keep_up"], run_id)
    return cancelled


async def finish(
    connection: Connection, run_id: UUID, outcome: RunOutcome, error_code: str | None, attempts: int
) -> LoggedRun | None:
    """End a run; its source is failing where so many attempts have failed. None where it had ended."""
    row = await connection.fetchrow(_SQL["finish"], run_id, outcome, error_code, attempts)
    return LoggedRun(**_decoded(row)) if row else None


async def cancel(connection: Connection, run_id: UUID) -> bool:
    """Have a run end at its next chunk; False where there is none to end."""
    return await connection.fetchval(_SQL["cancel"], run_id) is not None


def _decoded(row: asyncpg.Record) -> dict[str, Any]:
    """The columns of a run as its fields."""
    return dict(row) | {
        "outcome": row["outcome"] and RunOutcome(row["outcome"]),
        "counts": msgspec.json.decode(row["counts"], type=dict[str, int]),
    }
