"""Whatever is killed in mid-file, the same command again ends where an uninterrupted one would have."""

import asyncio
import csv
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from hub.settings import Settings
from hub.store import embedded
from hub.store.pool import Database, open_pool
from hub.vault.keys import load_keys
from tests.city.snapshot import everything_refused, everything_told
from tests.cli.running import run_hub, start_hub
from tests.conftest import Server, open_folder, temporary_database
from tests.intake.hubs import assert_versions_have_no_gaps
from tests.people import credit_code, id_number

LINES = 4_000
CI_ROUNDS, SLOW_ROUNDS = 2, 20
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
    async with temporary_database(server.url, server.template) as url:
        database = await open_pool(Settings(pool_size=1), url)
        try:
            yield database, {"HUB_DATABASE_URL": url, "HUB_VAULT_KEY_FILE": keys, "HUB_DATA_DIR": keys.parent}
        finally:
            await database.close()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "vault.keys"
    load_keys(path, create=True)
    return path


@pytest.fixture(scope="module")
async def uninterrupted(embedded_server: Server, keys: Path, file: Path) -> After:
    async with a_hub(embedded_server, keys) as (database, settings):
        code, output = await asyncio.to_thread(run_hub, *COMMAND, file, **settings)
        assert code == 1, output
        return await what_is_there(database)


async def kill_in_mid_file(database: Database, file: Path, settings: dict[str, object], after: int) -> None:
    """Load ``file`` in a process that is killed soon after line ``after`` was reached."""
    with start_hub(*COMMAND, file, **settings) as loader:
        while await position(database) <= after and loader.poll() is None:
            pass
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
            code, output = await asyncio.to_thread(run_hub, *COMMAND, file, **settings)
            assert (code, f"Went on after line {reached:,}" in output) == (1, True), output
            assert await what_is_there(database) == uninterrupted


@pytest.mark.slow
async def test_a_load_whose_database_is_killed_says_so_and_goes_on_once_it_is_back(
    file: Path, keys: Path, uninterrupted: After
) -> None:
    with open_folder() as folder:
        settings: dict[str, object] = {"HUB_DATA_DIR": folder, "HUB_VAULT_KEY_FILE": keys}
        server = await embedded.start(Settings(data_dir=str(folder)))
        try:
            await kill_database_in_mid_file(server, file, settings)
            code, output = await asyncio.to_thread(run_hub, *COMMAND, file, **settings)
            assert (code, "Went on after line" in output) == (1, True), output
            database = await open_pool(Settings(pool_size=1), server.url)
            assert await what_is_there(database) == uninterrupted
            await database.close()
        finally:
            await server.stop()


async def kill_database_in_mid_file(server: embedded.EmbeddedServer, file: Path, settings: dict[str, object]) -> None:
    """Kill PostgreSQL, which then has no time for anything, while a file is being loaded."""
    database = await open_pool(Settings(pool_size=1), server.url)
    with start_hub(*COMMAND, file, **settings) as loader:
        while await position(database) == 0 and loader.poll() is None:
            pass
        os.kill(int((server.home / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        output, _ = await asyncio.to_thread(loader.communicate)
    await database.close()
    assert (loader.returncode, "error: The database cannot be reached" in output) == (2, True), output
