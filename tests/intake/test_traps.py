"""Traps that others fell into, one test each."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from hub.catalog import EntityKind
from hub.clock import shanghai_midnight, today
from hub.desk import Desk, Key
from hub.identifiers.schemes import Scheme, normalise
from hub.merge import merge
from hub.store import writing
from hub.store.as_of import records_in_force, states_in_force
from hub.timeline import Moment, Outcome
from tests.intake.hubs import assert_versions_have_no_gaps
from tests.logs import access_log
from tests.offices import Office
from tests.people import credit_code, id_number
from tests.served import AGENCY

PERSON = id_number(1, "19990101")
FIRST = date(2024, 1, 1)
NUMBER = "440106000012345"
MARRIAGE = {"recordedSubject.idNumber": PERSON, "marriedOn": "2020-05-20", "issuingAuthority": "天河区民政局"}


async def known_times(office: Office) -> list[datetime]:
    async with office.intake.database.connection() as connection:
        rows = await connection.fetch("select recorded_at from change order by entity_id, version")
    return [row["recorded_at"] for row in rows]


async def names_known_at(office: Office, entity_id: UUID, known_at: datetime) -> list[str]:
    """The names that records in force gave today as the hub knew them at an instant."""
    async with office.intake.database.connection() as connection:
        rows = await states_in_force(connection, [entity_id], Moment(date(2030, 1, 1), known_at))
        states = [row["state_id"] for row in rows]
        query = "select payload ->> 'name' as name from state where state_id = any ($1) order by 1"
        return [row["name"] for row in await connection.fetch(query, states)]


async def led_to(office: Office, scheme: Scheme, value: str) -> UUID:
    """The entity that stands for a key now."""
    lookup = office.intake.vault.lookup(scheme, normalise(scheme, value))
    async with office.intake.database.connection() as connection:
        rows, _ = await writing.identified(connection, office.intake.vault.index, [lookup])
    found: UUID = rows[lookup]["canonical_id"]
    return found


async def test_two_corrections_within_one_microsecond_have_two_known_times(office: Office) -> None:
    await office.household({"idNumber": PERSON, "name": "甲", "_valid_from": FIRST}, stated_on=date(2024, 1, 1))
    async with office.intake.database.connection() as connection:
        # As if the clock stood still: whatever it says now is not later than what is known already.
        await connection.execute("update view set recorded_at = recorded_at + interval '1 hour'")
        await connection.execute("update change set recorded_at = recorded_at + interval '1 hour'")
        await connection.execute("update state set recorded_at = recorded_at + interval '1 hour'")
    for day, name in ((2, "乙"), (3, "丙")):
        line = {"idNumber": PERSON, "name": name, "_valid_from": FIRST}
        await office.household(line, stated_on=date(2024, 1, day))
    first, second, third = await known_times(office)
    assert (second - first, third - second) == (timedelta(microseconds=1), timedelta(microseconds=1))
    (entity_id,) = await office.views()
    assert [await names_known_at(office, entity_id, at) for at in (first, second, third)] == [["甲"], ["乙"], ["丙"]]
    await assert_versions_have_no_gaps(office.intake.database)


async def test_a_clock_that_is_set_back_stops_no_correction(office: Office) -> None:
    later = {"idNumber": PERSON, "name": "甲", "_valid_from": date(2024, 2, 1)}
    await office.household(later | {"_valid_from": FIRST})
    await office.household(later)
    async with office.intake.database.connection() as connection:
        await connection.execute("update state set recorded_at = recorded_at + interval '1 hour'")
    summary = await office.household(later | {"name": "乙"}, stated_on=date(2024, 3, 1))
    assert summary.counts[Outcome.CORRECTED] == 1
    assert (await office.only_view())[1]["name"] == "乙"


async def test_of_two_states_with_one_valid_from_in_one_batch_the_later_said_stands(office: Office) -> None:
    said = [
        {"idNumber": PERSON, "name": name, "_valid_from": FIRST, "_stated_at": shanghai_midnight(date(2024, 1, day))}
        for name, day in (("后", 3), ("先", 2))
    ]
    summary = await office.household(*said)
    assert [result.outcome for result in summary.results] == [Outcome.CREATED, Outcome.SUPERSEDED]
    assert (await office.only_view())[1]["name"] == "后"
    (known_at,) = await known_times(office)
    (entity_id,) = await office.views()
    assert await names_known_at(office, entity_id, known_at) == ["后"]


async def test_several_records_do_not_multiply_each_other(office: Office) -> None:
    for day in (1, 2, 3):
        await office.household({"idNumber": PERSON, "name": f"甲{day}"}, stated_on=date(2024, 1, day))
        await office.marriage(MARRIAGE | {"maritalStatus": "20", "marriedOn": f"2020-05-2{day}"})
    _, _, records = await office.only_view()
    assert {name: len(found) for name, found in records.items()} == {"household": 1, "marriageRegistrations": 3}


async def test_no_marriage_record_is_not_unmarried(office: Office) -> None:
    await office.household({"idNumber": PERSON, "name": "甲"})
    assert "maritalStatus" not in (await office.only_view())[1]
    await office.marriage(MARRIAGE)
    assert "maritalStatus" not in (await office.only_view())[1]


async def test_the_deceased_are_shown_as_deceased_and_stay(office: Office) -> None:
    await office.household({"idNumber": PERSON, "name": "甲", "status": "正常"}, stated_on=date(2024, 1, 1))
    death = {"status": "注销", "cancelReason": "死亡", "cancelledOn": "2024-02-01"}
    await office.household({"idNumber": PERSON, "name": "甲"} | death, stated_on=date(2024, 2, 2))
    version, items, _ = await office.only_view()
    assert (version, items["name"], items["lifeStatus"]) == (2, "甲", {"code": "DECEASED"})


async def test_a_derived_value_follows_what_it_is_derived_from(office: Office) -> None:
    line = {"idNumber": PERSON, "name": "甲", "_valid_from": FIRST}
    death = {"status": "注销", "cancelReason": "死亡", "cancelledOn": "2024-01-01"}
    for day, said, alive in ((1, {}, None), (2, death, "DECEASED"), (3, {"status": "正常"}, "ALIVE")):
        await office.household(line | said, stated_on=date(2024, 1, day))
        _, items, _ = await office.only_view()
        assert items.get("lifeStatus") == (alive and {"code": alive})
    (entity_id,) = await office.views()
    async with office.intake.database.connection() as connection:
        for known_at, alive in zip(await known_times(office), (None, "DECEASED", "ALIVE"), strict=True):
            in_force = await records_in_force(connection, [entity_id], Moment(today(), known_at))
            merged = merge(office.intake.model.merged[EntityKind.NATURAL_PERSON].values(), in_force[entity_id]).merged
            choice = merged.items.get("lifeStatus")
            assert (choice.value if choice else None) == (alive and {"code": alive})


@pytest.mark.parametrize(("given", "since"), [("2020", date(2020, 1, 1)), ("2020-05", date(2020, 5, 1))])
async def test_a_partial_date_stays_partial_and_begins_with_its_first_day(
    office: Office, given: str, since: date
) -> None:
    await office.marriage(MARRIAGE | {"marriedOn": given})
    async with office.intake.database.connection() as connection:
        (entity_id,) = await office.views()
        (record,) = (await records_in_force(connection, [entity_id], Moment(since)))[entity_id]
        assert (record.values["marriedOn"], record.source.valid_from) == (given, since)
        assert await records_in_force(connection, [entity_id], Moment(since - timedelta(days=1))) == {entity_id: []}


def short(number: str) -> str:
    """The number as it was before 1999: without the century and the check digit."""
    return number[:6] + number[8:17]


def wide(number: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in number)


ENDING_IN_X = next(number for place in range(100) if (number := id_number(place, "19700101")).endswith("X"))


@pytest.mark.parametrize("spell", [short, wide, str.lower, lambda number: f" {number[:6]} {number[6:]} "])
async def test_a_number_spelt_otherwise_makes_no_twin(office: Office, spell: object) -> None:
    assert callable(spell)
    await office.household({"idNumber": ENDING_IN_X, "name": "甲"}, stated_on=date(2024, 1, 1))
    again = await office.household({"idNumber": spell(ENDING_IN_X), "name": "甲"}, stated_on=date(2024, 1, 2))
    assert again.counts[Outcome.UNCHANGED] == 1
    assert (await office.only_view())[0] == 1


async def test_an_entity_outlives_its_last_record_with_its_history(office: Office) -> None:
    line = {"idNumber": PERSON, "name": "甲", "_valid_from": FIRST}
    await office.household(line, stated_on=date(2024, 1, 1))
    (entity_id,) = await office.views()
    withdrawn = await office.household(line | {"_operation": "WITHDRAW"}, stated_on=date(2024, 2, 1))
    assert withdrawn.counts[Outcome.WITHDRAWN] == 1
    assert await office.views() == {entity_id: (2, {}, {})}
    first, second = await known_times(office)
    assert await names_known_at(office, entity_id, first) == ["甲"]
    assert await names_known_at(office, entity_id, second) == []
    assert await led_to(office, Scheme.ID_NUMBER, PERSON) == entity_id
    await office.household(line | {"name": "乙"}, stated_on=date(2024, 3, 1))
    assert (await office.views())[entity_id][0] == 3


async def test_a_link_keeps_both_histories_and_leads_old_keys_to_the_entity_that_stands(office: Office) -> None:
    code = {"creditCode": credit_code(1)}
    await office.business({"registrationNumber": NUMBER, "name": "旧名"}, stated_on=date(2024, 1, 1))
    absorbed = await led_to(office, Scheme.REGISTRATION_NUMBER, NUMBER)
    await office.deliver("civil_affairs", "socialGroupRegistration", [code | {"name": "团体"}])
    standing = await led_to(office, Scheme.CREDIT_CODE, code["creditCode"])
    before = max(await known_times(office))
    await office.business({"registrationNumber": NUMBER, "name": "新名"} | code, stated_on=date(2024, 2, 1))
    assert await led_to(office, Scheme.REGISTRATION_NUMBER, NUMBER) == standing != absorbed
    after = max(await known_times(office))
    assert await names_known_at(office, absorbed, before) == ["旧名"]
    assert await names_known_at(office, standing, before) == ["团体"]
    assert await names_known_at(office, standing, after) == ["团体", "新名"]
    intake = office.intake
    desk = Desk(intake.database, intake.model, intake.vault, access_log(intake.database))
    key = Key(entity_id=absorbed)
    reply = (await desk.answer(AGENCY, EntityKind.LEGAL_ENTITY, [key], [], "read", Moment(today())))[key]
    assert isinstance(reply, tuple)
    assert [found.answer.entity_id for found in reply] == [standing]
    await assert_versions_have_no_gaps(office.intake.database)


async def test_a_reference_made_before_its_entity_is_known_leads_to_it_after(office: Office) -> None:
    code = {"creditCode": credit_code(1)}
    await office.business(code | {"name": "公司", "legalRepresentative.idNumber": PERSON})
    (business,) = (records["businessRegistration"][0] for _, _, records in (await office.views()).values())
    await office.household({"idNumber": PERSON, "name": "甲"})
    reference = business["legalRepresentative"]
    assert isinstance(reference, dict)
    assert reference["entityId"] == str(await led_to(office, Scheme.ID_NUMBER, PERSON))
