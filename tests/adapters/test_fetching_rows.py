"""What a department's database or API gains comes to the hub run by run, as `hub sync` and the worker run sources."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse

from adapters.brake import Brake
from adapters.running import Ended, Runner
from adapters.sources import Source as Declared
from hub.catalog import Model
from hub.intake.submission import Intake
from hub.settings import Settings
from hub.store.pool import Database
from hub.vault.cipher import Vault
from hub.vault.key_file import load_keys
from tests.adapters.databases import Source, through
from tests.adapters.web import Api, serving
from tests.adapters.wire import wire_to
from tests.cli.running import run_hub
from tests.people import id_number

COLUMNS = {"gmsfhm": "idNumber", "xm": "name"}
GROWING = {"mode": "watermark", "column": "gxsj", "key": ["gmsfhm"], "overlap": 0}


@pytest.fixture
def runner(database: Database, model: Model, vault: Vault, tmp_path: Path) -> Runner:
    return Runner(Intake(database, model, vault), Settings(data_dir=str(tmp_path / "data")), "test")


def declared(transport: Mapping[str, object], name: str = "households") -> Declared:
    said = {"name": name, "register": "household_registration", "columns": COLUMNS, "transport": transport}
    return msgspec.convert(said, Declared)


def of_database(**settings: object) -> dict[str, object]:
    return {"kind": "sql", "url_env": "SOURCE_URL", "table": "hjry", "read": GROWING, "backoff": 0.01, **settings}


async def run(runner: Runner, source: Declared) -> Ended:
    ended = await runner.run(source, Brake(), lambda file: None)
    assert ended is not None
    return ended


def register(source: Source, count: int = 3) -> None:
    source.run("create table hjry (gmsfhm varchar(18) primary key, xm varchar(40), gxsj timestamp)")
    source.run(*(added(id_number(place), f"某{place}", f"2024-01-01 10:00:0{place % 10}") for place in range(count)))


def added(number: str, name: str, at: str) -> str:
    return f"insert into hjry values ('{number}', '{name}', '{at}')"  # noqa: S608


async def test_what_a_database_gains_is_taken_in_run_by_run(
    runner: Runner, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_URL", source.url)
    register(source)
    households = declared(of_database(page_rows=2))
    assert (await run(runner, households)).run.counts == {"CREATED": 3}
    source.run(
        "update hjry set xm = '另', gxsj = '2024-01-01 11:00:00' where xm = '某0'",
        added("no number", "poison", "2024-01-01 11:00:01"),
    )
    second = await run(runner, households)
    assert second.run.counts == {"CORRECTED": 1, "QUARANTINED": 1, "UNCHANGED": 1}
    assert second.problem is None
    third = await run(runner, households)
    assert third.run.counts == {"QUARANTINED": 1}, "the watermark itself is read again, for rows that share it"


async def test_a_database_that_drops_the_connection_is_gone_on_with_by_the_next_run(
    runner: Runner, postgresql: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(postgresql, 200)
    if postgresql.server is None:
        pytest.skip("the server of HUB_TEST_DATABASE_URL is not reached by a socket")
    async with wire_to(postgresql.server, most=3_000, cuts=1) as wire:
        monkeypatch.setenv("SOURCE_URL", through(postgresql.url, wire.port))
        households = declared(of_database(page_rows=20, attempts=1))
        failed = await run(runner, households)
        assert failed.problem is not None
        assert failed.problem.code == "SOURCE_UNAVAILABLE"
        again = await run(runner, households)
    assert again.run.counts == {"CREATED": 200}


async def test_what_an_api_gains_is_taken_in_run_by_run(runner: Runner) -> None:
    people = [{"gmsfhm": id_number(place), "xm": f"某{place}"} for place in range(3)]

    def feed(request: Request) -> JSONResponse:
        after = int(request.query_params.get("after", 0))
        return JSONResponse({"items": people[after : after + 2], "next": min(after + 2, len(people))})

    async with serving(feed) as api:
        permits = declared(of_api(api))
        assert (await run(runner, permits)).run.counts == {"CREATED": 3}
        people.append({"gmsfhm": id_number(0), "xm": "另"})
        assert (await run(runner, permits)).run.counts == {"CORRECTED": 1}
        assert (await run(runner, permits)).run.lines == 0


def of_api(api: Api) -> dict[str, object]:
    paging = {"by": "cursor", "path": "next", "param": "after"}
    return {"kind": "http", "url": f"{api.url}/people", "rows": "items", "paging": paging, "read": {"mode": "changes"}}


FILE = """
[[source]]
name = "{name}"
register = "household_registration"
columns = {{ gmsfhm = "idNumber", xm = "name" }}
transport = {transport}
"""


async def test_hub_sync_fetches_from_every_kind_of_source(
    database_url: str, postgresql: Source, mariadb: Source, sqlite: Source, tmp_path: Path
) -> None:
    databases = {"postgresql": postgresql, "mariadb": mariadb, "sqlite": sqlite}
    for one in databases.values():
        register(one)
    reading = 'table = "hjry", read = { mode = "full", key = ["gmsfhm"] }'
    transports = {name: f'{{ kind = "sql", url_env = "{name.upper()}", {reading} }}' for name in databases}
    urls = {name.upper(): one.url for name, one in databases.items()}
    people = [{"gmsfhm": id_number(place), "xm": f"某{place}"} for place in range(4)]
    async with serving(lambda request: JSONResponse(people)) as api:
        transports["http"] = f'{{ kind = "http", url = "{api.url}/people" }}'
        path = tmp_path / "adapters.toml"
        declare(path, transports)
        load_keys(tmp_path / "vault.keys", create=True)
        settings = {"HUB_DATABASE_URL": database_url, "HUB_DATA_DIR": tmp_path, "HUB_SOURCES_FILE": path}
        code, output = await asyncio.to_thread(run_hub, "sync", **settings, **urls)
    assert code == 0, output
    lines = [line for line in output.splitlines() if ": done" in line]
    assert [line.partition(":")[0] for line in lines] == ["postgresql", "mariadb", "sqlite", "http"]
    assert ["created" in line.lower() for line in lines] == [True, False, False, True], output


def declare(path: Path, transports: Mapping[str, str]) -> None:
    text = "".join(FILE.format(name=name, transport=transport) for name, transport in transports.items())
    path.write_text(text, encoding="utf-8")
