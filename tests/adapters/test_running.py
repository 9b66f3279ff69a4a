"""Sources are run, one process at a time, and the log tells what came of it."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from adapters import running
from adapters.brake import Brake, BrokenOff
from adapters.loading import Progress
from adapters.running import MOST_RESUMED, Ended, Runner
from adapters.sources import Mode, Source
from hub.catalog import Model
from hub.intake import taking
from hub.intake.submission import Intake
from hub.settings import Settings
from hub.store import runs
from hub.store.pool import Database
from hub.store.runs import LoggedRun, RunOutcome
from hub.vault.cipher import Vault
from tests.adapters.drops import TITLES, drop, drop_text, enrolment, source

LINES = 500
"""Three chunks."""


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "MOST_LINES", 200)


@pytest.fixture
def _watchful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a run look so often, and write so little at a time, that it sees what happens to it before it ends."""
    monkeypatch.setattr(running, "WATCH_SECONDS", 0.01)
    monkeypatch.setattr(taking, "MOST_LINES", 10)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "dropped"


@pytest.fixture
def runner(database: Database, model: Model, vault: Vault) -> Runner:
    return Runner(Intake(database, model, vault), Settings(), "test")


def nothing(_: object) -> None:
    """Note no progress."""


async def run(runner: Runner, source: Source, on_progress: Progress = nothing) -> Ended:
    ended = await runner.run(source, Brake(), on_progress)
    assert ended is not None
    return ended


async def logged(runner: Runner) -> list[LoggedRun]:
    async with runner.intake.database.connection() as connection:
        return await runs.list_runs(connection, None, 100)


async def break_off(runner: Runner, source: Source) -> None:
    """Run a source and break the run off after its first chunk, as a process that is told to end does."""
    brake = Brake()
    with pytest.raises(BrokenOff):
        await runner.run(source, brake, lambda file: brake.press(BrokenOff()))


def left(folder: Path) -> dict[str, list[str]]:
    """The files in the folder and in those below it."""
    return {
        where: sorted(path.name for path in (folder / where).iterdir() if path.is_file())
        for where in ("", "done", "failed")
    }


async def test_files_are_taken_in_and_put_aside_and_the_log_tells_of_it(runner: Runner, folder: Path) -> None:
    sizes = [drop(folder, name, 3).stat().st_size for name in ("a.csv", "again.csv")]
    sizes[1] = drop(folder, "b.csv", 4, {2: ["1", *enrolment(2)[1:]]}).stat().st_size
    ended = await run(runner, source(folder))
    assert left(folder) == {"": [], "done": ["a.csv", "again.csv", "b.csv"], "failed": []}
    assert (ended.run.outcome, ended.run.attempt, ended.run.resumed) == (RunOutcome.DONE, 1, 0)
    assert (len(ended.run.submission_ids), ended.run.lines, ended.run.bytes) == (2, 7, sum(sizes))
    assert ended.run.counts == {"CREATED": 4, "UNCHANGED": 2, "QUARANTINED": 1}
    assert ended.run.newest_stated_at is not None
    assert await logged(runner) == [ended.run]


async def test_a_file_that_cannot_be_read_is_put_aside_with_the_reason_and_keeps_no_other_back(
    runner: Runner, folder: Path
) -> None:
    for name in ("a.csv", "c.csv"):
        drop(folder, name, 2 if name == "a.csv" else 4)
    drop(folder, "b.csv", 0)
    failed = await run(runner, source(folder))
    assert (failed.run.outcome, failed.run.error_code) == (RunOutcome.FAILED, "UNREADABLE_FILE")
    assert failed.run.counts == {"CREATED": 4, "UNCHANGED": 2}
    assert left(folder) == {"": [], "done": ["a.csv", "c.csv"], "failed": ["b.csv", "b.csv.txt"]}
    assert "it holds no data line" in (folder / "failed" / "b.csv.txt").read_text(encoding="utf-8")
    assert (await run(runner, source(folder))).run.outcome is RunOutcome.DONE


async def test_a_source_that_cannot_be_reached_is_failing_after_its_attempts_until_it_can(
    runner: Runner, folder: Path
) -> None:
    absent = source(folder / "absent", attempts=2)
    ended = [(await run(runner, absent)).run for _ in range(3)]
    assert [(one.outcome, one.error_code, one.attempt, one.failing) for one in ended] == [
        (RunOutcome.FAILED, "SOURCE_UNAVAILABLE", 1, False),
        (RunOutcome.FAILED, "SOURCE_UNAVAILABLE", 2, True),
        (RunOutcome.FAILED, "SOURCE_UNAVAILABLE", 3, True),
    ]
    drop(folder / "absent", "a.csv", 2)
    well = (await run(runner, absent)).run
    assert (well.outcome, well.attempt, well.failing) == (RunOutcome.DONE, 4, False)
    assert (await run(runner, absent)).run.attempt == 1


async def test_a_fault_of_the_hub_ends_the_run_and_not_the_process(runner: Runner, folder: Path) -> None:
    drop(folder, "a.csv", 2)

    def stumble(_: object) -> None:
        raise KeyError

    ended = await run(runner, source(folder), stumble)
    assert (ended.run.outcome, ended.run.error_code) == (RunOutcome.FAILED, "FAULT")
    assert (await run(runner, source(folder))).run.outcome is RunOutcome.DONE


async def test_one_process_at_a_time_runs_a_source(runner: Runner, folder: Path) -> None:
    drop(folder, "a.csv", LINES)
    ended = await asyncio.gather(*(runner.run(source(folder), Brake(), nothing) for _ in range(4)))
    assert sorted(one is None for one in ended) == [False, True, True, True]
    assert [one.counts for one in await logged(runner)] == [{"CREATED": LINES}]


async def test_a_run_that_was_broken_off_is_gone_on_with_and_nothing_is_doubled(runner: Runner, folder: Path) -> None:
    drop(folder, "a.csv", 10)
    drop(folder, "b.csv", LINES)
    await break_off(runner, source(folder))
    await break_off(runner, source(folder))
    (open_run,) = await logged(runner)
    assert (open_run.outcome, open_run.finished_at) == (None, None)
    ended = (await run(runner, source(folder))).run
    assert (ended.run_id, ended.outcome, ended.resumed) == (open_run.run_id, RunOutcome.DONE, 2)
    assert ended.counts == {"CREATED": LINES, "UNCHANGED": 10}
    assert await logged(runner) == [ended]


async def test_what_had_ended_before_the_run_was_broken_off_is_not_taken_in_again(runner: Runner, folder: Path) -> None:
    path = drop(folder, "a.csv", 10)
    await run(runner, source(folder))
    (folder / "done" / "a.csv").rename(path)
    async with runner.intake.database.connection() as connection:
        await connection.execute("update run set finished_at = null, outcome = null")
    ended = (await run(runner, source(folder))).run
    assert (ended.counts, ended.resumed) == ({"CREATED": 10}, 1)
    assert left(folder)["done"] == ["a.csv"]


async def test_a_file_that_was_delivered_before_changes_nothing_and_its_run_says_so(
    runner: Runner, folder: Path
) -> None:
    for outcome in ("CREATED", "UNCHANGED"):
        drop(folder, "a.csv", 10)
        assert (await run(runner, source(folder))).run.counts == {outcome: 10}
    assert left(folder)["done"] == ["a-2.csv", "a.csv"]


async def test_a_file_that_grew_while_it_was_read_is_left_for_the_next_run(runner: Runner, folder: Path) -> None:
    path = drop(folder, "a.csv", LINES)

    def grow(_: object) -> None:
        drop(folder, "a.csv", LINES + 2)

    first = (await run(runner, source(folder), grow)).run
    assert path.exists()
    second = (await run(runner, source(folder))).run
    assert first.counts["CREATED"] + second.counts.get("CREATED", 0) == second.lines == LINES + 2
    assert left(folder)["done"] == ["a.csv"]


@pytest.mark.usefixtures("_watchful")
async def test_a_cancelled_run_ends_at_a_chunk_and_the_next_goes_on_there(runner: Runner, folder: Path) -> None:
    drop(folder, "a.csv", LINES)
    cancelling: list[asyncio.Task[None]] = []

    async def cancel() -> None:
        async with runner.intake.database.connection() as connection:
            (open_run,) = await runs.list_runs(connection, None, 2)
            assert await runs.cancel(connection, open_run.run_id)

    def begin_to_cancel(_: object) -> None:
        if not cancelling:
            cancelling.append(asyncio.create_task(cancel()))

    cancelled = (await run(runner, source(folder), begin_to_cancel)).run
    await asyncio.gather(*cancelling)
    assert (cancelled.outcome, 0 < cancelled.lines < LINES) == (RunOutcome.CANCELLED, True)
    rest = (await run(runner, source(folder))).run
    assert (rest.outcome, rest.counts, rest.attempt) == (RunOutcome.DONE, {"CREATED": LINES}, 1)


@pytest.mark.usefixtures("_watchful")
async def test_a_run_that_has_lost_its_claim_is_left_to_others(runner: Runner, folder: Path) -> None:
    drop(folder, "a.csv", LINES)
    losing: list[asyncio.Task[None]] = []

    async def lose() -> None:
        async with runner.intake.database.connection() as connection:
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_locks "
                "where locktype = 'advisory' and objsubid = 1 and database = "
                "(select oid from pg_database where datname = current_database()) "
                "and (classid::bigint << 32) | objid::bigint = hashtextextended('source enrolments', 0)"
            )

    def begin_to_lose(_: object) -> None:
        if not losing:
            losing.append(asyncio.create_task(lose()))

    with pytest.raises(BrokenOff):
        await runner.run(source(folder), Brake(), begin_to_lose)
    await asyncio.gather(*losing)
    ended = (await run(runner, source(folder))).run
    assert (ended.outcome, ended.resumed, ended.counts) == (RunOutcome.DONE, 1, {"CREATED": LINES})


async def test_a_run_that_is_broken_off_again_and_again_has_failed(runner: Runner, folder: Path) -> None:
    drop(folder, "a.csv", LINES)
    await break_off(runner, source(folder))
    async with runner.intake.database.connection() as connection:
        await connection.execute("update run set resumed = $1", MOST_RESUMED)
    ended = (await run(runner, source(folder))).run
    assert (ended.outcome, ended.error_code) == (RunOutcome.FAILED, "RUN_KEEPS_BREAKING")
    assert (await run(runner, source(folder))).run.outcome is RunOutcome.DONE


async def test_a_source_that_is_not_due_any_more_is_not_run(runner: Runner, folder: Path) -> None:
    drop(folder, "a.csv", 2)
    assert await runner.run(source(folder), Brake(), nothing, lambda latest: latest is not None) is None
    assert await logged(runner) == []


def line(place: int, **more: object) -> str:
    return msgspec.json.encode(dict(zip(TITLES, enrolment(place), strict=True)) | more).decode()


POISON = {
    "half a character": line(0, 姓名="毒").replace("毒", "\\ud800"),
    "a NUL": line(0, 姓名="毒").replace("毒", "\\u0000"),
    "nested too deeply": line(0, 姓名="毒").replace('"毒"', "[" * 5_000 + "]" * 5_000),
    "a number that is too large": line(0, 姓名="毒").replace('"毒"', "1e999"),
    "a day in another era": line(0, 个人参保日期="99999-01-01"),
    "a time before all others": line(0, 变更时间="0001-01-01T00:00:00+14:00"),
    "a code of five thousand characters": line(0, 险种类型="x" * 5_000),
    "half a line": line(0)[:20],
    "no object": "[]",
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
async def test_a_poisonous_line_costs_no_other(runner: Runner, folder: Path, poison: str) -> None:
    lines = [line(place) if place != 7 else poison for place in range(20)]
    drop_text(folder, "a.jsonl", "\n".join(lines))
    ended = await run(runner, source(folder, "lines", pattern="*.jsonl"))
    assert (ended.run.outcome, ended.run.counts) == (RunOutcome.DONE, {"CREATED": 19, "QUARANTINED": 1})


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_the_first_and_the_last_day_there_is_are_days_like_any(runner: Runner, folder: Path, day: str) -> None:
    drop_text(folder, "a.jsonl", "\n".join(line(place, 个人参保日期=day, 生效日期=day) for place in range(2)))
    ended = await run(runner, source(folder, "lines", pattern="*.jsonl"))
    assert (ended.run.outcome, ended.run.counts) == (RunOutcome.DONE, {"CREATED": 2})


@pytest.mark.slow
async def test_of_ten_thousand_lines_one_that_is_poison_costs_no_other(runner: Runner, folder: Path) -> None:
    spoilt = list(POISON.values())
    lines = [spoilt[place % len(spoilt)] if place % 1_000 == 500 else line(place) for place in range(10_000)]
    drop_text(folder, "a.jsonl", "\n".join(lines))
    ended = await run(runner, source(folder, "lines", pattern="*.jsonl"))
    assert (ended.run.outcome, ended.run.counts) == (RunOutcome.DONE, {"CREATED": 9_990, "QUARANTINED": 10})
    assert (await run(runner, source(folder, "lines", pattern="*.jsonl"))).run.lines == 0


async def test_a_folder_of_full_copies_ends_what_a_copy_leaves_out_and_sets_one_aside_that_was_cut_off(
    runner: Runner, folder: Path, database: Database
) -> None:
    copies = source(folder, mode=Mode.SNAPSHOT)
    for name, lines in (("a.csv", 40), ("b.csv", 38)):
        drop(folder, name, lines)
        assert (await run(runner, copies)).run.outcome is RunOutcome.DONE
    drop(folder, "c.csv", 5)
    cut_off = (await run(runner, copies)).run
    assert (cut_off.outcome, cut_off.error_code) == (RunOutcome.FAILED, "TOO_MANY_REMOVALS")
    assert left(folder) == {"": [], "done": ["a.csv", "b.csv"], "failed": ["c.csv", "c.csv.txt"]}
    assert "leaves out 33 of 38 records" in (folder / "failed" / "c.csv.txt").read_text(encoding="utf-8")
    async with database.connection() as connection:
        assert await connection.fetchval("select count(*) from state where operation = 'ABSENT'") == 2
