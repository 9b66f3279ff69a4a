"""Entries go into the log together, each process makes one chain of them, and who is not in it is not answered."""

import asyncio
from datetime import date

import asyncpg
import pytest

from hub.audit import outcome_of
from hub.errors import AccessLogUnavailable
from hub.settings import Settings
from hub.store.access_log import AccessLog, make_months
from hub.store.pool import Database, open_pool
from tests.audit.entries import are_chained, entry, kept_of, rows_of
from tests.conftest import Server, fresh_database
from tests.logs import access_log

REFUSE = "alter table audit.access_log add constraint broken check (operation <> 'look up') not valid"
ACCEPT = "alter table audit.access_log drop constraint broken"
FULL = """
create function audit.full() returns trigger language plpgsql as
$$ begin raise exception 'no space left on device' using errcode = 'disk_full'; end $$;
create trigger disk_full before insert on audit.access_log for each row execute function audit.full();
"""


async def execute(database: Database, statement: str) -> None:
    async with database.connection() as connection:
        await connection.execute(statement)


async def refused(log: AccessLog, count: int = 1) -> bool:
    """Whether all of so many entries are refused."""
    problems = await asyncio.gather(*(log.keep(entry(place)) for place in range(count)), return_exceptions=True)
    return all(isinstance(problem, AccessLogUnavailable) for problem in problems)


async def test_an_entry_stands_in_the_log_as_it_was_given(any_database: Database) -> None:
    await access_log(any_database).keep(entry(7))
    (row,) = await rows_of(any_database)
    kept, given = kept_of(row), entry(7)
    assert all(getattr(kept, name) == getattr(given, name) for name in type(given).__struct_fields__)
    assert kept.position == 1
    assert kept.at >= kept.began_at


async def test_entries_of_the_same_time_are_chained_and_each_is_there_once(any_database: Database) -> None:
    log = access_log(any_database)
    await asyncio.gather(*(log.keep(entry(place)) for place in range(1_200)))
    rows = await rows_of(any_database)
    assert [row["position"] for row in rows] == list(range(1, 1_201))
    assert {row["officer"] for row in rows} == {f"officer-{place}" for place in range(1_200)}
    assert len({row["at"] for row in rows}) < 20, "most went in together"
    assert are_chained(rows)


async def test_two_processes_make_two_chains(database: Database) -> None:
    one, other = access_log(database), access_log(database)
    await asyncio.gather(*(log.keep(entry(place)) for place in range(50) for log in (one, other)))
    rows = await rows_of(database)
    assert len(rows) == 100
    assert len({row["writer"] for row in rows}) == 2
    assert are_chained(rows)


async def test_who_waits_for_the_log_does_not_wait_for_those_who_read(database_url: str) -> None:
    database = await open_pool(Settings(pool_size=1, acquire_timeout=0.5), database_url)
    async with database.connection():
        await access_log(database).keep(entry())
    await database.close()


@pytest.mark.parametrize(("break_it", "mend_it"), [(REFUSE, ACCEPT), (FULL, "drop function audit.full cascade")])
async def test_a_log_that_refuses_goes_on_with_the_same_chain_once_it_is_mended(
    database: Database, break_it: str, mend_it: str
) -> None:
    log = access_log(database)
    await log.keep(entry())
    await execute(database, break_it)
    assert await refused(log, 30)
    await execute(database, mend_it)
    await log.keep(entry(1))
    rows = await rows_of(database)
    assert [(row["position"], row["officer"]) for row in rows] == [(1, "officer-0"), (2, "officer-1")]
    assert are_chained(rows)


async def test_where_the_connection_breaks_another_chain_begins_for_nobody_knows_what_is_in(database: Database) -> None:
    log = access_log(database)
    await log.keep(entry())
    await execute(
        database,
        """create function audit.die() returns trigger language plpgsql as
           $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$;
           create trigger die before insert on audit.access_log for each row execute function audit.die()""",
    )
    assert await refused(log)
    await execute(database, "drop function audit.die cascade")
    await log.keep(entry(1))
    rows = await rows_of(database)
    assert {(row["officer"], row["position"]) for row in rows} == {("officer-0", 1), ("officer-1", 1)}
    assert are_chained(rows)


async def test_who_goes_away_while_the_log_is_written_holds_nobody_up(database: Database) -> None:
    log = access_log(database)
    gone = asyncio.create_task(log.keep(entry()))
    stays = asyncio.create_task(log.keep(entry(1)))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    assert len(await rows_of(database)) == 2


async def test_a_server_that_is_down_is_waited_for_by_nobody_and_used_again_once_it_is_up(
    embedded_server: Server,
) -> None:
    async with fresh_database(embedded_server, 2) as database:
        log = access_log(database)
        await log.keep(entry())
        name = database.direct_url.partition("?")[0].rpartition("/")[2]
        admin = await asyncpg.connect(embedded_server.url)
        await admin.execute(f"alter database {name} allow_connections false")
        await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
        assert await refused(log, 3)
        await admin.execute(f"alter database {name} allow_connections true")
        await admin.close()
        await log.keep(entry(1))
        rows = await rows_of(database)
        assert {row["officer"] for row in rows} == {"officer-0", "officer-1"}
        assert are_chained(rows)


async def test_months_are_made_ahead_and_only_once(database: Database) -> None:
    async with database.connection() as connection:
        assert await make_months(connection, date(2031, 11, 30)) == 4
        assert await make_months(connection, date(2031, 12, 1)) == 1
        bounds = await connection.fetch(
            "select relname, pg_get_expr(relpartbound, oid) as bound from pg_class where relname like 'access_log_20%'"
            " and relkind = 'r' order by relname"
        )
    assert [row["relname"] for row in bounds] == [
        f"access_log_{month}" for month in ("2031_11", "2031_12", "2032_01", "2032_02", "2032_03")
    ]
    assert "2031-10-31 16:00:00+00" in bounds[0]["bound"], "a month begins in Shanghai"


async def test_a_month_whose_entries_lie_elsewhere_already_is_left_as_it_is(database: Database) -> None:
    await access_log(database).keep(entry())
    (row,) = await rows_of(database)
    async with database.connection() as connection:
        assert await make_months(connection, row["at"].date()) == 3


def test_how_a_question_came_out_follows_from_what_was_given_and_denied() -> None:
    assert [outcome_of(*lists) for lists in (((), ()), (("a",), ()), (("a",), ("b",)), ((), ("b",)))] == [
        *("GIVEN", "GIVEN", "PARTLY", "DENIED")
    ]
