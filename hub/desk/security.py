"""Who is let in, for security administrators: sessions, accounts of systems, and what happened to both.

Takes a viewer and a wish; gives rows that hold names of agencies and officers and nothing of anybody's data, after the
reading or the order is in the access log, refused or not. To all others raises ``NotYours``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub import telemetry
from hub.access import Decision, Role, Viewer
from hub.clock import now
from hub.desk.desk import Desk
from hub.desk.entry import entry_of
from hub.errors import InvalidArgument, NotYours, UnknownAccount
from hub.store import accounts, sessions

NONE = frozenset[str]()


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that is open."""

    session_id: UUID
    issuer: str
    agency: str
    officer: str
    roles: str
    started_at: datetime
    used_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionEvent:
    """What happened to a session, or that a token was refused; of a token that proves nothing, nobody is named."""

    at: datetime
    event: str
    agency: str | None
    officer: str | None
    roles: str | None
    reason: str | None
    told_by: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """An account of an agency's system."""

    name: str
    agency: str
    roles: str
    department: str | None
    divisions: tuple[str, ...]
    registered_at: datetime
    registered_by: str
    ended_at: datetime | None
    ended_by: str | None


async def open_sessions(
    desk: Desk, viewer: Viewer, agency: str | None, officer: str | None, first: int
) -> Sequence[OpenSession]:
    """Up to ``first`` open sessions, the latest used first."""
    await _ordered(desk, viewer, "read sessions", "sessions")
    async with desk.database.connection() as connection:
        rows = await sessions.open_sessions(connection, agency, officer, first)
    return [OpenSession(**dict(row)) for row in rows]


async def session_events(
    desk: Desk, viewer: Viewer, event: str | None, agency: str | None, before: datetime | None, first: int
) -> Sequence[SessionEvent]:
    """Up to ``first`` events before an instant, the latest first: of one sort and agency, where these are said."""
    await _ordered(desk, viewer, "read session events", "sessionEvents")
    async with desk.database.connection() as connection:
        rows = await sessions.events(connection, event, agency, before, first)
    return [SessionEvent(**dict(row)) for row in rows]


async def all_accounts(desk: Desk, viewer: Viewer) -> Sequence[Account]:
    """Every account, those that have ended too."""
    await _ordered(desk, viewer, "read accounts", "accounts")
    async with desk.database.connection() as connection:
        rows = await accounts.all_accounts(connection)
    return [Account(**{**dict(row), "divisions": tuple(row["divisions"])}) for row in rows]


async def end_sessions(
    desk: Desk, viewer: Viewer, session_id: UUID | None, agency: str | None, officer: str | None, reason: str
) -> Sequence[UUID]:
    """End a session, or all of an officer or of an agency; gives those that were open."""
    if session_id is None and agency is None:
        raise InvalidArgument(name="session", problem="say whose sessions end: a session, or an agency")
    await _ordered(desk, viewer, "end sessions", str(session_id or agency))
    async with desk.database.connection() as connection:
        return await sessions.end(
            connection,
            session_id,
            agency,
            officer,
            told_by=viewer.officer,
            reason=reason,
            trace_id=telemetry.trace_id(),
        )


async def end_account(desk: Desk, viewer: Viewer, name: str) -> None:
    """End an account with all its tokens."""
    await _ordered(desk, viewer, "end account", name)
    async with desk.database.connection() as connection:
        if not await accounts.end(connection, name, viewer.officer, telemetry.trace_id()):
            raise UnknownAccount


async def _ordered(desk: Desk, viewer: Viewer, ordered: str, about: str) -> None:
    allowed, asked = Role.SECURITY_ADMINISTRATOR in viewer.roles, frozenset({about})
    await desk.log.keep(entry_of(viewer, ordered, Decision(asked, NONE) if allowed else Decision(NONE, asked), now()))
    if not allowed:
        raise NotYours(role=Role.SECURITY_ADMINISTRATOR)
