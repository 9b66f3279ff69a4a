"""Anomalies: found at the end of a submission, by a job where its loader was killed, and once only."""

from datetime import date, timedelta

import pytest

from hub.clock import now, today
from hub.intake import mending, submission
from hub.intake.delivery import Line
from hub.intake.submission import Delivery, Summary
from hub.intake.watching import watch
from hub.stewardship.expected import expectations
from hub.store import quality
from hub.store.quality import Anomaly
from tests.offices import Office, line_of
from tests.people import id_number

MANY = 130
"""Lines of a usual delivery: enough for one with a tenth of them to be far from it."""


async def load(
    office: Office, key: str, count: int, *, wrong: int = 0, unit: str = "天河区", **more: object
) -> Summary:
    """Deliver as a file does: ``count`` lines, of which ``wrong`` are refused."""
    lines: list[Line] = [
        line_of(place, "household", {"idNumber": "x" if place <= wrong else id_number(place), **more})
        for place in range(1, count + 1)
    ]
    delivery = Delivery(
        register="household_registration",
        source_unit=unit,
        idempotency_key=key,
        digest=key.encode(),
        stated_at=now(),
        sender="test",
    )
    return await office.intake.take_in(delivery, lambda after: lines[after:])


async def found(office: Office) -> list[Anomaly]:
    async with office.intake.database.connection() as connection:
        return await quality.anomalies(connection, None, None, None, 100, is_open=None)


async def test_a_copy_with_a_tenth_of_the_lines_is_an_anomaly_and_a_usual_one_is_none(office: Office) -> None:
    for month in range(5):
        await load(office, f"month {month}", MANY)
    assert await found(office) == []
    summary = await load(office, "cut off", 10)
    (anomaly,) = await found(office)
    assert (anomaly.kind, anomaly.found, anomaly.usual) == ("SHRUNKEN", 10, MANY)
    assert (anomaly.submission_id, anomaly.source_unit) == (summary.submission_id, "天河区")
    await load(office, "another unit", 10, unit="越秀区")
    await load(office, "cut off", 10)
    assert len(await found(office)) == 1


async def test_bad_lines_and_a_clock_ahead_are_found_of_a_source_that_is_new(office: Office) -> None:
    await load(office, "bad", 30, wrong=20)
    await load(office, "ahead", 1, _stated_at=now() + timedelta(hours=1))
    assert [(one.kind, round(one.found, 2)) for one in await found(office)][1:] == [("ERROR_SHARE", 0.67)]
    assert (await found(office))[0].kind == "CLOCK_AHEAD"


async def test_the_job_finds_what_a_killed_loader_did_not_and_nothing_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):
        pass

    async def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(submission, "judge", killed)
        with pytest.raises(Killed):
            await load(office, "bad", 30, wrong=20)
    assert await found(office) == []
    assert [one.kind for one in await watch(office.intake)] == ["ERROR_SHARE"]
    assert await watch(office.intake) == []
    assert len(await found(office)) == 1


async def test_single_calls_of_a_day_are_judged_together_and_once(office: Office) -> None:
    for place in range(10):
        await office.household({"idNumber": "x"}, {"idNumber": id_number(place)}, key=f"half {place}")
    assert await watch(office.intake) == []
    summary = await office.household({"idNumber": "x"}, {"idNumber": "y"}, unit="county", key="few")
    assert await watch(office.intake) == []
    await office.household({"idNumber": "x"}, key="one more")
    assert [(one.kind, round(one.found, 3)) for one in await watch(office.intake)] == [("ERROR_SHARE", 0.524)]
    await office.household({"idNumber": "x"}, key="and another")
    assert await watch(office.intake) == []
    (anomaly,) = await found(office)
    assert (anomaly.source_unit, anomaly.submission_id == summary.submission_id) == ("city", False)


async def test_lines_that_are_taken_in_again_are_no_calls_of_their_day(office: Office) -> None:
    await office.household(*({"idNumber": "x"} for _ in range(30)), key=f"{mending.KEY_PREFIX}1")
    assert await watch(office.intake) == []


async def test_a_source_is_late_once_its_day_has_passed_and_in_time_before(office: Office) -> None:
    await load(office, "one", 3)
    async with office.intake.database.connection() as connection:
        heard = await quality.heard(connection, "household_registration")
    model, calendar = office.intake.model, office.intake.calendar

    def late(day: date) -> list[str]:
        return [one.source_unit for one in expectations(model, heard, calendar, day) if one.is_late]

    (expected,) = [one for one in expectations(model, heard, calendar, today()) if one.delivered_at]
    assert expected.due
    assert (late(today()), late(expected.due), late(expected.due + timedelta(days=1))) == ([], [], ["天河区"])
    never = [one for one in expectations(model, heard, calendar, today()) if not one.delivered_at]
    assert {one.record_type for one in never} == set(model.records) - {"household"}
