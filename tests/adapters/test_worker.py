"""Workers run sources by their schedules, several at once, and give up what they began to others."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from adapters import worker
from adapters.running import Runner
from adapters.schedule import schedule
from adapters.sources import Source
from adapters.worker import Chore, Worker
from hub.catalog import Model
from hub.intake import taking
from hub.intake.submission import Intake
from hub.settings import Settings
from hub.store import runs
from hub.store.pool import Database
from hub.store.runs import LoggedRun, RunOutcome
from hub.vault.cipher import Vault
from tests.adapters.drops import drop, source

LINES = 2_000


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "MOST_LINES", 100)
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.05)


@pytest.fixture
def runner(database: Database, model: Model, vault: Vault) -> Runner:
    return Runner(Intake(database, model, vault), Settings(), "test")


@asynccontextmanager
async def working(runner: Runner, sources: Sequence[Source], chores: Sequence[Chore] = ()) -> AsyncIterator[None]:
    """A worker at work for as long as the block runs."""
    stopped = asyncio.Event()
    work = asyncio.create_task(Worker(runner, {one.name: one for one in sources}, chores).work(stopped))
    try:
        yield
    finally:
        stopped.set()
        await work


async def logged(runner: Runner, until: Callable[[list[LoggedRun]], bool]) -> list[LoggedRun]:
    """The log, the first run first, once ``until`` holds of it."""
    while True:
        async with runner.intake.database.connection() as connection:
            found = (await runs.list_runs(connection, None, 1_000))[::-1]
        if until(found):
            return found
        await asyncio.sleep(0.02)


def ended(found: list[LoggedRun], name: str) -> list[RunOutcome]:
    return [one.outcome for one in found if one.source == name and one.outcome]


async def test_a_source_is_run_whenever_its_interval_is_over(runner: Runner, tmp_path: Path) -> None:
    drop(tmp_path / "in", "a.csv", 2)
    async with working(runner, [source(tmp_path / "in", schedule="1s")]):
        await logged(runner, lambda found: len(ended(found, "enrolments")) == 1)
        drop(tmp_path / "in", "b.csv", 3)
        found = await logged(runner, lambda found: len(ended(found, "enrolments")) == 3)
    assert [one.counts for one in found[:3]] == [{"CREATED": 2}, {"CREATED": 1, "UNCHANGED": 2}, {}]


async def test_a_source_without_a_schedule_is_left_alone(runner: Runner, tmp_path: Path) -> None:
    drop(tmp_path / "in", "a.csv", 2)
    drop(tmp_path / "other", "a.csv", 2)
    other = source(tmp_path / "other", "other", schedule="1s")
    async with working(runner, [source(tmp_path / "in"), other]):
        found = await logged(runner, lambda found: len(ended(found, "other")) == 2)
    assert ended(found, "enrolments") == []


async def test_what_fails_is_tried_again_until_it_is_failing_and_keeps_no_other_back(
    runner: Runner, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    lost = source(tmp_path / "absent", "lost", schedule="1d", attempts=3, retry_after="1s")
    well = source(tmp_path / "in", "well", schedule="1s")
    async with working(runner, [lost, well]):
        found = await logged(runner, lambda found: len(ended(found, "lost")) == 3)
        found = await logged(runner, lambda later: len(ended(later, "well")) > len(ended(found, "well")) + 2)
    assert [(one.attempt, one.failing) for one in found if one.source == "lost"] == [(1, False), (2, False), (3, True)]
    assert set(ended(found, "well")) == {RunOutcome.DONE}


async def test_two_workers_run_each_source_once_at_a_time(runner: Runner, tmp_path: Path) -> None:
    sources = [source(tmp_path / name, name, unit=name, schedule="1s") for name in ("one", "two")]
    for one in sources:
        drop(tmp_path / one.name, "a.csv", 300)
    async with working(runner, sources), working(runner, sources):
        found = await logged(runner, lambda found: all(len(ended(found, one.name)) >= 3 for one in sources))
    for one in sources:
        its = [run for run in found if run.source == one.name]
        assert its[0].lines == 300
        for earlier, later in pairwise(its):
            assert earlier.finished_at is not None
            assert earlier.finished_at < later.started_at


async def test_a_worker_that_is_stopped_leaves_its_run_to_the_next(runner: Runner, tmp_path: Path) -> None:
    drop(tmp_path / "in", "a.csv", LINES)
    daily = source(tmp_path / "in", schedule="1d")
    async with working(runner, [daily]):
        await logged(runner, lambda found: bool(found) and found[0].lines > 0)
    (left,) = await logged(runner, bool)
    assert left.outcome is None
    async with working(runner, [daily]):
        (run,) = await logged(runner, lambda found: bool(ended(found, "enrolments")))
    assert (run.run_id, run.resumed, run.counts) == (left.run_id, 1, {"CREATED": LINES})


async def test_chores_are_done_at_the_start_and_by_their_schedule(runner: Runner) -> None:
    done = asyncio.Semaphore(0)

    async def work() -> None:
        done.release()

    async with working(runner, [], [Chore("a chore", schedule("1s"), work)]):
        await done.acquire()
        await done.acquire()
