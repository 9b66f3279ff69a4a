"""One entity that turns out to be two: each has what was said of it, and no delivery makes one of them again."""

import asyncio
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest

from hub.catalog import Model
from hub.clock import now
from hub.errors import HubError, InvalidArgument, UnknownEntity
from hub.identifiers.entity_id import new_id
from hub.identifiers.schemes import Identifier, Scheme
from hub.store.splits import RecordName
from tests.city.snapshot import everything_told
from tests.conftest import ONE_SERVER_IN_CI, Server
from tests.discrepancies import standing
from tests.intake.hubs import (
    assert_discrepancies_are_what_a_new_look_gives,
    assert_versions_have_no_gaps,
    assert_views_are_what_a_new_merge_gives,
    offices,
)
from tests.links import link_to, part, person, split_off
from tests.offices import Office, Values
from tests.people import credit_code, id_number

WRITERS = 8
ONE, OTHER, THIRD = id_number(1), id_number(2), id_number(3)
SECURITY_NUMBER = Identifier(Scheme.SOCIAL_SECURITY_NUMBER, "S1")
EITHER_WAY = pytest.mark.parametrize("numbers", [[], [SECURITY_NUMBER]], ids=["number stays", "number goes along"])
HOUSEHOLD = RecordName("household", "city", "")


def insurance(number: str, name: str, **more: object) -> Values:
    """What social security says of the bearer of an ID number, under the number of its own."""
    return {
        "socialSecurityNumber": SECURITY_NUMBER.value,
        "recordedSubject.idNumber": number,
        "recordedSubject.name": name,
        "insuranceType": "310",
        "enrolledOn": "2022-01-01",
        **more,
    }


async def insure(office: Office, line: Values, day: int = 1, key: str | None = None) -> None:
    await office.deliver("social_security", "socialInsurances", [line], stated_on=date(2024, 1, day), key=key)


async def fill(office: Office, *, again: str = "") -> None:
    """A person of whom social security speaks too, though it means another, and somebody married to that one."""
    await office.household({"idNumber": ONE, "name": "甲"}, {"idNumber": THIRD, "name": "丙"}, key=f"1{again}")
    await insure(office, insurance(ONE, "乙"), key=f"2{again}")
    married = {"recordedSubject.idNumber": ONE, "recordedSubject.name": "甲", "marriedOn": "2020-05-20"}
    marriage = married | {"issuingAuthority": "天河区民政局", "maritalStatus": "20", "spouse.idNumber": THIRD}
    await office.marriage(marriage, key=f"3{again}")


async def insured(office: Office) -> RecordName:
    """The name of the only record of social security."""
    async with office.intake.database.connection() as connection:
        keys = await connection.fetch("select distinct record_key from state where record_type = 'socialInsurances'")
    ((key,),) = keys
    return RecordName("socialInsurances", "city", key)


async def told_of(office: Office, entity_id: UUID) -> tuple[int, dict[str, object], set[str]]:
    """The version of an entity, its items, and the types of its records."""
    version, items, records = (await office.views())[entity_id]
    return version, items, set(records)


async def assert_all_is_well(office: Office) -> None:
    await assert_versions_have_no_gaps(office.intake.database)
    await assert_views_are_what_a_new_merge_gives(office.intake)
    await assert_discrepancies_are_what_a_new_look_gives(office.intake)


async def test_each_of_two_has_the_records_and_the_numbers_that_belong_to_it(office: Office) -> None:
    await fill(office)
    one = await person(office, ONE)
    done = await split_off(office, one, await insured(office), numbers=[SECURITY_NUMBER])
    version, items, records = await told_of(office, one)
    assert (version, items["name"], records) == (4, "甲", {"household", "marriageRegistrations"})
    version, items, records = await told_of(office, done.other_id)
    assert (version, items["name"], records) == (1, "乙", {"socialInsurances"})
    await assert_all_is_well(office)


@EITHER_WAY
async def test_what_was_said_before_a_split_and_is_said_again_changes_nothing(
    office: Office, numbers: Sequence[Identifier]
) -> None:
    await fill(office)
    one = await person(office, ONE)
    await split_off(office, one, await insured(office), numbers=numbers)
    before = await office.views(), await standing(office.intake.database)
    await fill(office, again=" again")
    assert (await office.views(), await standing(office.intake.database)) == before
    await assert_all_is_well(office)


@EITHER_WAY
async def test_what_is_said_later_of_a_record_that_was_split_off_goes_to_its_owner(
    office: Office, numbers: Sequence[Identifier]
) -> None:
    await fill(office)
    one = await person(office, ONE)
    done = await split_off(office, one, await insured(office), numbers=numbers)
    before = (await office.views())[one]
    await insure(office, insurance(ONE, "乙乙", _valid_from=date(2024, 2, 1)), 2)
    await insure(office, insurance(ONE, "", _operation="WITHDRAW", _valid_from=date(2022, 1, 1)), 3)
    assert (await office.views())[one] == before
    assert (await told_of(office, done.other_id))[1]["name"] == "乙乙"
    await assert_all_is_well(office)


async def test_a_number_that_the_source_puts_right_is_its_owners(office: Office) -> None:
    await fill(office)
    one = await person(office, ONE)
    done = await split_off(office, one, await insured(office), numbers=[SECURITY_NUMBER])
    assert len(await standing(office.intake.database)) == 2
    await insure(office, insurance(OTHER, "乙"), 2)
    assert await person(office, OTHER) == done.other_id
    assert await standing(office.intake.database) == []
    await office.household({"idNumber": OTHER, "name": "乙"}, stated_on=date(2024, 1, 3))
    assert (await told_of(office, done.other_id))[2] == {"household", "socialInsurances"}
    await assert_all_is_well(office)


async def test_the_right_number_is_no_former_one_of_who_bore_the_record(office: Office) -> None:
    await office.household({"idNumber": ONE, "name": "甲"})
    await insure(office, insurance(ONE, "甲"))
    one = await person(office, ONE)
    done = await split_off(office, one, HOUSEHOLD)
    right = {"idNumber": OTHER, "formerIdNumber": ONE, "name": "乙"}
    await office.household(right, stated_on=date(2024, 1, 2))
    assert (await person(office, ONE), await person(office, OTHER)) == (one, done.other_id)
    assert set(await office.views()) == {one, done.other_id}
    async with office.intake.database.connection() as connection:
        replaced = "select count(*) from vault.identifier where superseded_at is null and replaced_by is not null"
        assert await connection.fetchval(replaced) == 0
    await assert_all_is_well(office)


async def test_an_entity_that_was_split_and_linked_again_is_as_if_it_had_never_been_two(
    any_server: Server, model: Model
) -> None:
    async with offices(any_server, model) as (never,), offices(any_server, model) as (once,):
        for office in (never, once):
            await fill(office)
        one = await person(once, ONE)
        done = await split_off(once, one, await insured(once), HOUSEHOLD, numbers=[SECURITY_NUMBER])
        for office in (never, once):
            await insure(office, insurance(ONE, "乙乙", _valid_from=date(2024, 2, 1)), 2)
        await link_to(once, done.other_id, one)
        for office in (never, once):
            await insure(office, insurance(ONE, "", _operation="WITHDRAW", _valid_from=date(2022, 1, 1)), 3)
            await office.household({"idNumber": ONE, "name": "甲甲"}, stated_on=date(2024, 1, 4))
        told = [_unmoved(await everything_told(office.intake.database)) for office in (once, never)]
        assert told[0] == told[1]
        assert await standing(once.intake.database) == await standing(never.intake.database)
        await assert_all_is_well(once)
        await part(once, done.other_id)
        assert (await told_of(once, done.other_id))[2] == {"household", "socialInsurances"}
        assert (await told_of(once, one))[2] == {"marriageRegistrations"}
        await assert_all_is_well(once)


def _unmoved(told: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """What is told, without the orders that moved records."""
    return {key: tuple(text.replace(',"moved_by":""', "") for text in texts) for key, texts in told.items()}


async def test_what_was_said_of_several_that_are_one_moves_together(office: Office) -> None:
    await fill(office)
    await office.household({"idNumber": OTHER, "name": "乙"}, stated_on=date(2024, 1, 2))
    one, other = await person(office, ONE), await person(office, OTHER)
    await link_to(office, other, one)
    done = await split_off(office, other, HOUSEHOLD)
    assert done.entity_id == one
    assert (await told_of(office, done.other_id))[1]["name"] == "乙"
    await part(office, other)
    await office.household({"idNumber": OTHER, "name": "乙乙"}, stated_on=date(2024, 1, 3))
    assert (await told_of(office, done.other_id))[1]["name"] == "乙乙"
    assert (await told_of(office, other))[2] == set()
    await assert_all_is_well(office)


async def test_what_was_split_off_may_be_split_again(office: Office) -> None:
    await fill(office)
    one, record = await person(office, ONE), await insured(office)
    first = await split_off(office, one, record, HOUSEHOLD)
    second = await split_off(office, first.other_id, record)
    await insure(office, insurance(ONE, "乙乙"), 2)
    assert (await told_of(office, second.other_id))[1]["name"] == "乙乙"
    assert (await told_of(office, first.other_id))[2] == {"household"}
    await link_to(office, second.other_id, one)
    third = await split_off(office, one, record)
    assert third.other_id not in (first.other_id, second.other_id)
    await insure(office, insurance(ONE, "乙乙乙"), 3)
    assert (await told_of(office, third.other_id))[1]["name"] == "乙乙乙"
    await assert_all_is_well(office)


async def test_a_record_that_stays_is_not_said_again_of_who_got_its_number(office: Office) -> None:
    await fill(office)
    one = await person(office, ONE)
    done = await split_off(office, one, HOUSEHOLD, numbers=[Identifier(Scheme.ID_NUMBER, ONE)])
    before = await office.views()
    await fill(office, again=" again")
    assert await office.views() == before
    await insure(office, insurance(ONE, "乙乙"), 2)
    assert (await told_of(office, done.other_id))[2] == {"household", "socialInsurances"}
    await assert_all_is_well(office)


async def test_an_order_that_makes_no_sense_is_refused_and_changes_nothing(office: Office) -> None:
    await fill(office)
    await office.business({"creditCode": credit_code(1), "name": "甲公司"})
    one, record = await person(office, ONE), await insured(office)
    before = await office.views()
    unknown = Identifier(Scheme.ID_NUMBER, OTHER)
    elsewhere = Identifier(Scheme.ID_NUMBER, THIRD)
    refused: list[tuple[type[HubError], UUID, list[RecordName], list[Identifier]]] = [
        (InvalidArgument, one, [], [SECURITY_NUMBER]),
        (InvalidArgument, one, [record._replace(source_unit="county")], []),
        (InvalidArgument, one, [record, HOUSEHOLD._replace(record_key="x")], []),
        (InvalidArgument, one, [RecordName("businessRegistration", "city", "")], []),
        (InvalidArgument, one, [RecordName("nothing", "city", "")], []),
        (InvalidArgument, one, [record], [unknown]),
        (InvalidArgument, one, [record], [elsewhere]),
        (UnknownEntity, new_id(now()), [record], []),
    ]
    for error, entity_id, records, numbers in refused:
        with pytest.raises(error):
            await split_off(office, entity_id, *records, numbers=numbers)
    assert await office.views() == before


async def test_the_same_order_again_gives_the_split_that_it_made(office: Office) -> None:
    await fill(office)
    one, record = await person(office, ONE), await insured(office)
    done = await split_off(office, one, record, HOUSEHOLD, numbers=[SECURITY_NUMBER])
    assert await split_off(office, one, HOUSEHOLD, record, numbers=[SECURITY_NUMBER]) == done
    with pytest.raises(InvalidArgument):
        await split_off(office, one, record, numbers=[Identifier(Scheme.ID_NUMBER, ONE)])
    assert len(await office.views()) == 3


async def test_a_code_that_goes_to_the_other_takes_along_what_it_embeds(office: Office) -> None:
    code = credit_code(1)
    await office.business({"creditCode": code, "name": "甲公司"})
    social = {"creditCode": code, "name": "甲会"}
    await office.deliver("civil_affairs", "socialGroupRegistration", [social])
    (one,) = await office.views()
    name = RecordName("socialGroupRegistration", "city", "")
    done = await split_off(office, one, name, numbers=[Identifier(Scheme.CREDIT_CODE, code)])
    await office.deliver("civil_affairs", "socialGroupRegistration", [social], key="again")
    async with office.intake.database.connection() as connection:
        bears = "select entity_id, count(*) from vault.identifier where superseded_at is null group by entity_id"
        assert [tuple(row) for row in await connection.fetch(bears)] == [(done.other_id, 2)]
    assert {key: items["name"] for key, (_, items, _) in (await office.views()).items()} == {
        one: "甲公司",
        done.other_id: "甲会",
    }
    await assert_all_is_well(office)


@ONE_SERVER_IN_CI
async def test_a_record_is_split_off_while_eight_speak_of_it(any_server: Server, model: Model) -> None:
    async with offices(any_server, model, WRITERS + 1) as (steward, *desks):
        await fill(steward)
        one, record = await person(steward, ONE), await insured(steward)
        half = asyncio.Semaphore(0)

        async def speak(writer: int, desk: Office) -> None:
            for turn in range(6):
                day = 2 + turn * WRITERS + writer
                await insure(desk, insurance(ONE, f"乙{day}", _valid_from=date(2022, 1, 1)), key=f"word {day}")
                half.release()

        async def divide() -> None:
            for _ in range(WRITERS * 3):
                await half.acquire()
            await split_off(steward, one, record, numbers=[SECURITY_NUMBER])

        await asyncio.gather(divide(), *(speak(writer, desk) for writer, desk in enumerate(desks)))
        assert (await told_of(steward, one))[2] == {"household", "marriageRegistrations"}
        async with steward.intake.database.connection() as connection:
            held = "select count(*) from held where record_type = 'socialInsurances' group by entity_id"
            assert [tuple(row) for row in await connection.fetch(held)] == [(WRITERS * 6 + 1,)]
        await assert_all_is_well(steward)
