"""Full copies: what a copy leaves out has ended on its day, and a copy that was cut off ends nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations
from uuid import UUID

import pytest

from hub.catalog import Model
from hub.errors import SubmissionConflict, TooManyRemovals
from hub.intake.submission import Intake, Summary
from hub.store.as_of import records_in_force
from hub.timeline import Moment
from tests.conftest import Server
from tests.intake.hubs import (
    assert_cards_are_those_of_the_views,
    assert_versions_have_no_gaps,
    assert_views_are_what_a_new_merge_gives,
    offices,
)
from tests.offices import Office, Values
from tests.people import id_number

JANUARY, FEBRUARY, MARCH = (date(2024, month, 1) for month in (1, 2, 3))


def people(*places: int, name: str = "某") -> list[Values]:
    return [{"idNumber": id_number(place), "name": f"{name}{place}"} for place in places]


def insured(*places: int) -> list[Values]:
    """Enrolments that have held since long before any copy."""
    return [
        {
            "recordedSubject.idNumber": id_number(place),
            "socialSecurityNumber": f"S{place}",
            "insuranceType": "310",
            "enrolledOn": "2020-05-01",
        }
        for place in places
    ]


async def copy(office: Office, day: date, lines: Sequence[Values], **options: object) -> Summary:
    """A full copy of household registration."""
    return await office.household(*lines, stated_on=day, is_copy=True, **options)


async def insurance(office: Office, day: date, lines: Sequence[Values]) -> Summary:
    """A full copy of enrolments, whatever it ends."""
    return await office.deliver(
        "social_security", "socialInsurances", lines, stated_on=day, is_copy=True, accepted_removals=100
    )


async def names_on(office: Office, day: date) -> set[object]:
    """The names that are in force on a day, as far as is known now."""
    async with office.intake.database.connection() as connection:
        ids = [row["entity_id"] for row in await connection.fetch("select entity_id from view")]
        in_force = await records_in_force(connection, ids, Moment(day))
    return {record.values.get("name") for records in in_force.values() for record in records}


async def insured_on(office: Office, day: date) -> int:
    """How many enrolments are in force on a day."""
    async with office.intake.database.connection() as connection:
        ids = [row["entity_id"] for row in await connection.fetch("select entity_id from view")]
        return sum(map(len, (await records_in_force(connection, ids, Moment(day))).values()))


async def test_what_a_copy_leaves_out_ends_on_its_day_with_the_reason(office: Office) -> None:
    await copy(office, JANUARY, people(*range(20)))
    summary = await copy(office, FEBRUARY, people(*range(19)))
    assert (summary.counts, summary.removed) == ({"UNCHANGED": 19}, 1)
    assert await names_on(office, date(2024, 1, 31)) == {f"某{n}" for n in range(20)}
    assert await names_on(office, FEBRUARY) == {f"某{n}" for n in range(19)}
    async with office.intake.database.connection() as connection:
        told = await connection.fetch("select version, items, reason from feed where version = 2")
        left = await connection.fetchval("select count(*) from copied")
    assert [(row["version"], "full copy of 2024-02-01" in row["reason"]) for row in told] == [(2, True)]
    assert left == 0
    await assert_versions_have_no_gaps(office.intake.database)
    await assert_views_are_what_a_new_merge_gives(office.intake)
    await assert_cards_are_those_of_the_views(office.intake)


async def test_a_copy_ends_no_record_of_another_unit_another_type_or_another_register(office: Office) -> None:
    await copy(office, JANUARY, people(*range(10)), unit="天河")
    await office.deliver("social_security", "socialInsurances", insured(1, 2), unit="天河")
    await copy(office, FEBRUARY, people(20), unit="越秀")
    assert await names_on(office, MARCH) == {None, "某20", *(f"某{n}" for n in range(10))}


async def test_a_copy_that_was_cut_off_ends_nothing_and_goes_on_once_its_removals_are_accepted(office: Office) -> None:
    await copy(office, JANUARY, people(*range(10)))
    lines = [*people(*range(7)), *people(7, name="新")]
    with pytest.raises(TooManyRemovals, match="leaves out 2 of 10 records that stand, more than 10%"):
        await copy(office, FEBRUARY, lines, key="february")
    assert await names_on(office, FEBRUARY) == {*(f"某{n}" for n in range(7)), "新7", "某8", "某9"}
    with pytest.raises(TooManyRemovals):
        await copy(office, FEBRUARY, lines, key="february", accepted_removals=1)
    summary = await copy(office, FEBRUARY, lines, key="february", accepted_removals=2)
    assert (summary.removed, summary.resumed_after) == (2, 8)
    assert await names_on(office, FEBRUARY) == {*(f"某{n}" for n in range(7)), "新7"}


async def test_a_share_that_is_trusted_ends_without_being_asked(office: Office) -> None:
    trusting = Office(replace(office.intake, most_removed_share=0.5))
    await copy(trusting, JANUARY, people(*range(10)))
    assert (await copy(trusting, FEBRUARY, people(*range(5)))).removed == 5


async def test_a_record_whose_line_is_in_quarantine_has_not_ended(office: Office) -> None:
    await copy(office, JANUARY, people(*range(20)))
    broken: Values = {"idNumber": id_number(19), "name": "某19", "cancelledOn": "2023-02-30"}
    summary = await copy(office, FEBRUARY, [*people(*range(19)), broken])
    assert (summary.counts["QUARANTINED"], summary.removed) == (1, 0)
    assert await names_on(office, FEBRUARY) == {f"某{n}" for n in range(20)}


async def test_a_copy_sent_again_changes_nothing_and_tells_the_same(office: Office) -> None:
    await copy(office, JANUARY, people(*range(20)))
    await copy(office, FEBRUARY, people(*range(19)), key="february")
    before = await office.views()
    again = await copy(office, FEBRUARY, people(*range(19)), key="february")
    assert again.removed == 1
    assert await office.views() == before


async def test_one_key_for_a_copy_and_for_single_lines_is_a_conflict(office: Office) -> None:
    await copy(office, JANUARY, people(1), key="one")
    with pytest.raises(SubmissionConflict):
        await office.household(*people(1), stated_on=JANUARY, key="one")


async def test_a_record_that_comes_back_holds_again_and_was_gone_meanwhile(office: Office) -> None:
    await copy(office, JANUARY, people(*range(20)))
    await copy(office, FEBRUARY, people(*range(19)))
    await copy(office, MARCH, people(*range(20)))
    on = [("某19" in await names_on(office, day)) for day in (JANUARY, FEBRUARY, MARCH)]
    assert on == [True, False, True]


async def test_copies_in_any_order_say_the_same_of_every_day(embedded_server: Server, model: Model) -> None:
    months = {JANUARY: people(1, 2, 3), FEBRUARY: people(1, 2, 4), MARCH: people(1, 3, 4)}
    for order in permutations(months):
        async with offices(embedded_server, model) as (office,):
            for day in order:
                await copy(office, day, months[day], accepted_removals=3)
            for day, held in months.items():
                assert await names_on(office, day) == {one["name"] for one in held}, order
            await assert_views_are_what_a_new_merge_gives(office.intake)


async def test_a_copy_that_comes_late_neither_ends_nor_revives_what_a_later_one_has_said(
    embedded_server: Server, model: Model
) -> None:
    months: Mapping[date, list[Values]] = {
        date(2023, 12, 1): insured(1, 2, 3),
        JANUARY: insured(1, 4),
        FEBRUARY: insured(1, 2),
    }
    for order in permutations(months):
        async with offices(embedded_server, model) as (office,):
            for day in order:
                await insurance(office, day, months[day])
            assert {member for member, (_, _, records) in (await office.views()).items() if records} == await _of(
                office, 1, 2
            ), order
            assert await insured_on(office, FEBRUARY) == 2, order


async def _of(office: Office, *places: int) -> set[UUID]:
    """The entities of people."""
    lookups = [office.intake.vault.lookup("ID_NUMBER", id_number(place)) for place in places]
    async with office.intake.database.connection() as connection:
        rows = await connection.fetch("select entity_id from vault.identifier where lookup = any ($1)", lookups)
    return {row["entity_id"] for row in rows}


async def test_a_copy_of_a_linked_person_ends_what_was_said_of_either(office: Office) -> None:
    """The record was said of a person by the social security number alone, and the copy's line names both numbers."""
    known = [{key: value for key, value in line.items() if "idNumber" not in key} for line in insured(1)]
    await office.deliver("social_security", "socialInsurances", known, stated_on=JANUARY)
    await insurance(office, FEBRUARY, insured(1))
    assert await insured_on(office, FEBRUARY) == 1
    await insurance(office, MARCH, insured(2))
    assert await insured_on(office, MARCH) == 1


@pytest.mark.parametrize("most", [1, 2])
async def test_many_pages_and_many_transactions_end_the_same(
    office: Office, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("hub.intake.snapshot.PAGE", 3)
    monkeypatch.setattr("hub.intake.snapshot.MOST_ENTITIES", most)
    await copy(office, JANUARY, people(*range(20)))
    assert (await copy(office, FEBRUARY, people(*range(0, 20, 3)), accepted_removals=13)).removed == 13
    assert await names_on(office, FEBRUARY) == {f"某{n}" for n in range(0, 20, 3)}


async def test_an_intake_of_its_own_trusts_a_tenth(office: Office, model: Model) -> None:
    assert Intake(office.intake.database, model, office.intake.vault).most_removed_share == 0.1
