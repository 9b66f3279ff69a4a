"""Whatever is killed in mid-file, the same command again ends where an uninterrupted one would have."""

import asyncio
import csv
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum
from pathlib import Path
from random import Random

import pytest

from hub.errors import DatabaseUnavailable
from hub.settings import Settings
from hub.store import embedded
from hub.store.pool import Database, connect_directly
from hub.vault.key_file import load_keys
from tests.city.snapshot import everything_refused, everything_told
from tests.cli.running import call_hub, start_hub
from tests.conftest import Server, migrated_server, open_folder, opened, temporary_database
from tests.intake.hubs import assert_versions_have_no_gaps
from tests.people import credit_code, id_number

LINES = 4_000
CI_ROUNDS, SLOW_ROUNDS = 1, 20
COMMAND = ("load", "social_security", "--stated-on", "2024-01-01")
After = tuple[object, ...]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enrolments of people at employers, one line in a hundred of which belongs in quarantine."""
    path = tmp_path_factory.mktemp("killed") / "socialInsurances.csv"
    with path.open("w", encoding="utf-8", newline="") as text:
        rows = csv.writer(text)
        rows.writerow(["身份证件号码", "姓名", "个人社保号", "险种类型", "个人参保日期", "工作单位统一社会信用代码"])
        for place in range(LINES):
            person, insurance = place // 2, ("310", "110")[place % 2]
            number = id_number(person % 1_000, f"19{person // 1_000 + 70}0101")
            day = "2023-02-30" if place % 100 == 0 else "2023-02-01"
            rows.writerow([number, f"某{person}", f"S1{person}", insurance, day, credit_code(person % 300)])
    return path


async def what_is_there(database: Database) -> After:
    """All that must not differ: what is told and refused, how much is stored, how the submission stands."""
    await assert_versions_have_no_gaps(database)
    async with database.connection() as connection:
        stored = await connection.fetchrow(
            "select (select count(*) from state), (select count(*) from change), (select count(*) from vault.raw), "
            "(select count(*) from vault.identifier), (select count(*) from reference)"
        )
        submissions = await connection.fetch(
            "select idempotency_key, position, counts, finished_at is null from submission"
        )
    told, refused = await everything_told(database), await everything_refused(database)
    return told, refused, tuple(stored or ()), [tuple(row) for row in submissions]


async def position(database: Database) -> int:
    """The line that the loader has reached; 0 while the database is being made."""
    async with database.connection() as connection:
        if await connection.fetchval("select to_regclass('submission')") is None:
            return 0
        return await connection.fetchval("select coalesce(max(position), 0) from submission") or 0


@asynccontextmanager
async def a_hub(server: Server, keys: Path) -> AsyncIterator[tuple[Database, dict[str, object]]]:
    """A database that has heard nothing, and the settings that lead a process to it."""
    async with temporary_database(server.url, server.template) as url, opened(url, 1) as database:
        yield database, {"HUB_DATABASE_URL": url, "HUB_VAULT_KEY_FILE": keys, "HUB_DATA_DIR": keys.parent}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "vault.keys"
    load_keys(path, create=True)
    return path


@pytest.fixture(scope="module")
async def uninterrupted(embedded_server: Server, keys: Path, file: Path) -> After:
    async with a_hub(embedded_server, keys) as (database, settings):
        code, output = await asyncio.to_thread(call_hub, *COMMAND, file, **settings)
        assert code == 1, output
        return await what_is_there(database)


async def kill_in_mid_file(database: Database, file: Path, settings: dict[str, object], after: int) -> None:
    """Load ``file`` in a process that is killed soon after line ``after`` was reached."""
    with start_hub(*COMMAND, file, **settings) as loader:
        while await position(database) <= after and loader.poll() is None:
            await asyncio.sleep(0.01)
        loader.send_signal(signal.SIGKILL)
        output, _ = loader.communicate()
        assert loader.returncode == -signal.SIGKILL, output


@pytest.mark.parametrize(
    "rounds", [range(CI_ROUNDS), pytest.param(range(CI_ROUNDS, SLOW_ROUNDS), marks=pytest.mark.slow)]
)
async def test_a_killed_load_goes_on_where_it_stopped(
    embedded_server: Server, keys: Path, file: Path, uninterrupted: After, rounds: range
) -> None:
    for seed in rounds:
        after = Random(seed).randrange(LINES * 3 // 4)  # noqa: S311 - a line to be killed after, the same each time
        async with a_hub(embedded_server, keys) as (database, settings):
            await kill_in_mid_file(database, file, settings, after)
            reached = await position(database)
            assert after < reached < LINES
            code, output = await asyncio.to_thread(call_hub, *COMMAND, file, **settings)
            assert (code, f"Went on after line {reached:,}" in output) == (1, True), output
            assert await what_is_there(database) == uninterrupted


class Fate(Enum):
    """What happens to PostgreSQL while a file is being loaded."""

    KILLED = "its postmaster is killed, and has no time for anything"
    CRASHED = "one of its processes is killed, and it starts anew by itself"
    RESTARTED = "it is told to stop at once, and started again"


def strike(server: embedded.EmbeddedServer, fate: Fate, backend: int) -> None:
    """Let ``fate`` happen; ``backend`` is a process of the server."""
    postmaster = int((server.home / "data" / "postmaster.pid").read_text().split()[0])
    match fate:
        case Fate.KILLED:
            os.kill(postmaster, signal.SIGKILL)
        case Fate.CRASHED:
            os.kill(backend, signal.SIGKILL)
        case Fate.RESTARTED:
            os.kill(postmaster, signal.SIGINT)


async def strike_in_mid_file(
    server: embedded.EmbeddedServer, fate: Fate, file: Path, settings: dict[str, object], after: int
) -> None:
    """Have the server of a load struck soon after line ``after`` was reached; the load says that it is gone."""
    with start_hub(*COMMAND, file, **settings) as loader:
        async with opened(str(settings["HUB_DATABASE_URL"]), 1) as database:
            while await position(database) <= after and loader.poll() is None:
                await asyncio.sleep(0.01)
            async with database.connection() as connection:
                strike(server, fate, connection.get_server_pid())
        output, _ = await asyncio.to_thread(loader.communicate)
    assert (loader.returncode, "error: The database cannot be reached" in output) == (2, True), output


async def database_is_back(server: embedded.EmbeddedServer, folder: Path) -> None:
    """Start the server where nobody does, and wait until it takes connections again."""
    await (await embedded.start(Settings(data_dir=str(folder)))).stop()
    while True:
        try:
            async with connect_directly(server.url):
                return
        except DatabaseUnavailable:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    "rounds", [range(1), pytest.param(range(1, SLOW_ROUNDS), marks=pytest.mark.slow)], ids=["one", "many"]
)
async def test_a_load_whose_database_goes_says_so_and_goes_on_once_it_is_back(
    file: Path, keys: Path, uninterrupted: After, rounds: range
) -> None:
    with open_folder() as folder:
        server = await embedded.start(Settings(data_dir=str(folder)))
        try:
            async with migrated_server(server.url) as ready:
                for seed in rounds:
                    await one_round(server, ready, folder, keys, file, uninterrupted, seed)
        finally:
            await server.stop()


async def one_round(
    server: embedded.EmbeddedServer,
    ready: Server,
    folder: Path,
    keys: Path,
    file: Path,
    uninterrupted: After,
    seed: int,
) -> None:
    """Strike at a random moment; the same command again ends where an uninterrupted one would have."""
    fate = list(Fate)[seed % len(Fate)]
    after = Random(seed).randrange(LINES // 2)  # noqa: S311 - a line to be struck after, the same each time
    async with temporary_database(ready.url, ready.template) as url:
        settings: dict[str, object] = {
            "HUB_DATABASE_URL": url,
            "HUB_VAULT_KEY_FILE": keys,
            "HUB_DATA_DIR": keys.parent,
        }
        await strike_in_mid_file(server, fate, file, settings, after)
        await database_is_back(server, folder)
        code, output = await asyncio.to_thread(call_hub, *COMMAND, file, **settings)
        assert (code, "Went on after line" in output) == (1, True), (seed, fate, output)
        async with opened(url, 1) as database:
            assert await what_is_there(database) == uninterrupted, (seed, fate)


FULL = """
create function no_room() returns trigger language plpgsql as $$
begin
    if (select count(*) from state) > 1000 then
        raise exception 'could not extend file' using errcode = 'disk_full';
    end if;
    return null;
end $$;
create trigger no_room after insert on state for each statement execute function no_room();
"""
"""Have the database say what it says when its disk is full, once it holds more than so many states."""


async def test_a_load_into_a_database_that_is_full_says_so_and_goes_on_once_there_is_room(
    embedded_server: Server, keys: Path, file: Path, uninterrupted: After
) -> None:
    async with a_hub(embedded_server, keys) as (database, settings):
        async with database.connection() as connection:
            await connection.execute(FULL)
        code, output = await asyncio.to_thread(call_hub, *COMMAND, file, **settings)
        assert (code, "error: The database has no room left" in output) == (2, True), output
        assert "Traceback" not in output
        async with database.connection() as connection:
            await connection.execute("drop function no_room cascade")
        code, output = await asyncio.to_thread(call_hub, *COMMAND, file, **settings)
        assert (code, "Went on after line" in output) == (1, True), output
        assert await what_is_there(database) == uninterrupted


COPY = ("load", "household_registration", "--snapshot", "--accept-removals", 10_000, "--stated-on")
HELD, LEFT = 3_000, 500


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A full copy of January, and one of February that leaves out most of it."""
    folder = tmp_path_factory.mktemp("months")
    numbers = [id_number(place % 1_000, f"19{70 + place // 1_000}0101") for place in range(HELD)]
    for name, held in (("january.csv", numbers), ("february.csv", numbers[:LEFT])):
        (folder / name).write_text("\n".join(["公民身份号码", *held]), encoding="utf-8")
    return folder / "january.csv", folder / "february.csv"


async def test_a_copy_that_is_killed_while_it_ends_records_goes_on_where_it_stopped(
    embedded_server: Server, keys: Path, months: tuple[Path, Path]
) -> None:
    january, february = months
    async with a_hub(embedded_server, keys) as (database, settings):
        code, output = await asyncio.to_thread(call_hub, *COPY, "2024-01-01", january, **settings)
        assert code == 0, output
        async with database.connection() as connection:
            with start_hub(*COPY, "2024-02-01", february, **settings) as loader:
                while not await connection.fetchval("select bool_or(removed > 0) from submission"):
                    assert loader.poll() is None
                loader.send_signal(signal.SIGKILL)
                loader.communicate()
            code, output = await asyncio.to_thread(call_hub, *COPY, "2024-02-01", february, **settings)
            assert (code, "2,500 records that the full copy holds no longer have ended." in output) == (0, True), output
            ends = await connection.fetchrow(
                "select count(*), count(distinct entity_id) from state where operation = 'ABSENT'"
            )
            assert tuple(ends or ()) == (HELD - LEFT, HELD - LEFT)
            assert await connection.fetchval("select count(*) from copied") == 0
        await assert_versions_have_no_gaps(database)
