"""Nobody has said anything in the future, but a source's clock may be ahead; what holds later may be said today."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hub.clock import now, today
from hub.errors import InvalidArgument
from tests.offices import Office
from tests.people import id_number


def line(place: int, ahead: timedelta) -> dict[str, object]:
    return {"idNumber": id_number(place), "name": "某", "_stated_at": now() + ahead}


async def test_a_clock_an_hour_ahead_is_borne_and_one_a_day_ahead_is_not(office: Office) -> None:
    summary = await office.household(line(1, timedelta(hours=1)), line(2, timedelta(days=1)))
    assert [result.outcome for result in summary.results] == ["CREATED", "QUARANTINED"]
    assert [result.reason.code.name for result in summary.results if result.reason] == ["STATED_IN_FUTURE"]


async def test_how_far_a_clock_may_be_ahead_is_the_deployments_to_say(office: Office) -> None:
    strict = Office(replace(office.intake, tolerance=timedelta(0)))
    assert (await strict.household(line(1, timedelta(hours=1)))).counts == {"QUARANTINED": 1}


async def test_a_delivery_of_a_day_that_has_not_come_is_refused_whole(office: Office) -> None:
    with pytest.raises(InvalidArgument, match="it is in the future"):
        await office.household(line(1, timedelta(0)), stated_on=today() + timedelta(days=2))
    assert await office.views() == {}


async def test_what_holds_from_a_later_day_on_may_be_said_today(office: Office) -> None:
    said = {"idNumber": id_number(1), "name": "某", "_valid_from": date(2099, 1, 1)}
    assert (await office.household(said)).counts == {"CREATED": 1}
