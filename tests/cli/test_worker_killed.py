"""A worker may be killed at any instant: another goes on with its run, and all is there once."""

import asyncio
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from hub.store.pool import Database
from tests.adapters.drops import drop, enrolment
from tests.cli.running import run_hub, start_hub
from tests.cli.test_killed import After, a_hub, keys, what_is_there
from tests.conftest import Server

__all__ = ["keys"]

LINES = 1_000
"""In each of two files."""
CI_ROUNDS, SLOW_ROUNDS = 2, 20
SOURCES = """\
[[source]]
name = "enrolments"
register = "social_security"
record = "socialInsurances"
schedule = "1d"
transport = {{ kind = "folder", path = "{}", pattern = "*.csv", dated = true }}
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two months bring; one line in a hundred belongs in quarantine, and half of February is January's again."""
    folder = tmp_path_factory.mktemp("files")
    spoilt = {place: ["1", *enrolment(place)[1:]] for place in range(0, LINES, 100)}
    drop(folder, "2024-01-01.csv", LINES, spoilt)
    moved = {place: [*enrolment(place)[:-1], enrolment(place + 2)[-1]] for place in range(0, LINES, 2)}
    drop(folder, "2024-02-01.csv", LINES, spoilt | moved)
    return folder


def dropped(files: Path, folder: Path, settings: dict[str, object]) -> dict[str, object]:
    """A hub whose source has a copy of the files."""
    shutil.copytree(files, folder / "in", copy_function=shutil.copy2)
    (folder / "adapters.toml").write_text(SOURCES.format(folder / "in"), encoding="utf-8")
    return settings | {"HUB_SOURCES_FILE": folder / "adapters.toml"}


async def there(database: Database) -> tuple[object, ...]:
    """What is in the hub, the log of runs, and nothing that is left open."""
    told, refused, stored, submissions = await what_is_there(database)
    assert isinstance(submissions, list)
    async with database.connection() as connection:
        runs = await connection.fetch("select outcome, lines, counts::text, attempt from run")
    return told, refused, stored, sorted(map(str, submissions)), [tuple(row) for row in runs]


async def reached(database: Database) -> int:
    async with database.connection() as connection:
        lines: int = await connection.fetchval("select coalesce(sum(position), 0) from submission")
    return lines


async def is_done(database: Database) -> bool:
    async with database.connection() as connection:
        return bool(await connection.fetchval("select exists (select from run where outcome is not null)"))


@pytest.fixture(scope="module")
async def uninterrupted(
    embedded_server: Server, keys: Path, files: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[object, ...]:
    async with a_hub(embedded_server, keys) as (database, settings):
        hub = dropped(files, tmp_path_factory.mktemp("uninterrupted"), settings)
        code, output = await asyncio.to_thread(run_hub, "sync", **hub)
        assert code == 1, output
        return await there(database)


async def kill_a_worker(database: Database, hub: dict[str, object], after: int, pause: float) -> None:
    """Kill a worker a while after it has come past a line, or while it starts."""
    with start_hub("worker", **hub) as worker:
        while await reached(database) < after:
            assert worker.poll() is None
            await asyncio.sleep(0.01)
        await asyncio.sleep(pause)
        worker.send_signal(signal.SIGKILL)
        output, _ = worker.communicate()
        assert worker.returncode == -signal.SIGKILL, output


async def kill_again_and_again(
    database: Database, hub: dict[str, object], afters: Sequence[int], chance: Random
) -> int:
    """Kill one worker after the other, then let one end; gives how often the run was gone on with."""
    for after in afters:
        await kill_a_worker(database, hub, after, chance.uniform(0, 0.3))
    with start_hub("worker", **hub) as worker:
        while not await is_done(database):
            assert worker.poll() is None
            await asyncio.sleep(0.05)
        worker.send_signal(signal.SIGTERM)
        worker.communicate()
    async with database.connection() as connection:
        resumed: int = await connection.fetchval("select resumed from run")
    return resumed


@pytest.mark.parametrize(
    "rounds", [range(CI_ROUNDS), pytest.param(range(CI_ROUNDS, SLOW_ROUNDS), marks=pytest.mark.slow)]
)
async def test_a_killed_workers_run_is_gone_on_with_and_ends_as_if_nothing_had_happened(
    embedded_server: Server,
    keys: Path,
    files: Path,
    uninterrupted: After,
    rounds: range,
    tmp_path: Path,
) -> None:
    gone_on_with = 0
    for seed in rounds:
        chance = Random(seed)  # noqa: S311 - the same instants each time, as near as a process allows
        afters = sorted(chance.randrange(1, LINES * 2 - 300) for _ in range(1 + seed % 2))
        async with a_hub(embedded_server, keys) as (database, settings):
            folder = tmp_path / str(seed)
            resumed = await kill_again_and_again(database, dropped(files, folder, settings), afters, chance)
            assert resumed <= len(afters)
            gone_on_with += resumed
            assert await there(database) == uninterrupted
            assert sorted(path.name for path in (folder / "in" / "done").iterdir()) == [
                "2024-01-01.csv",
                "2024-02-01.csv",
            ]
    assert gone_on_with >= len(rounds) // 2
