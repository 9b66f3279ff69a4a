"""Databases are run like folders: logged, gone on with, cancelled wherever they wait."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from socket import create_server

import pytest

from adapters.brake import Brake, BrokenOff
from adapters.running import Runner
from adapters.sources import Source
from adapters.transports.sql_settings import Full, SqlSource, Watermark
from hub.catalog import Model
from hub.intake import taking
from hub.intake.submission import Intake
from hub.settings import Settings
from hub.store import runs
from hub.store.pool import Database
from hub.store.runs import LoggedRun, RunOutcome
from hub.vault.cipher import Vault
from tests.adapters.drops import TITLES, enrolment
from tests.adapters.sources import make_sqlite

LINES = 500


@pytest.fixture
def runner(database: Database, model: Model, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    monkeypatch.setattr(taking, "MOST_LINES", 200)
    return Runner(Intake(database, model, vault), Settings(data_dir=str(tmp_path / "data")), "test")


@pytest.fixture
def growing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """A database of enrolments, of which a run reads what is new."""
    columns = ", ".join(f'"{title}" text' for title in TITLES)
    rows = [(str(place), *enrolment(place)) for place in range(LINES)]
    marks = ", ".join("?" * (len(TITLES) + 1))
    url = make_sqlite(
        tmp_path / "a.db",
        f"create table enrolment (id text primary key, {columns})",
        f"insert into enrolment values ({marks})",  # noqa: S608 - question marks
        rows=[(f"{int(row[0]):06}", *row[1:]) for row in rows],
    )
    monkeypatch.setenv("ENROLMENTS_URL", url)
    read = Watermark(column="id", key=("id",), overlap=0)
    return sourced(SqlSource(url_env="ENROLMENTS_URL", table="enrolment", columns=("id", *TITLES), read=read))


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """A database that takes connections and says nothing."""
    with create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("SILENT_URL", f"postgresql://hub@127.0.0.1:{listener.getsockname()[1]}/hub")
        yield sourced(SqlSource(url_env="SILENT_URL", table="a", read=Full(key=("id",)), timeout=3, attempts=1))


def sourced(transport: SqlSource) -> Source:
    return Source(name="rows", register="social_security", record="socialInsurances", transport=transport)


async def run(runner: Runner, source: Source) -> LoggedRun:
    ended = await runner.run(source, Brake(), lambda file: None)
    assert ended is not None
    return ended.run


async def test_the_rows_of_a_database_are_taken_in_and_then_only_new_ones(runner: Runner, growing: Source) -> None:
    first, second = await run(runner, growing), await run(runner, growing)
    assert (first.outcome, first.counts) == (RunOutcome.DONE, {"CREATED": LINES})
    assert (second.outcome, second.counts) == (RunOutcome.DONE, {})
    assert first.newest_stated_at is not None


async def test_rows_whose_run_was_broken_off_are_there_once(runner: Runner, growing: Source) -> None:
    brake = Brake()
    with pytest.raises(BrokenOff):
        await runner.run(growing, brake, lambda file: brake.press(BrokenOff()))
    ended = await run(runner, growing)
    assert (ended.resumed, ended.counts, len(ended.submission_ids)) == (1, {"CREATED": LINES}, 1)


async def test_a_source_whose_address_is_not_told_fails_and_says_so(
    runner: Runner, growing: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ENROLMENTS_URL")
    failed = await run(runner, growing)
    assert (failed.outcome, failed.error_code) == (RunOutcome.FAILED, "SOURCE_UNUSABLE")


async def test_a_run_that_waits_for_a_database_is_cancelled_where_it_waits(runner: Runner, silent: Source) -> None:
    running = asyncio.create_task(run(runner, silent))
    async with runner.intake.database.connection() as connection:
        found: list[LoggedRun] = []
        while not found:
            await asyncio.sleep(0.02)
            found = await runs.list_runs(connection, None, 1)
        assert await runs.cancel(connection, found[0].run_id)
    assert (await running).outcome is RunOutcome.CANCELLED


async def test_a_database_that_says_nothing_is_a_source_that_does_not_answer(runner: Runner, silent: Source) -> None:
    failed = await run(runner, silent)
    assert (failed.outcome, failed.error_code) == (RunOutcome.FAILED, "SOURCE_UNAVAILABLE")
