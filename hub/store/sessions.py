"""What sessions ask of the database: each function is one named query of ``sessions.sql``.

Takes a connection and what tokens said; gives rows. Decides about nobody and never sees a token.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("sessions")
FORGOTTEN_AFTER = timedelta(days=90)


class NewSession(NamedTuple):
    """A session as it begins: whose, and how long it may be idle and may last."""

    session_id: UUID
    issuer: str
    agency: str
    officer: str
    roles: str
    department: str | None
    divisions: tuple[str, ...]
    idle: timedelta | None
    lifetime: timedelta | None


class Refusal(NamedTuple):
    """A token that was refused, as far as it is known whose it is, and why."""

    session_id: UUID | None
    issuer: str | None
    agency: str | None
    officer: str | None
    reason: str


async def find(connection: Connection, session_id: UUID) -> asyncpg.Record | None:
    """The session, and why it has ended, if it has."""
    return await connection.fetchrow(_SQL["find_session"], session_id)


async def begin(connection: Connection, session: NewSession, trace_id: str) -> None:
    """Begin a session, unless it has begun already."""
    await connection.execute(_SQL["begin_session"], *session, trace_id)


async def use(connection: Connection, session_ids: Collection[UUID]) -> None:
    """Note that sessions are in use."""
    await connection.execute(_SQL["use_sessions"], session_ids)


async def roles_of(connection: Connection, issuer: str, agency: str, officer: str) -> list[str]:
    """The roles of the open sessions of an officer."""
    return [row["roles"] for row in await connection.fetch(_SQL["roles_of_officer"], issuer, agency, officer)]


async def ended_among(connection: Connection, session_ids: Collection[UUID]) -> set[UUID]:
    """Those of some sessions that have ended."""
    return {row["session_id"] for row in await connection.fetch(_SQL["ended_among"], session_ids)}


async def end(
    connection: Connection,
    session_id: UUID | None,
    agency: str | None,
    officer: str | None,
    *,
    told_by: str,
    reason: str,
    trace_id: str = "",
) -> list[UUID]:
    """End one session, or all of an officer or of an agency; gives those that were open."""
    rows = await connection.fetch(_SQL["end_sessions"], session_id, agency, officer, told_by, reason, trace_id)
    return [row["session_id"] for row in rows]


async def note_refusal(connection: Connection, refusal: Refusal, trace_id: str) -> None:
    """Note that a token was refused."""
    await connection.execute(_SQL["note_refusal"], *refusal, trace_id)


async def open_sessions(
    connection: Connection, agency: str | None, officer: str | None, most: int
) -> list[asyncpg.Record]:
    """The open sessions of an officer, of an agency or of all, the latest used first."""
    return await connection.fetch(_SQL["open_sessions"], agency, officer, most)


async def events(
    connection: Connection, event: str | None, agency: str | None, before: datetime | None, most: int
) -> list[asyncpg.Record]:
    """What happened to sessions and tokens before an instant, the latest first."""
    return await connection.fetch(_SQL["events"], event, agency, before, most)


async def forget(connection: Connection) -> None:
    """Forget the sessions that were not used for long."""
    await connection.execute(_SQL["forget_sessions"], FORGOTTEN_AFTER)
