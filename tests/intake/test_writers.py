"""Many writers at once, all about the same entities."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from hub.catalog import Model
from hub.intake.submission import Summary
from hub.timeline import Outcome
from tests.city.snapshot import everything_told
from tests.conftest import ONE_SERVER_IN_CI, Server
from tests.intake.hubs import (
    assert_cards_are_those_of_the_views,
    assert_discrepancies_are_what_a_new_look_gives,
    assert_versions_have_no_gaps,
    assert_views_are_what_a_new_merge_gives,
    offices,
)
from tests.offices import Office, Values
from tests.people import credit_code, id_number

WRITERS, EACH = 16, 25
"""Writers, and as many persons as legal entities."""


@dataclass(frozen=True)
class Delivered:
    """A delivery that some writer makes."""

    register: str
    record_type: str
    lines: Sequence[Values]
    stated_on: date

    async def to(self, office: Office) -> Summary:
        return await office.deliver(self.register, self.record_type, self.lines, stated_on=self.stated_on)


def marriage(place: int, turn: int) -> Values:
    return {
        "recordedSubject.idNumber": id_number(place),
        "recordedSubject.name": f"某{turn}",
        "marriedOn": "2020-05-20",
        "issuingAuthority": "天河区民政局",
        "maritalStatus": ["20", "21", "10"][turn % 3],
    }


def business(place: int, turn: int) -> Values:
    """A business, whose number comes alone from some, its code from others, both from the rest."""
    number, code = {"registrationNumber": f"4401060000{place:05d}"}, {"creditCode": credit_code(place)}
    keys = [number, code, number | code][(place + turn) % 3]
    return keys | {
        "name": f"公司{turn}",
        "legalRepresentative.idNumber": id_number(place),
        "_valid_from": date(2023, 1, 1),
    }


def insurance(place: int, turn: int) -> Values:
    return {
        "recordedSubject.idNumber": id_number(place),
        "socialSecurityNumber": f"S1{place}",
        "insuranceType": "310",
        "enrolledOn": "2022-01-01",
        "employer.creditCode": credit_code((place * 7) % EACH),
        "employer.name": f"单位{turn}",
    }


def household(place: int, turn: int) -> Values:
    return {"idNumber": id_number(place), "name": f"姓{turn}", "status": "正常"}


LINES = {
    ("household_registration", "household"): household,
    ("civil_affairs", "marriageRegistrations"): marriage,
    ("social_security", "socialInsurances"): insurance,
    ("business_registration", "businessRegistration"): business,
}


def work_of(writer: int) -> list[Delivered]:
    """One delivery to each register, in an order of the writer's own, about every entity in an order of its own."""
    random = Random(writer)  # noqa: S311 - the order is to be the same each time
    day = date(2024, 1, 1) + timedelta(days=writer)
    deliveries = [
        Delivered(*target, [line(place, writer) for place in random.sample(range(EACH), EACH)], day)
        for target, line in LINES.items()
    ]
    random.shuffle(deliveries)
    return deliveries


@ONE_SERVER_IN_CI
async def test_sixteen_writers_at_once_lose_nothing_and_leave_no_gap(any_server: Server, model: Model) -> None:
    async with offices(any_server, model) as (office,):
        for writer in range(WRITERS):
            for delivered in work_of(writer):
                await delivered.to(office)
        one_by_one = await everything_told(office.intake.database)

    async def write(writer: int, office: Office) -> list[Summary]:
        return [await delivered.to(office) for delivered in work_of(writer)]

    async with offices(any_server, model, WRITERS) as desks:
        done = await asyncio.gather(*(write(writer, desk) for writer, desk in enumerate(desks)))
        summaries = [summary for part in done for summary in part]
        assert all(len(summary.results) == EACH for summary in summaries)
        assert not any(summary.counts[Outcome.QUARANTINED] for summary in summaries)
        assert await everything_told(desks[0].intake.database) == one_by_one
        await assert_versions_have_no_gaps(desks[0].intake.database)
        await assert_views_are_what_a_new_merge_gives(desks[0].intake)
        await assert_discrepancies_are_what_a_new_look_gives(desks[0].intake)
        await assert_cards_are_those_of_the_views(desks[0].intake)


async def test_sixteen_submitters_to_one_person_lose_nothing(any_server: Server, model: Model) -> None:
    async def submit(writer: int, office: Office) -> list[Summary]:
        days = [date(2024, 1, 1) + timedelta(days=(writer * 5 + turn) % 40) for turn in range(5)]
        lines = (household(1, writer * 5 + turn) for turn in range(5))
        return [
            await office.household({**line, "_valid_from": day}, key=f"{writer} on {day}")
            for line, day in zip(lines, days, strict=True)
        ]

    async with offices(any_server, model, WRITERS) as desks:
        done = await asyncio.gather(*(submit(writer, desk) for writer, desk in enumerate(desks)))
        assert all(not summary.counts[Outcome.QUARANTINED] for part in done for summary in part)
        database = desks[0].intake.database
        async with database.connection() as connection:
            assert await connection.fetchval("select count(*) from state") == WRITERS * 5
            assert await connection.fetchval("select count(*) from view") == 1
        await assert_versions_have_no_gaps(database)
        await assert_views_are_what_a_new_merge_gives(desks[0].intake)
