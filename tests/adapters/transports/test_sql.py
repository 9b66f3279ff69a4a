"""Databases are read whole, in order and to the last digit, over real connections that break."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import create_engine, text

from adapters.pulling import pull as spool
from adapters.transports import Pull
from adapters.transports.pull import PullSource, SqlSource, open_pull
from adapters.transports.sql_drivers import address_of
from hub.errors import SourceUnavailable, SourceUnusable
from tests.adapters.databases import Source, through
from tests.adapters.sources import Row, opened, rows_of
from tests.adapters.wire import wire_to

LATER = datetime(2100, 1, 1, tzinfo=UTC)
FULL = {"mode": "full", "key": ["id"]}
GROWING = {"mode": "watermark", "column": "changed_at", "key": ["id"], "overlap": 60}
CHANGES = {"mode": "changes", "id": "id", "operation": "op"}


def people(source: Source, count: int = 5) -> None:
    source.run("create table people (id integer primary key, 姓名 varchar(40), changed_at timestamp)")
    rows = [f"({number}, '甲{number}', '2024-01-01 10:00:0{number % 10}')" for number in range(count)]
    insert(source, "people", *rows)


def insert(source: Source, table: str, *rows: str) -> None:
    source.run(f"insert into {table} values {', '.join(rows)}")  # noqa: S608


def ids(rows: Sequence[Row]) -> list[object]:
    return [row["id"] for row in rows]


async def last_cursor(pull: Pull, after: str | None = None) -> str:
    return [page.cursor async for page in pull.pages(after)][-1]


async def test_a_table_is_read_whole_in_the_order_of_its_key(source: Source) -> None:
    people(source)
    rows = await rows_of(source.opened(table="people", read=FULL))
    assert ids(rows) == [0, 1, 2, 3, 4]
    assert [row["姓名"] for row in rows] == ["甲0", "甲1", "甲2", "甲3", "甲4"]
    assert list(rows[0]) == ["id", "姓名", "changed_at"]


async def test_a_full_copy_goes_on_behind_any_of_its_pages(source: Source) -> None:
    people(source)
    pull = source.opened(table="people", read=FULL)
    for page in [page async for page in pull.pages(None)]:
        rest = await rows_of(pull, page.cursor)
        assert ids(rest) == list(range(page.rows[-1]["id"] + 1, 5))  # type: ignore[operator]
    assert pull.next_start(page.cursor, LATER) is None


async def test_a_key_of_several_columns_is_followed(source: Source) -> None:
    pairs = [(unit, number) for unit in ("a", "b", "c") for number in range(3)]
    source.run("create table pairs (unit varchar(9), number integer, primary key (unit, number))")
    insert(source, "pairs", *(f"('{unit}', {number})" for unit, number in pairs))
    rows = await rows_of(source.opened(table="pairs", read={"mode": "full", "key": ["unit", "number"]}))
    assert [(row["unit"], row["number"]) for row in rows] == pairs


async def test_a_query_is_read_like_a_table(source: Source) -> None:
    people(source)
    query = "select id, 姓名 as name, '10:30 :id 100%' as note from people where 姓名 <> '甲3';"
    rows = await rows_of(source.opened(query=query, read=FULL))
    assert ids(rows) == [0, 1, 2, 4]
    assert rows[0] == {"id": 0, "name": "甲0", "note": "10:30 :id 100%"}


async def test_only_the_columns_that_are_named_are_read(source: Source) -> None:
    people(source)
    (row, *_) = await rows_of(source.opened(table="people", columns=["姓名"], read=FULL))
    assert row == {"id": 0, "姓名": "甲0"}


async def test_what_grew_since_the_last_run_is_read_and_no_more(source: Source) -> None:
    people(source)
    pull = source.opened(table="people", read={**GROWING, "overlap": 0})
    start = pull.next_start(await last_cursor(pull), LATER)
    source.run(
        "insert into people values (9, '乙', '2024-02-01 00:00:00')",
        "update people set 姓名 = '丙', changed_at = '2024-02-01 00:00:00' where id = 0",
    )
    assert ids(await rows_of(pull, start)) == [4, 0, 9]


async def test_a_row_that_was_committed_late_is_read_within_the_overlap(source: Source) -> None:
    people(source)
    pull = source.opened(table="people", read=GROWING)
    start = pull.next_start(await last_cursor(pull), LATER)
    source.run("insert into people values (7, 'late', '2024-01-01 09:59:30')")
    assert 7 in ids(await rows_of(pull, start))


async def test_a_clock_an_hour_ahead_hides_nothing_once_it_is_put_right(source: Source) -> None:
    people(source)
    began_at = datetime(2024, 1, 1, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai, when the source's clock shows 10:00
    pull = source.opened(table="people", read=GROWING)
    start = pull.next_start(await last_cursor(pull), began_at)
    source.run("insert into people values (8, 'clock put right', '2024-01-01 09:05:00')")
    assert 8 in ids(await rows_of(pull, start))


async def test_rows_of_one_watermark_are_told_apart_across_pages(source: Source) -> None:
    people(source)
    source.run("update people set changed_at = '2024-01-01 10:00:00'")
    assert ids(await rows_of(source.opened(table="people", read=GROWING))) == [0, 1, 2, 3, 4]


def changes(source: Source, *rows: str) -> None:
    source.run("create table log (id integer primary key, op varchar(9), sfzh varchar(18), at varchar(30))")
    insert(source, "log", *rows)


async def test_a_change_table_tells_what_happened_to_each_row(source: Source) -> None:
    changes(source, "(1, 'I', 'a', '')", "(2, 'u', 'a', '')", "(3, 'DELETE', 'b', '')", "(4, '?', 'c', '')")
    rows = await rows_of(source.opened(table="log", read=CHANGES))
    assert [(row["sfzh"], row["_operation"]) for row in rows] == [
        ("a", "STATE"),
        ("a", "STATE"),
        ("b", "END"),
        ("c", "?"),
    ]


async def test_a_source_has_its_own_words_for_what_happened(source: Source) -> None:
    changes(source, "(1, '新增', 'a', '')", "(2, '注销', 'a', '')")
    read = {**CHANGES, "operations": {"新增": "STATE", "注销": "END"}}
    rows = await rows_of(source.opened(table="log", read=read))
    assert [row["_operation"] for row in rows] == ["STATE", "END"]


async def test_a_change_whose_transaction_ended_late_is_still_read(source: Source) -> None:
    changes(source, "(1, 'I', 'a', '')", "(2, 'I', 'b', '')", "(5, 'I', 'e', '')", "(8, 'I', 'h', '')")
    pull = source.opened(table="log", read=CHANGES)
    start = pull.next_start(await last_cursor(pull), LATER)
    source.run("insert into log values (4, 'I', 'late', ''), (9, 'I', 'new', '')")
    rows = [page async for page in pull.pages(start)]
    assert [row["sfzh"] for page in rows for row in page.rows] == ["late", "new"]
    source.run("insert into log values (3, 'I', 'later', ''), (7, 'I', 'later still', '')")
    assert [row["sfzh"] for row in await rows_of(pull, rows[-1].cursor)] == ["later", "later still"]


async def test_a_change_can_hold_its_row_as_a_document(source: Source) -> None:
    kind = "text" if source.url.startswith("sqlite") else "json"
    source.run(
        f"create table log (id integer primary key, op varchar(9), doc {kind})",
        """insert into log values (1, 'I', '{"sfzh"\\: "a", "n"\\: 1.50}'), (2, 'D', '[1]')""",
    )
    rows = await rows_of(source.opened(table="log", read={**CHANGES, "row": "doc"}))
    assert (rows[0]["sfzh"], float(str(rows[0]["n"])), rows[0]["_operation"]) == ("a", 1.5, "STATE")
    assert "doc" in rows[1]


async def test_the_source_can_say_when_it_said_a_row(source: Source) -> None:
    changes(source, "(1, 'I', 'a', '20240131120000')", "(2, 'I', 'b', '2024-01-31T04:00:00Z')", "(3, 'I', 'c', 'x')")
    rows = await rows_of(source.opened(table="log", stated_at="at", read=CHANGES))
    assert [str(row["_statedAt"]) for row in rows] == ["2024-01-31 12:00:00", "2024-01-31 04:00:00+00:00", "x"]


async def test_values_become_cells_without_losing_a_digit(remote: Source, tmp_path: Path) -> None:
    remote.run(
        "create table kinds (id bigint primary key, born date, amount numeric(30, 10), flag boolean, big bigint)",
        "insert into kinds values (1, '1949-12-31', 12345678901234567890.0000000001, true, 110105194912310021)",
    )
    path = tmp_path / "kinds.jsonl"
    await spool(remote.opened(table="kinds", read=FULL), None, path)
    row = msgspec.json.decode(path.read_bytes())
    del row["_statedAt"]
    assert row == {
        "id": 1,
        "born": "1949-12-31",
        "amount": "12345678901234567890.0000000001",
        "flag": True if "postgresql" in remote.url else 1,
        "big": "110105194912310021",
    }


async def test_a_connection_that_drops_in_mid_read_loses_no_row(remote: Source) -> None:
    people(remote, 200)
    if remote.server is None:
        pytest.skip("the server of HUB_TEST_DATABASE_URL is not reached by a socket")
    async with wire_to(remote.server, most=2_500, cuts=3) as wire:
        pull = opened(through(remote.url, wire.port), table="people", page_rows=50, read=FULL)
        assert ids(await rows_of(pull)) == list(range(200))
        assert wire.connections == 4


async def test_a_page_that_waits_for_a_lock_is_asked_for_again(postgresql: Source) -> None:
    people(postgresql)
    engine = create_engine(address_of(postgresql.url))
    with engine.connect() as holder:
        holder.execute(text("lock table people in access exclusive mode"))
        pull = postgresql.opened(table="people", timeout=1, attempts=2, read=FULL)
        with pytest.raises(SourceUnavailable, match=r"it is busy .*57014"):
            await rows_of(pull)
    engine.dispose()
    assert ids(await rows_of(pull)) == [0, 1, 2, 3, 4]


async def test_a_database_that_stays_away_is_given_up_after_some_attempts(remote: Source) -> None:
    people(remote)
    async with wire_to("/nowhere", most=0, cuts=0) as wire:
        pull = opened(through(remote.url, wire.port), table="people", attempts=3, read=FULL)
        with pytest.raises(SourceUnavailable, match="no connection"):
            await rows_of(pull)
        assert wire.connections == 3


async def test_a_pull_cannot_write(remote: Source) -> None:
    people(remote)
    if "postgresql" in remote.url:
        remote.run(
            "create function spoil() returns integer language sql as $$ delete from people; select 1 $$",
            "create view spoilt as select people.*, spoil() from people",
        )
    else:
        remote.run(
            "create table other (id integer)",
            "create function spoil() returns integer deterministic begin delete from other; return 1; end",
            "create view spoilt as select people.*, spoil() as x from people",
        )
    with pytest.raises(SourceUnusable, match=r"25006|1792"):
        await rows_of(remote.opened(table="spoilt", read=FULL))


async def test_a_date_that_python_has_not_costs_no_other_row(postgresql: Source) -> None:
    postgresql.run("create table spans (id integer primary key, until date, at timestamp, seen timestamptz)")
    insert(postgresql, "spans", "(1, 'infinity', '-infinity', '0044-03-15 BC')", "(2, '2024-01-31', null, null)")
    rows = await rows_of(postgresql.opened(table="spans", read=FULL))
    assert [str(row["until"]) for row in rows] == ["infinity", "2024-01-31"]
    assert rows[0]["at"] == "-infinity"
    assert str(rows[0]["seen"]).endswith("BC")


async def test_a_key_that_two_rows_share_is_refused(source: Source) -> None:
    source.run("create table twins (id integer)", "insert into twins values (1), (2), (2), (3)")
    with pytest.raises(SourceUnusable, match="two of its rows have the same id"):
        await rows_of(source.opened(table="twins", read=FULL))


async def test_a_key_that_is_empty_is_refused(source: Source) -> None:
    source.run("create table holes (id integer)", "insert into holes values (null), (1)")
    with pytest.raises(SourceUnusable, match="id orders its rows and is empty"):
        await rows_of(source.opened(table="holes", read=FULL))


async def test_a_table_or_a_column_that_is_not_there_is_named(source: Source) -> None:
    people(source)
    with pytest.raises(SourceUnusable):
        await rows_of(source.opened(table="nowhere", read=FULL))
    with pytest.raises(SourceUnusable):
        await rows_of(source.opened(table="people", read={"mode": "full", "key": ["nowhere"]}))


async def test_names_from_settings_are_names_and_nothing_else(source: Source) -> None:
    people(source)
    for name in ('people"; drop table people; --', "people`; drop table people; --", "people; drop table people"):
        with pytest.raises(SourceUnusable):
            await rows_of(source.opened(table=name, read=FULL))
    assert len(await rows_of(source.opened(table="people", read=FULL))) == 5


async def test_no_value_of_a_row_is_told_when_a_query_fails(postgresql: Source) -> None:
    postgresql.run("create table people (id integer primary key, name text)", "insert into people values (1, '张三丰')")
    query = "select id, name::integer as n from people"
    with pytest.raises(SourceUnusable, match="22P02") as refusal:
        await rows_of(postgresql.opened(query=query, read=FULL))
    assert "张三丰" not in str(refusal.value)


async def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable):
        await rows_of(opened(f"sqlite:///{tmp_path}/nowhere.db", table="people", attempts=1, read=FULL))
    assert not list(tmp_path.iterdir())  # noqa: ASYNC240


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({}, "either `table` or `query`"),
        ({"table": "a", "query": "select 1"}, "either `table` or `query`"),
        ({"query": "select 1", "columns": ["a"]}, "go with `table`"),
        ({"table": "a", "read": {"mode": "full", "key": []}}, "length"),
        ({"table": "a", "password": "x"}, "unknown field"),
        ({"table": "a", "read": {"mode": "some"}}, "some"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(settings: dict[str, object], problem: str) -> None:
    said = {"kind": "sql", "url_env": "URL", "read": FULL, **settings}
    with pytest.raises(msgspec.ValidationError, match=problem):
        msgspec.convert(said, SqlSource)


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ({}, "no variable SOURCE_URL"),
        ({"SOURCE_URL": "no address"}, "no SQLAlchemy URL"),
        ({"SOURCE_URL": "strange://secret@host/x"}, "not installed"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_telling_it(
    environment: dict[str, str], problem: str
) -> None:
    source = msgspec.convert({"kind": "sql", "url_env": "SOURCE_URL", "table": "a", "read": FULL}, PullSource)
    with pytest.raises(SourceUnusable, match=problem) as refusal:
        open_pull(source, environment)
    assert "secret" not in str(refusal.value)
