"""Connections are lent in time, leave no trace and fail in the hub's words."""

import asyncio
import os
import signal
import time

import asyncpg
import pytest

from hub.errors import DatabaseBusy, DatabaseTooSlow, DatabaseUnavailable
from hub.settings import Settings
from hub.store.pool import Database, connect_database, connect_directly, open_pool
from tests.conftest import Server, with_database

SLEEPING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()
"""


async def test_a_block_that_ends_well_is_committed_and_one_that_raises_is_not(any_database: Database) -> None:
    async with any_database.transaction() as connection:
        await connection.execute("CREATE TABLE said (word text)")
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with any_database.transaction() as connection:
            await connection.execute("INSERT INTO said SELECT 'lost'; SELECT 1 / 0")
    async with any_database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM said") == 0


async def test_a_transaction_limits_its_statements_and_leaves_no_limit_behind(database_url: str) -> None:
    database = await open_pool(Settings(pool_size=1, statement_timeout=7.5), database_url)
    async with database.transaction() as connection:
        assert await connection.fetchval("SHOW statement_timeout") == "7500ms"
        assert await connection.fetchval("SHOW transaction_isolation") == "read committed"
    async with database.connection() as connection:
        assert await connection.fetchval("SHOW statement_timeout") == "0"
    await database.close()


async def test_a_statement_that_takes_too_long_is_cancelled_on_the_server(database_url: str) -> None:
    database = await open_pool(Settings(pool_size=1, statement_timeout=0.05), database_url)
    with pytest.raises(DatabaseTooSlow):
        async with database.connection() as connection:
            await connection.execute("SELECT pg_sleep(60)")
    with pytest.raises(DatabaseTooSlow):
        async with database.transaction() as connection:
            await connection.execute("SELECT pg_sleep(60)")
    async with connect_directly(database_url) as observer:
        assert await observer.fetchval(SLEEPING) == 0
    await database.close()


async def test_who_finds_no_free_connection_in_time_is_told_that_the_database_is_busy(database_url: str) -> None:
    database = await open_pool(Settings(pool_size=1, acquire_timeout=0.05), database_url)
    async with database.connection():
        with pytest.raises(DatabaseBusy):
            async with database.connection():
                pytest.fail("the only connection was lent twice")
    await database.ping()
    await database.close()


async def test_a_connection_is_given_back_when_its_borrower_is_cancelled(database_url: str) -> None:
    database = await open_pool(Settings(pool_size=1), database_url)
    borrowed = asyncio.Event()

    async def borrow() -> None:
        async with database.transaction() as connection:
            borrowed.set()
            await connection.execute("SELECT pg_sleep(60)")

    borrower = asyncio.create_task(borrow())
    await borrowed.wait()
    await _seen_asleep(database_url)
    borrower.cancel()
    with pytest.raises(asyncio.CancelledError):
        await borrower
    await database.ping()
    await database.close()


async def _seen_asleep(url: str) -> None:
    """Wait until a statement sleeps: the server ignores a request to cancel one that it has not begun."""
    async with connect_directly(url) as observer:
        while not await observer.fetchval(SLEEPING):
            await asyncio.sleep(0.01)


async def test_a_connection_that_the_server_ends_is_reported_and_replaced(any_database: Database) -> None:
    with pytest.raises(DatabaseUnavailable):
        async with any_database.transaction() as connection:
            await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(DatabaseUnavailable):
        async with any_database.connection() as connection:
            await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    await any_database.ping()


async def test_whenever_the_server_ends_a_connection_it_is_reported_in_the_hubs_words(database_url: str) -> None:
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> $1"

    async def ask() -> None:
        async with connect_directly(database_url) as connection:
            while True:
                await connection.execute("SELECT 1")

    async with connect_directly(database_url) as server:
        for _ in range(100):
            asking = asyncio.create_task(ask())
            while not asking.done():
                await server.execute(ended, server.get_server_pid())
            with pytest.raises(DatabaseUnavailable):
                await asking


async def test_a_server_without_room_is_busy(any_server: Server, any_database_url: str) -> None:
    name = any_database_url.partition("?")[0].rpartition("/")[2]
    async with connect_directly(any_server.url) as connection:
        await connection.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
        await connection.execute("DROP ROLE IF EXISTS hub_test_clerk")
        await connection.execute("CREATE ROLE hub_test_clerk LOGIN")
    try:
        with pytest.raises(DatabaseBusy):
            await open_pool(Settings(), any_database_url.replace("hub@", "hub_test_clerk@"))
    finally:
        async with connect_directly(any_server.url) as connection:
            await connection.execute("DROP ROLE hub_test_clerk")


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://hub:secret@127.0.0.1:1/hub",
        "postgresql://hub:secret@no-such-host.invalid/hub",
        "postgresql://hub:secret/secret@127.0.0.1/hub",
        "mysql://hub:secret@127.0.0.1/hub",
    ],
)
async def test_an_unreachable_server_is_reported_without_the_password(address: str) -> None:
    with pytest.raises(DatabaseUnavailable) as refused:
        await open_pool(Settings(acquire_timeout=2), address)
    assert "secret" not in refused.value.message
    with pytest.raises(DatabaseUnavailable) as refused_directly:
        async with connect_directly(address):
            pytest.fail("there is no such server")
    assert "secret" not in refused_directly.value.message


async def test_a_missing_database_is_unavailable(embedded_server: Server) -> None:
    with pytest.raises(DatabaseUnavailable, match="does not exist"):
        await open_pool(Settings(), with_database(embedded_server.url, "absent"))


async def test_the_address_in_the_settings_is_the_one_that_is_used(database_url: str) -> None:
    async with connect_database(Settings(database_url=database_url)) as database, database.connection() as connection:
        name = await connection.fetchval("SELECT current_database()")
    assert database_url.partition("?")[0].endswith(f"/{name}")
    assert database.direct_url == database_url


async def test_a_connection_that_is_lost_while_it_is_given_back_is_told_of_in_the_hubs_words(
    database: Database,
) -> None:
    async def lose_it() -> None:
        async with database.connection() as connection:
            await connection.execute("begin")
            os.kill(connection.get_server_pid(), signal.SIGTERM)
            time.sleep(0.5)  # noqa: ASYNC251 - nothing must be heard of it before the connection is given back

    with pytest.raises(DatabaseUnavailable):
        await lose_it()
    await database.ping()
