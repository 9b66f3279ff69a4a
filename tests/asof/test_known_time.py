"""What was answered about an instant is answered so for ever, whoever was writing when it was first asked."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from hub.catalog import Model
from hub.errors import KnownTimeInFuture, KnownTimeNotSettled
from hub.merge import Record
from hub.settings import Settings
from hub.sql import queries
from hub.store.as_of import records_in_force
from hub.store.known_time import KnownTime, announce
from hub.store.pool import Database, connect_directly, open_pool
from hub.timeline import Moment
from tests.conftest import Server
from tests.intake.hubs import offices
from tests.offices import Office
from tests.people import id_number

TODAY = date(2030, 1, 1)
WRITERS, PERSONS = 8, 12
BLOCKED = (
    "select count(*) from pg_locks where not granted and database = (select oid from pg_database where datname = $1)"
)
Answer = dict[UUID, list[Record]]


@asynccontextmanager
async def impatient(database: Database, settle_timeout: float = 0.1) -> AsyncIterator[Database]:
    """The same database, as a process sees it that waits little for writers."""
    opened = await open_pool(Settings(pool_size=2, settle_timeout=settle_timeout), database.direct_url)
    try:
        yield opened
    finally:
        await opened.close()


@asynccontextmanager
async def no_commits(database: Database) -> AsyncIterator[asyncio.Event]:
    """Nobody can publish a version; gives an event that is set once somebody has written and waits to publish it."""
    waits = asyncio.Event()

    async def watch() -> None:
        async with connect_directly(database.direct_url) as connection:
            name = await connection.fetchval("select current_database()")
            while not await connection.fetchval(BLOCKED, name):
                await connection.execute("select pg_sleep(0.01)")
        waits.set()

    async with connect_directly(database.direct_url) as holder, holder.transaction():
        await holder.execute("lock table change in exclusive mode")
        watching = asyncio.create_task(watch())
        yield waits
    await watching


async def database_time(database: Database) -> datetime:
    async with database.connection() as connection:
        now: datetime = await connection.fetchval("select clock_timestamp()")
    return now


async def answer(database: Database, entity_ids: Sequence[UUID], known_at: datetime) -> Answer:
    async with database.connection() as connection:
        return await records_in_force(connection, entity_ids, Moment(TODAY, known_at))


async def test_an_instant_that_somebody_writes_before_is_not_settled_until_it_is_written(
    any_server: Server, model: Model
) -> None:
    async with offices(any_server, model, 2) as (office, other):
        await office.household({"idNumber": id_number(1), "name": "甲"})
        ids = list(await office.views())
        async with impatient(office.intake.database) as database:
            async with no_commits(database) as waits:
                line = {"idNumber": id_number(1), "name": "乙"}
                writer = asyncio.create_task(other.household(line, stated_on=date(2024, 2, 1)))
                await waits.wait()
                asked = await database_time(database)
                before = await answer(database, ids, asked)
                with pytest.raises(KnownTimeNotSettled):
                    await KnownTime(database).settle(asked)
                present = await KnownTime(database).present()
                assert present < asked
                first = await answer(database, ids, present)
            await writer
            await KnownTime(database).settle(asked)
            assert await answer(database, ids, asked) != before, "who does not wait is told what does not last"
            assert await answer(database, ids, present) == first


async def test_a_reader_waits_for_a_writer_that_soon_ends(any_server: Server, model: Model) -> None:
    async with offices(any_server, model) as (office,), impatient(office.intake.database, 30) as database:
        async with no_commits(database) as waits:
            writer = asyncio.create_task(office.household({"idNumber": id_number(1), "name": "甲"}))
            await waits.wait()
            asked = await database_time(database)
            reader = asyncio.create_task(KnownTime(database).settle(asked))
            await asyncio.sleep(0.1)
            assert not reader.done()
        await reader
        await writer
        (found,) = (await answer(database, list(await office.views()), asked)).values()
        assert [record.values["name"] for record in found] == ["甲"]


async def test_who_writes_nothing_holds_nobody_up_however_long_it_reads(any_database: Database) -> None:
    async with connect_directly(any_database.direct_url) as connection, connection.transaction():
        await connection.execute("select pg_current_xact_id(), pg_advisory_xact_lock(1)")
        asked = await database_time(any_database)
        await KnownTime(any_database).settle(asked)
        assert await KnownTime(any_database).present() > asked


async def test_a_reader_of_another_role_sees_who_writes(any_database: Database) -> None:
    async with any_database.transaction() as writer:
        since = await announce(writer)
        async with connect_directly(any_database.direct_url) as reader:
            await reader.execute("set role pg_signal_backend")  # a role that may not see what other sessions do
            row = await reader.fetchrow(queries("known_time")["settled"])
            assert row is not None
            assert row["settled"] <= since < row["now"]


class GivenUp(Exception):
    """A writer changed its mind."""


async def test_a_writer_that_gave_up_holds_nobody_up(any_database: Database) -> None:
    known_time = KnownTime(any_database)
    with suppress(GivenUp):
        async with any_database.transaction() as writer:
            since = await announce(writer)
            assert await known_time.present() < since
            raise GivenUp
    await known_time.settle(since)


async def test_what_will_be_known_is_not_told(any_database: Database) -> None:
    with pytest.raises(KnownTimeInFuture):
        await KnownTime(any_database).settle(await database_time(any_database) + timedelta(minutes=1))


async def test_the_present_is_settled_and_known_at_once(any_database: Database) -> None:
    known_time = KnownTime(any_database)
    one = await known_time.present()
    await known_time.settle(one)
    assert await known_time.present() > one > await database_time(any_database) - timedelta(minutes=1)


async def read_while_others_write(server: Server, model: Model, reads: int, turns: int) -> None:
    """Ask at random instants while eight write, and ask all of it again when they are done."""
    random = Random(7)  # noqa: S311 - the draw is to be the same each time

    async def write(writer: int, office: Office) -> None:
        for turn in range(turns):
            persons = random.sample(range(PERSONS), 4)
            lines = [{"idNumber": id_number(place), "name": f"{writer}-{turn}"} for place in persons]
            day = date(2024, 1, 1) + timedelta(days=turn * WRITERS + writer)
            await office.household(*lines, stated_on=day)

    async def read(office: Office, ids: Sequence[UUID]) -> list[tuple[datetime, Answer]]:
        database = office.intake.database
        known_time = KnownTime(database)
        told: list[tuple[datetime, Answer]] = []
        while len(told) < reads // 2:
            if random.random() < 0.5:
                asked = await known_time.present()
            else:
                asked = await database_time(database) - timedelta(microseconds=random.randrange(1, 30_000))
            await known_time.settle(asked)
            told.append((asked, await answer(database, ids, asked)))
        return told

    async with offices(server, model, WRITERS + 2) as desks:
        await desks[0].household(*({"idNumber": id_number(place), "name": "甲"} for place in range(PERSONS)))
        ids = list(await desks[0].views())
        readers = [asyncio.create_task(read(desk, ids)) for desk in desks[WRITERS:]]
        await asyncio.gather(*(write(number, desk) for number, desk in enumerate(desks[:WRITERS])))
        told = [one for reader in readers for one in await reader]
        assert len({repr(one) for _, one in told}) > turns, "nothing changed while it was read"
        for asked, first in told:
            assert await answer(desks[0].intake.database, ids, asked) == first, asked


async def test_what_was_told_while_eight_wrote_is_told_for_ever(embedded_server: Server, model: Model) -> None:
    await read_while_others_write(embedded_server, model, reads=200, turns=6)


@pytest.mark.slow
async def test_what_was_told_while_eight_wrote_is_told_for_ever_thousands_of_times(
    any_server: Server, model: Model
) -> None:
    await read_while_others_write(any_server, model, reads=2_000, turns=60)
