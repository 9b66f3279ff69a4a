"""Processes that share a delivery come to what one alone would have come to, wherever they are broken off."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

import pytest

from hub.catalog import Model
from hub.clock import shanghai_midnight
from hub.errors import TooManyRemovals
from hub.intake import snapshot, taking
from hub.intake.chunk import Result
from hub.intake.delivery import BrokenLine, Line
from hub.intake.shares import Share
from hub.intake.submission import Delivery, Intake, Summary
from hub.reasons import ReasonCode, reason
from hub.store import copies
from tests.city.snapshot import everything_refused, everything_told
from tests.conftest import Server
from tests.intake.hubs import assert_versions_have_no_gaps, offices
from tests.offices import Office, line_of
from tests.people import id_number

LINES = 60
DELIVERY = Delivery(
    register="household_registration",
    source_unit="city",
    idempotency_key="a file",
    digest=b"its digest",
    stated_at=shanghai_midnight(date(2024, 1, 1)),
    sender="test",
)


class Killed(Exception):
    """The process is gone."""


def lines(after: int) -> Iterator[Line | BrokenLine]:
    """Lines about forty persons, of which some come twice, one cannot be read and one says nothing of anybody."""
    for place in range(after + 1, LINES + 1):
        if place == 7:
            yield BrokenLine(place, reason(ReasonCode.WRONG_NUMBER_OF_CELLS, cells=1, columns=2), b"spoilt")
        else:
            number = {} if place == 9 else {"idNumber": id_number(place % 40)}
            yield line_of(place, "household", {"name": f"某{place}", **number})


def killed_after(chunks: int) -> Callable[[Sequence[Result]], None]:
    """What ends a process once it has written so many chunks."""
    left = iter(range(chunks - 1))

    def note(_: Sequence[Result]) -> None:
        if next(left, None) is None:
            raise Killed

    return note


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "MOST_LINES", 5)


async def told(office: Office) -> tuple[object, ...]:
    """All that must not differ."""
    database = office.intake.database
    await assert_versions_have_no_gaps(database)
    async with database.connection() as connection:
        row = await connection.fetchrow("select position, finished_at is null from submission")
        left = await connection.fetchval("select count(*) from submission_share")
    return await everything_told(database), await everything_refused(database), tuple(row or ()), left


async def alone(server: Server, model: Model) -> tuple[object, ...]:
    async with offices(server, model) as (office,):
        await office.intake.take_in(DELIVERY, lines)
        return await told(office)


async def take(intake: Intake, number: int, of: int) -> None:
    await intake.take_share(DELIVERY, lines, Share(number, of))


async def test_processes_that_share_a_delivery_come_to_what_one_alone_does(any_server: Server, model: Model) -> None:
    async with offices(any_server, model, 3) as desks:
        assert await desks[0].intake.share(DELIVERY, 3) == (3, 0)
        await asyncio.gather(*(take(desk.intake, number, 3) for number, desk in enumerate(desks)))
        summary = await desks[0].intake.unite(DELIVERY)
        assert summary.counts.total() == summary.position == LINES
        assert await told(desks[0]) == await alone(any_server, model)


async def test_what_some_had_begun_to_share_is_finished_by_one(any_server: Server, model: Model) -> None:
    async with offices(any_server, model) as (office,):
        await office.intake.share(DELIVERY, 3)
        await take(office.intake, 0, 3)
        with pytest.raises(Killed):
            await office.intake.take_share(DELIVERY, lines, Share(2, 3), on_results=killed_after(2))
        assert await office.intake.share(DELIVERY, 5) == (3, (await office.intake.open(DELIVERY)).position)
        summary = await office.intake.take_in(DELIVERY, lines)
        assert 0 < summary.resumed_after < summary.counts.total() == LINES
        assert await told(office) == await alone(any_server, model)


async def test_what_one_has_begun_is_not_shared(any_server: Server, model: Model) -> None:
    async with offices(any_server, model) as (office,):
        with pytest.raises(Killed):
            await office.intake.take_in(DELIVERY, lines, on_results=killed_after(2))
        assert await office.intake.share(DELIVERY, 3) == (0, 10)


async def test_all_that_is_said_of_a_record_falls_to_one_share(model: Model) -> None:
    shares = [{line.place for line in Share(number, 3).of_lines(lines(0), model.records)} for number in range(3)]
    assert sorted(place for places in shares for place in places) == list(range(1, LINES + 1))
    for place in range(11, 21):
        assert any({place, place + 40} <= places for places in shares)


JANUARY = replace(DELIVERY, copy_of="household", idempotency_key="January", digest=b"January")
FEBRUARY = replace(
    JANUARY, idempotency_key="February", digest=b"February", stated_at=shanghai_midnight(date(2024, 2, 1))
)
GONE = 12


def fewer(after: int) -> Iterator[Line | BrokenLine]:
    """The lines without those about some of the persons."""
    return (line for line in lines(after) if not isinstance(line, Line) or not 20 <= line.place % 40 < 20 + GONE)


async def take_copy(office: Office, delivery: Delivery, of: int) -> Summary:
    """Have so many processes take in their shares of a copy."""
    shares, _ = await office.intake.share(delivery, of)
    await asyncio.gather(
        *(office.intake.take_share(delivery, fewer, Share(number, shares)) for number in range(shares))
    )
    return await office.intake.unite(delivery)


async def ended_alone(server: Server, model: Model) -> tuple[object, ...]:
    async with offices(server, model) as (office,):
        await office.intake.take_in(JANUARY, lines)
        assert (await office.intake.take_in(replace(FEBRUARY, accepted_removals=GONE), fewer)).removed == GONE
        return await told(office)


async def test_a_copy_that_processes_share_ends_what_it_leaves_out_once_all_shares_are_in(
    any_server: Server, model: Model
) -> None:
    async with offices(any_server, model) as (office,):
        await office.intake.take_in(JANUARY, lines)
        with pytest.raises(TooManyRemovals):
            await take_copy(office, FEBRUARY, 3)
        summary = await take_copy(office, replace(FEBRUARY, accepted_removals=GONE), 2)
        assert (summary.removed, summary.counts.total()) == (GONE, len(list(fewer(0))))
        assert await told(office) == await ended_alone(any_server, model)
        assert (await take_copy(office, FEBRUARY, 2)).counts["UNCHANGED"] > 0


@pytest.mark.parametrize("pages", range(1, 5))
async def test_a_shared_copy_that_is_killed_while_it_ends_the_others_goes_on_and_ends_each_once(
    any_server: Server, model: Model, monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    monkeypatch.setattr(snapshot, "PAGE", 10)
    accepting = replace(FEBRUARY, accepted_removals=GONE)
    async with offices(any_server, model) as (office,):
        await office.intake.take_in(JANUARY, lines)
        with monkeypatch.context() as patched:
            left = iter(range(pages))

            async def settle(*given: object) -> bool:
                if next(left, None) is None:
                    raise Killed
                return await copies_settle(*given)

            copies_settle: Callable[..., Awaitable[bool]] = copies.settle
            patched.setattr(copies, "settle", settle)
            with pytest.raises(Killed):
                await take_copy(office, accepting, 3)
        assert (await take_copy(office, accepting, 3)).removed == GONE
        assert await told(office) == await ended_alone(any_server, model)
