"""The hub works behind pgbouncer in transaction mode, where a session is nobody's own."""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.settings import Settings
from hub.store.migrate import migrate, pending
from hub.store.pool import connect_database
from tests.conftest import Server, open_folder, temporary_database

PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/opt/homebrew/bin")
PORT = 6432


@pytest.fixture(scope="module")
def pooler_folder(postgresql15_url: str) -> Iterator[Path]:
    """The socket folder of a pgbouncer that keeps two connections per database."""
    if PGBOUNCER is None:
        pytest.skip("pgbouncer is not installed")
    server_folder = Path(parse_qs(urlsplit(postgresql15_url).query)["host"][0])
    with open_folder() as folder:
        owner = server_folder.stat().st_uid
        users, configuration, log = folder / "users", folder / "pgbouncer.ini", folder / "log"
        users.write_text('"hub" ""\n')
        configuration.write_text(
            f"[databases]\n* = host={server_folder}\n"
            f"[pgbouncer]\nlisten_port = {PORT}\nunix_socket_dir = {folder}\npool_mode = transaction\n"
            f"default_pool_size = 2\nauth_type = trust\nauth_file = {users}\n"
        )
        shutil.chown(folder, owner)
        with log.open("wb") as output:
            bouncer = subprocess.Popen([PGBOUNCER, configuration], user=owner, stderr=output, stdout=output)
        wait_for_socket(folder / f".s.PGSQL.{PORT}", bouncer)
        yield folder
        bouncer.terminate()
        bouncer.wait()


def wait_for_socket(path: Path, process: subprocess.Popen[bytes]) -> None:
    with socket.socket(socket.AF_UNIX) as caller:
        while caller.connect_ex(str(path)) != 0:
            assert process.poll() is None, "pgbouncer ended"
            time.sleep(0.02)


@pytest.fixture
async def pooled_settings(postgresql15_server: Server, pooler_folder: Path) -> AsyncIterator[Settings]:
    async with temporary_database(postgresql15_server.url) as direct:
        name = urlsplit(direct).path
        pooled = f"postgresql://hub@{name}?host={pooler_folder}&port={PORT}"
        yield Settings(database_url=pooled, database_direct_url=direct, pool_size=10)


async def test_migrations_go_past_the_pooler(pooled_settings: Settings) -> None:
    async with connect_database(pooled_settings) as database:
        applied = await asyncio.gather(*(migrate(database.direct_url) for _ in range(2)))
        assert sorted(len(names) for names in applied)[0] == 0
        assert await pending(database.direct_url) == []


async def test_many_callers_share_few_connections_without_meeting(pooled_settings: Settings) -> None:
    async with connect_database(pooled_settings) as database:

        async def read(number: int) -> bool:
            async with database.connection() as connection:
                answers = [await connection.fetchval("SELECT $1::int + $2::int", number, again) for again in range(20)]
            return answers == [number + again for again in range(20)]

        async def write(number: int) -> bool:
            async with database.transaction() as connection:
                await connection.execute("CREATE TEMP TABLE mine (number int) ON COMMIT DROP")
                await connection.copy_records_to_table("mine", records=[(number,)])
                return bool(await connection.fetchval("SELECT number FROM mine WHERE number = $1", number) == number)

        assert all(await asyncio.gather(*(task(number) for number in range(40) for task in (read, write))))


async def test_the_limit_of_a_transaction_does_not_stay_on_a_shared_connection(pooled_settings: Settings) -> None:
    async with connect_database(pooled_settings) as database:
        async with database.transaction() as connection:
            assert await connection.fetchval("SHOW statement_timeout") == "30s"
        async with database.connection() as connection:
            assert {await connection.fetchval("SHOW statement_timeout") for _ in range(10)} == {"0"}
