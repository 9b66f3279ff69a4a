"""Lend connections to the hub's database.

Takes an address; gives a ``Database`` whose connections answer in time or fail with the hub's own errors. A borrower
leaves no trace in the session (whatever is set is set inside a transaction), so nothing is reset between two of them.
Never retries, never decodes JSON, never shows the address.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import TypeAlias

import asyncpg
from asyncpg.connection import LoggedQuery
from asyncpg.pool import PoolConnectionProxy

from hub import telemetry
from hub.errors import DatabaseBusy, DatabaseFull, DatabaseTooSlow, DatabaseUnavailable, VaultKeyMissing
from hub.settings import Settings
from hub.sql import name_of, queries
from hub.store import embedded

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
DirectConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

OLDEST_SERVER = 15
WRITERS_AT_ONCE = 16
"""How many transactions may hold the most locks at a time."""
CONNECT_SECONDS = 10
PLANNED_ONCE = 4
"""Connections for queries that the server plans once for each connection."""
CLIENT = {"application_name": "hub"}
PLANS_ONCE = {"plan_cache_mode": "force_generic_plan"}
_SQL = queries("intake")
LOST = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InternalClientError,  # the driver's word when the server's farewell was read between two statements
)
"""What the driver raises where a connection was lost."""
_UNREACHABLE = (OSError, asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError, *LOST)


class Database:
    """The hub's database, as one process sees it; ``direct_url`` leads to it past any transaction pooler."""

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        planned: "asyncpg.Pool[asyncpg.Record]",
        reserve: "asyncpg.Pool[asyncpg.Record]",
        settings: Settings,
        direct_url: str,
    ) -> None:
        self.direct_url = direct_url
        self._pool = pool
        self._planned = planned
        self._reserve = reserve
        self.settle_timeout = settings.settle_timeout
        self._acquire_timeout = settings.acquire_timeout
        self._most_locks = 0
        self._begin = f"SET LOCAL statement_timeout = {int(settings.statement_timeout * 1000)}"

    def connection(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for statements that each stand alone; no session state may be set on it."""
        return self._lent(self._pool)

    def planned_connection(self) -> AbstractAsyncContextManager[Connection]:
        """The same for a query whose plan is good whatever is asked: the server does not plan it again each time."""
        return self._lent(self._planned)

    def reserved_connection(self) -> AbstractAsyncContextManager[Connection]:
        """The one connection that no request takes, for what requests wait for; used as any other."""
        return self._lent(self._reserve)

    @asynccontextmanager
    async def _lent(self, pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[Connection]:
        with _translated(_UNREACHABLE):
            try:
                connection = await pool.acquire(timeout=self._acquire_timeout)
            except TimeoutError as error:
                raise DatabaseBusy from error
            except asyncpg.InterfaceError as error:
                raise DatabaseUnavailable(problem="its connections are being closed") from error
        try:
            with _translated(LOST, connection):
                yield connection
        finally:
            with _translated(LOST, connection):
                await pool.release(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection inside a READ COMMITTED transaction that commits unless the block raises."""
        async with self.connection() as connection, connection.transaction(isolation="read_committed"):
            await connection.execute(self._begin)
            yield connection

    async def ping(self) -> None:
        """Ask the server for a sign of life; raises unless it answers and is recent enough."""
        async with self.connection() as connection:
            await connection.fetchval("SELECT 1")
            major = connection.get_server_version().major
        if major < OLDEST_SERVER:
            raise DatabaseUnavailable(problem=f"it is PostgreSQL {major}, and the hub needs {OLDEST_SERVER} or later")

    async def most_locks(self) -> int:
        """How many locks a transaction may take, so that many such transactions fit into the server's lock table."""
        if not self._most_locks:
            async with self.connection() as connection:
                self._most_locks = await connection.fetchval(_SQL["lock_table"]) // WRITERS_AT_ONCE
        return self._most_locks

    async def close(self) -> None:
        """Close every connection, once each has been given back."""
        await self._pool.close()
        await self._planned.close()
        await self._reserve.close()


async def open_pool(settings: Settings, url: str, direct_url: str | None = None) -> Database:
    """A ``Database`` at ``url``, of which one connection is open already; raises ``DatabaseUnavailable``.

    ``direct_url`` leads to it past any pooler, and its owner; by default it is that of the settings, else ``url``.
    """
    once = {} if settings.database_direct_url else PLANS_ONCE  # a pooler would refuse it

    async def pool_of(
        at_first: int, at_most: int, session: Mapping[str, str] | None = None
    ) -> "asyncpg.Pool[asyncpg.Record]":
        return await asyncpg.create_pool(
            url,
            min_size=at_first,
            max_size=at_most,
            timeout=CONNECT_SECONDS,
            command_timeout=settings.statement_timeout,
            statement_cache_size=0 if settings.database_direct_url else 200,
            server_settings={**CLIENT, **(session or {})},
            reset=_leave_as_it_is,
            init=_trace_queries if telemetry.is_exported() else None,
        )

    with _translated(_UNREACHABLE), _address_kept_secret():
        pool, reserve = await pool_of(1, settings.pool_size), await pool_of(0, 1, once)
        planned = await pool_of(0, PLANNED_ONCE, once)
    return Database(pool, planned, reserve, settings, direct_url or settings.database_direct_url or url)


@asynccontextmanager
async def connect_directly(url: str) -> AsyncIterator[DirectConnection]:
    """A connection of one's own, for what needs a session (locks, LISTEN); ``url`` must not lead to a pooler."""
    with _translated(_UNREACHABLE), _address_kept_secret():
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS, server_settings=CLIENT)
    try:
        with _translated(LOST, connection):
            yield connection
    finally:
        with _translated(LOST, connection):
            await connection.close()


@asynccontextmanager
async def server_urls(settings: Settings) -> AsyncIterator[tuple[str, str | None]]:
    """The address of ``HUB_DATABASE_URL``, else that of the embedded server, which runs as long as the block does.

    Of the embedded server its owner's address comes with it.
    """
    if settings.database_url is not None:
        yield settings.database_url, None
        return
    server = await embedded.start(settings)
    try:
        await _make_login(server.url)
        yield server.application_url, server.url
    finally:
        await server.stop()


@asynccontextmanager
async def connect_database(settings: Settings) -> AsyncIterator[Database]:
    """The database of ``HUB_DATABASE_URL``, else the embedded one, for as long as the block runs."""
    async with server_urls(settings) as (url, owner_url):
        database = await open_pool(settings, url, owner_url)
        try:
            await database.ping()
            yield database
        finally:
            await database.close()


async def _make_login(owner_url: str) -> None:
    """Make the application's login on the embedded server, where there is none."""
    async with connect_directly(owner_url) as owner:
        await owner.execute(queries("roles")["make_login"])


@contextmanager
def _translated(
    failures: tuple[type[Exception], ...], connection: "Connection | DirectConnection | None" = None
) -> Iterator[None]:
    """Say what server and driver complain of in the hub's words; a closed ``connection`` counts as lost."""
    try:
        yield
    except asyncpg.ObjectNotInPrerequisiteStateError as error:
        raise VaultKeyMissing(problem="look-ups in the database lie under newer keys than this process has") from error
    except asyncpg.TooManyConnectionsError as error:
        raise DatabaseBusy from error
    except asyncpg.DiskFullError as error:
        raise DatabaseFull from error
    except (asyncpg.QueryCanceledError, TimeoutError) as error:
        raise (DatabaseUnavailable(problem="no answer in time") if connection is None else DatabaseTooSlow) from error
    except failures as error:
        raise DatabaseUnavailable(problem=str(error) or type(error).__name__) from error
    except asyncpg.InterfaceError as error:
        if connection is None or not _is_lost(connection):
            raise
        raise DatabaseUnavailable(problem="the connection was lost") from error


def _is_lost(connection: "Connection | DirectConnection") -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken it back already
        return True


@contextmanager
def _address_kept_secret() -> Iterator[None]:
    """Hide what the driver says of an address it cannot parse, for it may quote the password."""
    try:
        yield
    except ValueError:
        raise DatabaseUnavailable(problem="its address is not of the form postgresql://…") from None


async def _leave_as_it_is(_: DirectConnection) -> None:
    """Stand in for asyncpg's reset query, which would cost a round trip per borrower."""


async def _trace_queries(connection: DirectConnection) -> None:
    """Have a span made for each named query: of its text and its arguments nothing is kept."""
    connection.add_query_logger(_note_query)


def _note_query(query: LoggedQuery) -> None:
    if name := name_of(query.query):
        telemetry.note_query(name, query.elapsed, query.exception)
