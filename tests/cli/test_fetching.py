"""`hub sync`, `hub worker` and what tells of them, in processes of their own over real folders."""

import asyncio
import re
import signal
from pathlib import Path

import pytest

from hub.store.pool import Database, connect_directly
from hub.store.runs import claim
from tests.adapters.drops import drop, enrolment
from tests.adapters.sources import make_sqlite
from tests.cli.running import ROOT, call_hub, run_hub, start_hub
from tests.people import id_number

SOURCE = """\
[[source]]
name = "{name}"
register = "social_security"
record = "socialInsurances"
unit = "{name}"
schedule = "1s"
transport = {{ kind = "folder", path = "{name}", pattern = "*.csv" }}
"""


GROWING = """\
[[source]]
name = "households"
register = "household_registration"

[source.transport]
kind = "sql"
url_env = "HOUSEHOLDS_URL"
table = "hjry"
stated_at = "gxsj"
read = { mode = "watermark", column = "gxsj", key = ["公民身份号码"], overlap = 0 }
"""


@pytest.fixture
def hub(hub: dict[str, object], tmp_path: Path) -> dict[str, object]:
    """A hub with two sources, of which one has a folder."""
    file = tmp_path / "adapters.toml"
    text = "\n".join(SOURCE.format(name=name) for name in ("enrolments", "lost"))
    file.write_text(text.replace('path = "', f'path = "{tmp_path}/'), encoding="utf-8")
    return hub | {"HUB_SOURCES_FILE": file}


def test_sync_exits_with_what_came_of_it_and_the_log_tells_it_again(hub: dict[str, object], tmp_path: Path) -> None:
    drop(tmp_path / "enrolments", "a.csv", 10)
    code, output = run_hub("sync", "enrolments", **hub)
    assert (code, "enrolments: done, 10 created" in output) == (0, True), output
    drop(tmp_path / "enrolments", "b.csv", 12, {11: ["1", *enrolment(11)[1:]]})
    code, output = run_hub("sync", **hub)
    assert code == 2
    assert "enrolments: done, 1 created, 1 quarantined, 10 unchanged" in output
    assert "error: lost: The source does not answer: the folder cannot be used (No such file or directory)." in output
    code, output = run_hub("sync", "enrolments", **hub)
    assert (code, "enrolments: done, nothing new" in output) == (0, True), output
    code, output = call_hub("sources", **hub)
    assert code == 0
    assert re.search(r"enrolments +│ social_security +│ 1s +│ done ", output)
    assert re.search(r"lost +│ social_security +│ 1s +│ retrying .* SOURCE_UNAVAILABLE", output)
    code, output = call_hub("runs", "--source", "enrolments", **hub)
    assert (code, output.count("│ done "), output.count("10 created")) == (0, 3, 1), output


async def test_a_source_that_was_reset_is_read_from_its_beginning(
    hub: dict[str, object], tmp_path: Path, database: Database
) -> None:
    make_sqlite(
        tmp_path / "household.db",
        "create table hjry (公民身份号码 text primary key, 姓名 text, gxsj text)",
        "insert into hjry values (?, ?, ?)",
        rows=[(id_number(place), f"甲{place}", f"2024-01-01 10:0{place}:00") for place in range(3)],
    )
    file = tmp_path / "adapters.toml"
    file.write_text(GROWING, encoding="utf-8")
    environment = hub | {"HOUSEHOLDS_URL": f"sqlite:///{tmp_path}/household.db"}
    for told in ("3 created", "1 unchanged"):  # the row at the watermark is read again
        code, output = run_hub("sync", **environment)
        assert (code, told in output) == (0, True), output
    code, output = call_hub("sources", "reset", "weather", "--yes", **environment)
    assert (code, "There is no source named weather" in output) == (2, True), output
    code, output = call_hub("sources", "reset", "households", **environment)
    assert (code, "from its beginning" in output) == (1, True), output  # nobody is there to confirm it
    async with connect_directly(database.direct_url) as session:
        assert await claim(session, "households")
        code, output = call_hub("sources", "reset", "households", "--yes", **environment)
        assert (code, "Another process is running the source households" in output) == (2, True), output
    for told in ("begins at its beginning", "would have begun at its beginning anyway"):
        code, output = call_hub("sources", "reset", "households", "--yes", **environment)
        assert (code, told in output) == (0, True), output
    code, output = run_hub("sync", **environment)
    assert (code, "3 unchanged" in output) == (0, True), output


def test_sync_of_lines_that_stay_in_quarantine_exits_with_one(hub: dict[str, object], tmp_path: Path) -> None:
    drop(tmp_path / "enrolments", "a.csv", 2, {0: ["1", *enrolment(0)[1:]]})
    assert run_hub("sync", "enrolments", **hub)[0] == 1


def test_what_is_not_declared_is_refused(hub: dict[str, object], tmp_path: Path) -> None:
    code, output = run_hub("sync", "weather", **hub)
    assert (code, "There is no source named weather" in output) == (2, True), output
    code, output = run_hub("worker", **hub | {"HUB_SOURCES_FILE": tmp_path / "nowhere"})
    assert (code, "there is no file" in output) == (2, True), output
    code, output = call_hub("cancel", "01a20382-d513-7458-bd32-71fc90158aa8", **hub)
    assert (code, "No run 01a20382-d513-7458-bd32-71fc90158aa8 is going on." in output) == (2, True), output


def test_sources_check_explains_every_mistake(hub: dict[str, object], tmp_path: Path) -> None:
    example = ROOT / "docs" / "examples" / "sources" / "adapters.toml"
    code, output = call_hub("sources", "check", example)
    assert (code, output.startswith("No mistake: ")) == (0, True), output
    file = tmp_path / "adapters.toml"
    file.write_text(SOURCE.format(name="a").replace("1s", "often"), encoding="utf-8")
    code, output = call_hub("sources", "check", **hub)
    assert (code, "error: 1 mistakes" in output) == (2, True), output
    assert output.startswith("adapters.toml:6: `often` is no schedule; write an interval")


async def test_a_worker_runs_its_sources_until_it_is_stopped(
    hub: dict[str, object], tmp_path: Path, database: Database
) -> None:
    drop(tmp_path / "enrolments", "a.csv", 10)
    with start_hub("worker", **hub) as worker:
        async with database.connection() as connection:
            while await connection.fetchval("select count(*) from run where outcome = 'DONE'") < 2:
                assert worker.poll() is None
                await asyncio.sleep(0.05)
            states = await connection.fetch("select counts, outcome from run where lines > 0")
        worker.send_signal(signal.SIGTERM)
        output, _ = worker.communicate()
    assert (worker.returncode, [tuple(row) for row in states]) == (0, [('{ "CREATED" : 10 }', "DONE")]), output
    assert "source lost: failed, 0 lines" in output


async def test_a_run_is_cancelled_from_another_process(
    hub: dict[str, object], tmp_path: Path, database: Database
) -> None:
    drop(tmp_path / "enrolments", "a.csv", 20_000)
    with start_hub("sync", "enrolments", **hub) as sync:
        async with database.connection() as connection:
            while not (run := await connection.fetchval("select run_id from run where lines > 0")):
                assert sync.poll() is None
                await asyncio.sleep(0.05)
        code, cancelled = call_hub("cancel", run, **hub)
        output, _ = sync.communicate()
    assert (code, "ends at its next chunk" in cancelled) == (0, True), cancelled
    assert (sync.returncode, "enrolments: cancelled, " in output) == (2, True), output
    assert (tmp_path / "enrolments" / "a.csv").exists()
