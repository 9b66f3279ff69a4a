"""Writers of one entity wait for each other, writers of different ones do not, and no lock is taken late."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date

import pytest

from hub.catalog import Model
from hub.identifiers.schemes import Scheme
from hub.intake.locks import lock_key
from hub.intake.submission import Summary
from hub.store.pool import DirectConnection, connect_directly
from tests.conftest import Server
from tests.intake.hubs import VAULT, assert_versions_have_no_gaps, offices
from tests.offices import Office
from tests.people import id_number

ONE, OTHER = id_number(1), id_number(2)
WAITING = """
select pid from pg_locks
where locktype = 'advisory' and not granted
  and database = (select oid from pg_database where datname = current_database())
"""


@pytest.fixture
async def desks(any_server: Server, model: Model) -> AsyncIterator[list[Office]]:
    """Three processes at one hub that knows one person."""
    async with offices(any_server, model, 3) as desks:
        await desks[0].household({"idNumber": ONE, "name": "甲"})
        yield desks


@asynccontextmanager
async def locks_held(office: Office, keys: Sequence[bytes]) -> AsyncIterator[DirectConnection]:
    """Another writer, which holds the locks of ``keys`` for as long as the block runs."""
    async with connect_directly(office.intake.database.direct_url) as connection, connection.transaction():
        await connection.execute(
            "select pg_advisory_xact_lock(key) from unnest($1::bigint[]) key", [*map(lock_key, keys)]
        )
        yield connection


async def waiting(connection: DirectConnection, count: int) -> list[int]:
    """The backends that wait for a lock, once there are ``count`` of them."""
    while len(found := await connection.fetch(WAITING)) < count:
        await connection.execute("select pg_sleep(0.01)")
    return [row["pid"] for row in found]


async def entity_ids(office: Office) -> list[bytes]:
    return [entity_id.bytes for entity_id in await office.views()]


def outcomes(*summaries: Summary) -> list[str]:
    return sorted(result.outcome.value for summary in summaries for result in summary.results)


async def test_a_writer_waits_for_another_of_the_same_entity_and_not_for_one_of_another(desks: list[Office]) -> None:
    async with locks_held(desks[0], await entity_ids(desks[0])) as holder:
        same = asyncio.create_task(desks[1].household({"idNumber": ONE, "name": "乙"}, stated_on=date(2024, 2, 1)))
        await waiting(holder, 1)
        other = await desks[2].household({"idNumber": OTHER, "name": "丙"})
        assert outcomes(other) == ["CREATED"]
        assert not same.done()
    assert outcomes(await same) == ["UPDATED"]


async def test_a_line_that_was_heard_before_waits_for_nobody(desks: list[Office]) -> None:
    async with locks_held(desks[0], await entity_ids(desks[0])):
        assert outcomes(await desks[1].household({"idNumber": ONE, "name": "甲"}, key="once more")) == ["UNCHANGED"]


async def test_a_writer_that_waits_has_read_and_written_nothing(desks: list[Office]) -> None:
    async with locks_held(desks[0], await entity_ids(desks[0])) as holder:
        writer = asyncio.create_task(desks[1].household({"idNumber": ONE, "name": "乙"}))
        (pid,) = await waiting(holder, 1)
        tables = "select relation::regclass::text from pg_locks where pid = $1 and relation >= 16384"
        assert [row[0] for row in await holder.fetch(tables, pid)] == []
        assert await holder.fetchval("select backend_xid from pg_stat_activity where pid = $1", pid) is None
    await writer


async def test_two_writers_of_one_new_key_make_one_entity(desks: list[Office]) -> None:
    new_key = VAULT.lookup(Scheme.ID_NUMBER, OTHER)
    async with locks_held(desks[0], [new_key]) as holder:
        writers = [
            asyncio.create_task(desk.household({"idNumber": OTHER, "name": name}, stated_on=day))
            for desk, name, day in zip(desks[1:], "乙丙", [date(2024, 1, 1), date(2024, 2, 1)], strict=True)
        ]
        await waiting(holder, 2)
    summaries = await asyncio.gather(*writers)
    assert outcomes(*summaries) in (["CREATED", "UPDATED"], ["UPDATED", "UPDATED"])
    assert len(await desks[0].views()) == 2
    await assert_versions_have_no_gaps(desks[0].intake.database)


async def test_locks_are_taken_in_one_order_whatever_the_order_of_lines(desks: list[Office]) -> None:
    persons = [id_number(place) for place in range(40)]
    async with locks_held(desks[0], [VAULT.lookup(Scheme.ID_NUMBER, persons[20])]) as holder:
        forward, backward = (
            asyncio.create_task(desk.household(*({"idNumber": one} for one in order), stated_on=day))
            for desk, order, day in (
                (desks[1], persons, date(2024, 3, 1)),
                (desks[2], persons[::-1], date(2024, 4, 1)),
            )
        )
        await waiting(holder, 2)
    assert len(outcomes(await forward, await backward)) == 80
    async with connect_directly(desks[0].intake.database.direct_url) as connection:
        deadlocks = "select deadlocks from pg_stat_database where datname = current_database()"
        await connection.execute("select pg_stat_force_next_flush()")
        assert await connection.fetchval(deadlocks) == 0
