"""Sessions: they begin with the first use of a token, and end when they are told to, or by their limits.

Takes who a good token names; lets them pass as long as their session is open, else raises ``SessionEnded``. What is
known of a session is never older than ``KNOWN_SECONDS``, so an end is seen everywhere within a second, and on
connections that are open as well. Never sees a token.
"""

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import asyncpg

from hub import telemetry
from hub.access import Role, Viewer, check_roles, roles_named
from hub.errors import HubError, RolesNotCombinable, SessionEnded, Unauthenticated
from hub.store import sessions
from hub.store.pool import Connection, Database
from hub.store.sessions import NewSession

KNOWN_SECONDS = 0.4
USED_SECONDS = 30.0
MOST_KNOWN = 20_000


@dataclass(frozen=True, slots=True)
class Session:
    """Whose a session is: by which issuer, and how long it may be idle and may last."""

    session_id: UUID
    issuer: str
    viewer: Viewer
    idle: timedelta | None = None
    lifetime: timedelta | None = None


@dataclass(slots=True)
class _Known:
    """What this process knows of a session, and since when."""

    viewer: Viewer | None = None
    at: float = float("-inf")
    checking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Sessions:
    """The sessions of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[UUID, _Known] = OrderedDict()
        self._open: Counter[UUID] = Counter()
        self._over: dict[UUID, asyncio.Event] = {}
        self._watching: asyncio.Task[None] | None = None

    async def enter(self, session: Session) -> None:
        """Begin a session or go on with it; raise ``SessionEnded`` where it has ended."""
        known = await self.viewer(session.session_id)
        if known is None:
            await self._begin(session)
        else:
            _check_together(session.viewer.roles, known.roles)

    async def viewer(self, session_id: UUID) -> Viewer | None:
        """Whose a session is; None where there is none. Raises ``SessionEnded`` where it has ended."""
        known = self._known.setdefault(session_id, _Known())
        self._known.move_to_end(session_id)
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        if time.monotonic() - known.at <= KNOWN_SECONDS:
            return known.viewer
        async with known.checking:
            if time.monotonic() - known.at > KNOWN_SECONDS:
                at = time.monotonic()
                known.viewer = await self._found(session_id)
                known.at = at
        return known.viewer

    @asynccontextmanager
    async def following(self, session_id: UUID) -> AsyncIterator[asyncio.Event]:
        """What is set once the session has ended, for as long as the block runs."""
        self._open[session_id] += 1
        over = self._over.setdefault(session_id, asyncio.Event())
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        try:
            yield over
        finally:
            self._open[session_id] -= 1
            if not self._open[session_id]:
                del self._open[session_id], self._over[session_id]
            if not self._open:
                self._watching.cancel()
                self._watching = None

    async def _found(self, session_id: UUID) -> Viewer | None:
        async with self._database.connection() as connection:
            row = await sessions.find(connection, session_id)
            if row is None:
                return None
            if row["ended"] is not None:
                raise SessionEnded(problem=row["ended"])
            if row["is_stale"]:
                await sessions.use(connection, [session_id])
        return _viewer_of(row)

    async def _begin(self, session: Session) -> None:
        viewer = session.viewer
        new = NewSession(
            session_id=session.session_id,
            issuer=session.issuer,
            agency=viewer.agency,
            officer=viewer.officer,
            roles=viewer.named_roles,
            department=viewer.department,
            divisions=viewer.divisions,
            idle=session.idle,
            lifetime=session.lifetime,
        )
        async with self._database.connection() as connection:
            if session.lifetime is not None:
                await _check_other_roles(connection, session)
            await sessions.begin(connection, new, telemetry.trace_id())
        self._known[session.session_id] = _Known(viewer, time.monotonic())

    async def _watch(self) -> None:
        """Look for ends as long as connections are open; while the database is away nothing is sent over them."""
        used_at = time.monotonic()
        while True:
            await asyncio.sleep(KNOWN_SECONDS)
            with suppress(HubError):
                async with self._database.connection() as connection:
                    ended = await sessions.ended_among(connection, list(self._open))
                    if time.monotonic() - used_at > USED_SECONDS:
                        await sessions.use(connection, list(self._open))
                        used_at = time.monotonic()
                for session_id in ended & self._over.keys():
                    self._over[session_id].set()


async def _check_other_roles(connection: Connection, session: Session) -> None:
    """Raise where one person would hold, by several sessions at once, roles that nobody may hold together."""
    viewer = session.viewer
    others = await sessions.roles_of(connection, session.issuer, viewer.agency, viewer.officer)
    _check_together(viewer.roles, *map(roles_named, others))


def _check_together(*roles: frozenset[Role]) -> None:
    """Raise unless one person may hold all of ``roles``."""
    try:
        check_roles(frozenset[Role]().union(*roles))
    except RolesNotCombinable as refused:
        raise Unauthenticated(problem=f"its bearer is in other roles as well. {refused.message.rstrip('.')}") from None


def _viewer_of(row: asyncpg.Record) -> Viewer:
    return Viewer(
        agency=row["agency"],
        officer=row["officer"],
        roles=roles_named(row["roles"]),
        department=row["department"],
        divisions=tuple(row["divisions"]),
    )
