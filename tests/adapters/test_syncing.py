"""A source is read, taken in, and only then moved on; whatever breaks between loses nothing and doubles nothing."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from adapters.loading import LoadReport, load
from adapters.recognising import RecognisedFile
from adapters.syncing import Destination, sync
from adapters.transports import Pull
from adapters.transports.content import Limits
from graphql_schema.services import Services
from hub.errors import SourceMoved, SourceUnusable
from hub.intake.submission import Intake
from hub.settings import Settings
from hub.store.pool import Database, connect_directly
from hub.store.sources import forget_source, move_source, source_cursor
from tests.adapters.databases import Source
from tests.adapters.sources import make_sqlite, opened
from tests.conftest import Server, with_database
from tests.people import id_number

HOUSEHOLD = Destination(name="household", register="household_registration", mapping={"sfzh": "idNumber"})
TABLE = "create table hjry (sfzh text primary key, 姓名 text, gxsj text)"
INSERT = "insert into hjry values (?, ?, ?)"
GROWING = {"mode": "watermark", "column": "gxsj", "key": ["sfzh"], "overlap": 60}


@pytest.fixture
def spools(tmp_path: Path) -> Path:
    return tmp_path / "spools"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "household.db"
    rows = [(id_number(place), f"甲{place}", f"2024-01-01 10:0{place}:00") for place in range(5)]
    make_sqlite(path, TABLE, INSERT, rows=rows)
    return path


@pytest.fixture
def intake(services: Services) -> Intake:
    return services.intake


def growing(path: Path) -> Pull:
    return opened(f"sqlite:///{path}", table="hjry", read=GROWING)


def is_empty(folder: Path) -> bool:
    return not list(folder.iterdir())


def write(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


async def run(intake: Intake, pull: Pull, spools: Path, to: Destination = HOUSEHOLD) -> LoadReport | None:
    async def take_in(recognised: RecognisedFile) -> LoadReport:
        return await load(intake, recognised, "test", lambda file: None)

    return await sync(intake, to, pull, spools, limits=Limits.of(Settings()), take_in=take_in)


async def on_insert(database: Database, table: str, action: str) -> None:
    """Have the hub's own database do ``action`` when something is inserted into ``table``."""
    async with database.connection() as connection:
        await connection.execute(
            f"create function instead() returns trigger language plpgsql as $$ begin {action}; return null; end $$"
        )
        await connection.execute(
            f"create trigger instead after insert on {table} for each statement execute function instead()"
        )


async def cursor_of(database: Database) -> str | None:
    async with database.connection() as connection:
        return await source_cursor(connection, HOUSEHOLD.name)


async def test_what_a_source_gains_is_taken_in_run_by_run(
    intake: Intake, source: Path, spools: Path, database: Database
) -> None:
    first = await run(intake, growing(source), spools)
    assert first is not None
    assert first.summary.counts == {"CREATED": 5}
    assert first.unknown_columns == ("gxsj",)
    write(source, "update hjry set 姓名 = '乙', gxsj = '2024-01-02 10:00:00' where sfzh = ?", id_number(0))
    second = await run(intake, growing(source), spools)
    assert second is not None
    assert second.summary.counts["UPDATED"] + second.summary.counts["CORRECTED"] == 1
    assert is_empty(spools)


async def test_the_cursor_stays_until_the_submission_is_finished(
    intake: Intake, source: Path, spools: Path, database: Database
) -> None:
    await on_insert(database, "source_cursor", "raise exception 'broken off'")
    with pytest.raises(asyncpg.RaiseError):
        await run(intake, growing(source), spools)
    assert await cursor_of(database) is None
    async with database.connection() as connection:
        await connection.execute("drop function instead() cascade")
    again = await run(intake, growing(source), spools)
    assert again is not None
    assert again.summary.counts == {"UNCHANGED": 5}
    assert await cursor_of(database) is not None
    async with database.connection() as connection:
        assert await connection.fetchval("select count(*) from submission") == 1
        assert await connection.fetchval("select count(*) from state") == 5


async def test_a_source_with_nothing_to_give_makes_no_submission(
    intake: Intake, source: Path, spools: Path, database: Database
) -> None:
    write(source, "delete from hjry")
    assert await run(intake, growing(source), spools) is None
    async with database.connection() as connection:
        assert await connection.fetchval("select count(*) from submission") == 0


async def test_a_copy_that_is_again_what_it_was_before_a_change_is_said_anew(
    intake: Intake, source: Path, spools: Path
) -> None:
    outcomes = []
    for name in ("甲", "乙", "甲"):
        write(source, "update hjry set 姓名 = ?", name)
        pull = opened(f"sqlite:///{source}", table="hjry", read={"mode": "full", "key": ["sfzh"]})
        report = await run(intake, pull, spools)
        assert report is not None
        outcomes.append(dict(report.summary.counts))
    assert outcomes == [{"CREATED": 5}, {"CORRECTED": 5}, {"CORRECTED": 5}]


async def test_a_row_that_cannot_be_taken_in_costs_no_other(intake: Intake, source: Path, spools: Path) -> None:
    write(source, INSERT, "no number", "poison", "2024-01-01 09:00:00")
    report = await run(intake, growing(source), spools)
    assert report is not None
    assert report.summary.counts == {"CREATED": 5, "QUARANTINED": 1}


async def test_two_runs_never_move_one_source(intake: Intake, source: Path, spools: Path, database: Database) -> None:
    await run(intake, growing(source), spools)
    stood = await cursor_of(database)
    async with database.connection() as connection:
        assert not await move_source(connection, HOUSEHOLD.name, None, "somewhere", None)
        assert not await move_source(connection, "another", "a cursor it never had", "somewhere", None)
    assert await cursor_of(database) == stood


async def test_a_run_that_another_overtook_says_so(
    intake: Intake, source: Path, spools: Path, database: Database
) -> None:
    await run(intake, growing(source), spools)
    await on_insert(database, "submission", "update source_cursor set cursor = 'further'")
    with pytest.raises(SourceMoved):
        await run(intake, growing(source), spools)
    assert await cursor_of(database) == "further"


async def test_a_source_that_is_forgotten_is_read_from_its_beginning(
    intake: Intake, source: Path, spools: Path, database: Database
) -> None:
    await run(intake, growing(source), spools)
    async with database.connection() as connection:
        assert await forget_source(connection, HOUSEHOLD.name)
    report = await run(intake, growing(source), spools)
    assert report is not None
    assert report.summary.position == 5


async def test_a_database_that_is_read_in_full_is_a_full_copy_where_it_is_said_to_be(
    intake: Intake, source: Path, spools: Path
) -> None:
    full = opened(f"sqlite:///{source}", table="hjry", read={"mode": "full", "key": ["sfzh"]})
    trusting = replace(intake, most_removed_share=0.5)
    for is_copy, removed in ((True, 0), (False, 0), (True, 1)):
        report = await run(trusting, full, spools, replace(HOUSEHOLD, is_copy=is_copy))
        assert report is not None
        assert report.summary.removed == removed
        write(source, "delete from hjry where sfzh = ?", id_number(4))


async def test_text_that_is_none_in_its_encoding_costs_its_own_row_alone(
    intake: Intake, source: Path, spools: Path, database: Database
) -> None:
    write(source, "update hjry set 姓名 = cast(x'E78EFF' as text) where sfzh = ?", id_number(2))
    report = await run(intake, growing(source), spools)
    assert report is not None
    assert report.summary.counts == {"CREATED": 4, "QUARANTINED": 1}
    async with database.connection() as connection:
        assert await connection.fetchval("select reason from quarantine") == "INVALID_ENCODING"
    spoil = "update hjry set sfzh = cast(x'E78EFF' as text), gxsj = '2024-01-03 00:00:00' where sfzh = ?"
    write(source, spoil, id_number(2))
    with pytest.raises(SourceUnusable, match="orders its rows and holds text that is none"):
        await run(intake, growing(source), spools)


async def test_a_database_that_looks_at_no_encoding_costs_the_rows_whose_text_is_none(
    intake: Intake, spools: Path, embedded_server: Server
) -> None:
    name = f"hub_test_{uuid4().hex}"
    async with connect_directly(embedded_server.url) as server:
        await server.execute(
            f"create database {name} encoding 'SQL_ASCII' locale_provider libc locale 'C' template template0"
        )
        try:
            url = with_database(embedded_server.url, name)
            async with connect_directly(url) as there:
                await there.execute("create table hjry (sfzh text primary key, xm text)")
                await there.execute(
                    r"insert into hjry values ($1, '甲'), ($2, E'\xE7\x8E')", id_number(1), id_number(2)
                )
            full = opened(url, table="hjry", read={"mode": "full", "key": ["sfzh"]})
            to = replace(HOUSEHOLD, mapping={**HOUSEHOLD.mapping, "xm": "name"})
            report = await run(intake, full, spools, to)
            assert report is not None
            assert report.summary.counts == {"CREATED": 1, "QUARANTINED": 1}
        finally:
            await server.execute(f"drop database {name} with (force)")


async def test_characters_that_only_a_department_knows_cost_the_rows_that_hold_them(
    intake: Intake, spools: Path, mariadb: Source, database: Database
) -> None:
    mariadb.run(
        "create table hjry (sfzh varchar(18) primary key, xm varchar(40)) character set gbk",
        f"insert into hjry values ('{id_number(1)}', '张'), ('{id_number(2)}', _gbk x'FE50')",  # noqa: S608
    )
    full = opened(f"{mariadb.url}?charset=gbk", table="hjry", read={"mode": "full", "key": ["sfzh"]})
    report = await run(intake, full, spools, replace(HOUSEHOLD, mapping={**HOUSEHOLD.mapping, "xm": "name"}))
    assert report is not None
    assert report.summary.counts == {"CREATED": 1, "QUARANTINED": 1}
    async with database.connection() as connection:
        assert await connection.fetchval("select reason from quarantine") == "INVALID_ENCODING"
        assert "张" in await connection.fetchval("select merged::text from view")
