"""Lines in quarantine that are taken in again: what stands then, and what a crash or another officer leaves of it."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import msgspec
import pytest

from hub.catalog import Model
from hub.errors import LineSettled
from hub.intake import mending
from hub.intake.kept import Mending
from hub.intake.mending import Mended, Settling
from hub.intake.submission import Intake
from hub.store.quarantine import LineStatus, RefusedLine, WantedLines, page
from tests.offices import Office
from tests.people import id_number

ONE, TWO = id_number(1), id_number(2)
CLERK = Settling("clerk-1", "looked it up")
EVERY = WantedLines()


async def waiting(office: Office, wanted: WantedLines = EVERY) -> list[RefusedLine]:
    async with office.intake.database.connection() as connection:
        return await page(connection, wanted, None, None, 100)


async def mend(office: Office, line: RefusedLine, **values: object) -> Mended:
    return await mending.mend(office.intake, line, Mending(values=values), None, CLERK)


@pytest.fixture
async def refused(office: Office) -> RefusedLine:
    """A line with a status that no list has, stated in January."""
    await office.household({"idNumber": ONE, "name": "王小明", "status": "迁移中"}, stated_on=date(2024, 1, 1))
    (line,) = await waiting(office)
    return line


def knowing(office: Office, code: str) -> Office:
    """The office once the list of statuses has a further code."""
    model = office.intake.model
    codes = model.code_lists["household_status"]
    more = msgspec.structs.replace(codes, codes={**codes.codes, code: code})
    changed: Model = replace(model, code_lists={**model.code_lists, codes.name: more})
    return Office(replace(office.intake, model=changed))


async def test_a_mended_line_lands_and_the_line_as_it_came_is_kept(office: Office, refused: RefusedLine) -> None:
    async with office.intake.database.connection() as connection:
        before = await connection.fetch("select * from vault.raw")
    done = await mend(office, refused, 户籍信息状态="正常")
    assert done.result.outcome == "CREATED"
    assert (await office.only_view())[1]["name"] == "王小明"
    (line,) = await waiting(office)
    assert (line.status, line.settled_by, line.words) == (LineStatus.MENDED, "clerk-1", "looked it up")
    assert line.retried_as == done.submission_id
    async with office.intake.database.connection() as connection:
        assert await connection.fetch("select * from vault.raw") == before
        told = await connection.fetch(
            "select sender, reason from submission where submission_id = $1", done.submission_id
        )
    assert [tuple(row) for row in told] == [("clerk-1", "looked it up")]


async def test_a_line_that_is_refused_still_stays_as_it_was(office: Office, refused: RefusedLine) -> None:
    done = await mend(office, refused, status="正常", idNumber="123")
    assert (done.submission_id, done.result.outcome) == (None, "QUARANTINED")
    assert done.result.reason
    assert done.result.reason.code == "MALFORMED_NUMBER"
    assert await waiting(office) == [refused]


async def test_an_item_that_no_register_has_can_be_left_out(office: Office) -> None:
    await office.household({"idNumber": ONE, "name": "王小明", "nothing": "x"})
    (line,) = await waiting(office)
    done = await mending.mend(office.intake, line, Mending(without=("nothing",)), None, CLERK)
    assert done.result.outcome == "CREATED"


async def test_what_was_stated_in_the_meantime_stands_over_a_line_mended_later(
    office: Office, refused: RefusedLine
) -> None:
    await office.household({"idNumber": ONE, "name": "王大明"}, stated_on=date(2024, 2, 1))
    await mend(office, refused, status="正常")
    assert (await office.only_view())[1]["name"] == "王大明"


async def test_of_two_officers_who_mend_one_line_one_is_told_that_it_is_done(
    office: Office, refused: RefusedLine
) -> None:
    results = await asyncio.gather(*(mend(office, refused, status="正常") for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(result, Mended) for result in results) == 1
    assert sum(isinstance(result, LineSettled) for result in results) == 3
    assert (await office.only_view())[0] == 1
    with pytest.raises(LineSettled):
        await mend(office, (await waiting(office))[0], status="正常")


async def test_a_rule_that_changed_lets_in_all_that_it_had_refused_and_nothing_else(office: Office) -> None:
    lines = [{"idNumber": id_number(place), "name": "甲", "status": "迁移中"} for place in range(5)]
    await office.household(*lines, {"idNumber": TWO[:17] + "?", "name": "乙", "status": "迁移中"}, unit="天河区")
    await office.household({"idNumber": id_number(6), "status": "迁移中"}, unit="越秀区")
    office = knowing(office, "迁移中")
    done = await mending.retry(office.intake, WantedLines(reason="UNKNOWN_CODE"), None, CLERK, 100)
    assert (done.outcomes, done.still) == ({"CREATED": 6}, {})
    assert len(done.submission_ids) == 2  # one for each unit that delivers
    again = await mending.retry(office.intake, EVERY, None, CLERK, 100)
    assert (again.outcomes, again.still) == ({}, {"MALFORMED_NUMBER": 1})
    (left,) = await waiting(office, WantedLines(status=LineStatus.OPEN))
    assert left.reason == "MALFORMED_NUMBER"


async def test_what_was_broken_off_goes_on_by_itself(
    office: Office, refused: RefusedLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(Exception):
        pass

    async def cut(*_: object, **__: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(Intake, "take_in", cut)
        with pytest.raises(PowerCut):
            await mend(office, refused, status="正常")
    (claimed,) = await waiting(office)
    assert await mending.resume(office.intake) == list[UUID]()  # it may be under way still
    assert await mending.resume(office.intake, timedelta(0)) == [claimed.retried_as]
    assert (await office.only_view())[1]["name"] == "王小明"
    assert await mending.resume(office.intake, timedelta(0)) == list[UUID]()


async def test_a_dismissed_line_is_kept_with_the_words(office: Office, refused: RefusedLine) -> None:
    for expected in ({refused.line_id}, set()):
        assert await mending.dismiss(office.intake, [refused.line_id], Settling("clerk-2", "a test")) == expected
    (line,) = await waiting(office)
    assert (line.status, line.words, line.retried_as) == (LineStatus.DISMISSED, "a test", None)


async def test_mending_a_line_does_not_count_as_a_delivery_of_its_source(office: Office, refused: RefusedLine) -> None:
    async with office.intake.database.connection() as connection:
        await connection.execute("update source set delivered_at = '2024-01-01'")
        await mend(office, refused, status="正常")
        assert (await connection.fetchval("select max(delivered_at) from source")).year == 2024
