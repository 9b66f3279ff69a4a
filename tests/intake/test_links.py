"""Two entities that turn out to be one, and to be two after all: nothing is lost, and nothing is left behind."""

from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

import pytest

from hub.catalog import Model
from hub.clock import now
from hub.errors import HubError, InvalidArgument, LinkedAlready, NotLinked, UnknownEntity
from hub.identifiers.entity_id import new_id
from hub.identifiers.schemes import Scheme
from hub.intake.links import Link
from hub.store.pool import Database
from tests.city.snapshot import everything_told
from tests.conftest import Server
from tests.discrepancies import standing
from tests.intake.hubs import assert_versions_have_no_gaps, assert_views_are_what_a_new_merge_gives, offices
from tests.links import bearer, link_to, part, person
from tests.offices import Office
from tests.people import credit_code, id_number

NUMBER = "440106000012345"
ONE, OTHER, THIRD = id_number(1), id_number(2), id_number(3)
THREE = [{"idNumber": ONE, "name": "甲"}, {"idNumber": OTHER, "name": "乙"}, {"idNumber": THIRD, "name": "丙"}]


async def fill(office: Office) -> None:
    """Two persons of whom the same registers speak, about different days, and others who refer to them."""
    for number, name, day in ((ONE, "甲", 1), (OTHER, "乙", 2)):
        await office.household(
            {"idNumber": number, "name": name, "sex": str(day), "_valid_from": date(2024, 1, 1)},
            stated_on=date(2024, 1, day),
        )
        await office.marriage(
            {
                "recordedSubject.idNumber": number,
                "recordedSubject.name": f"{name}方",
                "marriedOn": "2020-05-20",
                "issuingAuthority": "天河区民政局",
                "maritalStatus": "20",
                "spouse.idNumber": THIRD,
            },
            stated_on=date(2024, 1, day),
        )
        await office.business(
            {"creditCode": credit_code(day), "name": f"{name}公司", "legalRepresentative.idNumber": number},
            stated_on=date(2024, 1, day),
        )


async def say_more(office: Office) -> None:
    """What is heard of both later."""
    await office.household(
        {"idNumber": ONE, "name": "甲甲", "sex": "1", "_valid_from": date(2024, 2, 1)}, stated_on=date(2024, 2, 1)
    )
    await office.household(
        {"idNumber": OTHER, "name": "", "_operation": "WITHDRAW", "_valid_from": date(2024, 1, 1)},
        {"idNumber": OTHER, "name": "乙乙", "_valid_from": date(2023, 1, 1)},
        stated_on=date(2024, 2, 2),
    )


async def cards(database: Database) -> list[tuple[object, ...]]:
    async with database.connection() as connection:
        rows = await connection.fetch("select name, birth_date, division, category, status from card order by 1, 2")
    return [tuple(row) for row in rows]


async def test_an_entity_that_was_linked_and_parted_is_as_if_the_link_had_never_been(
    any_server: Server, model: Model
) -> None:
    async with offices(any_server, model) as (never,), offices(any_server, model) as (once,):
        for office in (never, once):
            await fill(office)
        one, other = await person(once, ONE), await person(once, OTHER)
        await link_to(once, one, other)
        for office in (never, once):
            await say_more(office)
        await part(once, one)
        assert await everything_told(once.intake.database) == await everything_told(never.intake.database)
        assert await cards(once.intake.database) == await cards(never.intake.database)
        assert await standing(once.intake.database) == await standing(never.intake.database)
        await assert_versions_have_no_gaps(once.intake.database)
        await assert_views_are_what_a_new_merge_gives(once.intake)


async def test_linked_entities_have_one_view_card_and_history_of_each_record(office: Office) -> None:
    await fill(office)
    one, other = await person(office, ONE), await person(office, OTHER)
    await link_to(office, one, other)
    persons = {key: view for key, view in (await office.views()).items() if "household" in view[2]}
    assert list(persons) == [other]
    version, items, records = persons[other]
    assert (version, items["name"], len(records["household"]), len(records["marriageRegistrations"])) == (3, "乙", 1, 1)
    assert [name for name, *_ in await cards(office.intake.database)] == ["乙", "乙公司", "甲公司"]
    await assert_versions_have_no_gaps(office.intake.database)
    await assert_views_are_what_a_new_merge_gives(office.intake)


async def test_a_later_word_of_either_is_a_word_of_the_one_that_stands(office: Office) -> None:
    await fill(office)
    one, other = await person(office, ONE), await person(office, OTHER)
    await link_to(office, one, other)
    await office.household({"idNumber": ONE, "name": "丙", "_valid_from": date(2024, 3, 1)}, stated_on=date(2024, 3, 1))
    assert (await office.views())[other][1]["name"] == "丙"


async def test_what_was_linked_into_a_linked_entity_comes_back_with_it(office: Office) -> None:
    await office.household(*THREE)
    one, other, third = [await person(office, number) for number in (ONE, OTHER, THIRD)]
    await link_to(office, one, other)
    await link_to(office, other, third)
    assert set(await office.views()) == {third}
    await part(office, other)
    assert set(await office.views()) == {other, third}
    await office.household({"idNumber": ONE, "name": "丁"}, stated_on=date(2024, 3, 1))
    assert (await office.views())[other][1]["name"] == "丁"
    await part(office, one)
    assert set(await office.views()) == {one, other, third}
    await assert_versions_have_no_gaps(office.intake.database)
    await assert_views_are_what_a_new_merge_gives(office.intake)


async def test_an_entity_that_left_by_itself_does_not_come_back_with_another(office: Office) -> None:
    await office.household(*THREE)
    one, other, third = [await person(office, number) for number in (ONE, OTHER, THIRD)]
    await link_to(office, one, other)
    await link_to(office, other, third)
    await part(office, one)
    await part(office, other)
    assert set(await office.views()) == {one, other, third}


async def test_an_order_that_makes_no_sense_is_refused_and_changes_nothing(office: Office) -> None:
    await office.household(*THREE)
    await office.business({"creditCode": credit_code(1), "name": "甲公司"})
    one, other, third = [await person(office, number) for number in (ONE, OTHER, THIRD)]
    (company,) = set(await office.views()) - {one, other, third}
    nobody = new_id(now())
    await link_to(office, one, other)
    refused: list[tuple[type[HubError], Callable[..., Awaitable[Link]], tuple[UUID, ...]]] = [
        (InvalidArgument, link_to, (other, other)),
        (InvalidArgument, link_to, (other, one)),
        (InvalidArgument, link_to, (third, company)),
        (LinkedAlready, link_to, (one, third)),
        (UnknownEntity, link_to, (nobody, third)),
        (UnknownEntity, link_to, (third, nobody)),
        (UnknownEntity, part, (nobody,)),
        (NotLinked, part, (other,)),
    ]
    for error, order, ends in refused:
        with pytest.raises(error):
            await order(office, *ends)
    assert set(await office.views()) == {other, third, company}


async def test_the_same_order_again_gives_the_link_that_stands(office: Office) -> None:
    await office.household(*THREE)
    one, other = await person(office, ONE), await person(office, OTHER)
    assert await link_to(office, one, other) == await link_to(office, one, other)
    assert (await office.views())[other][0] == 2


async def test_what_an_order_has_parted_no_delivery_joins_again(office: Office) -> None:
    number, code = {"registrationNumber": NUMBER}, {"creditCode": credit_code(1)}
    await office.business(number | {"name": "甲"})
    await office.business(code | {"name": "乙"})
    await office.business(number | code | {"name": "丙"}, stated_on=date(2024, 1, 2))
    one = await bearer(office, Scheme.REGISTRATION_NUMBER, NUMBER)
    other = await bearer(office, Scheme.CREDIT_CODE, credit_code(1))
    assert set(await office.views()) == {other}
    await part(office, one)
    await office.business(number | code | {"name": "丁"}, stated_on=date(2024, 1, 3))
    names = {entity_id: items["name"] for entity_id, (_, items, _) in (await office.views()).items()}
    assert names == {one: "甲", other: "丁"}
    await link_to(office, one, other)
    assert set(await office.views()) == {other}
    await assert_versions_have_no_gaps(office.intake.database)
    await assert_views_are_what_a_new_merge_gives(office.intake)


async def test_a_number_whose_place_was_taken_stands_again_once_both_are_two(office: Office) -> None:
    former = {"idNumber": OTHER, "formerIdNumber": ONE, "name": "乙"}
    await office.household(*THREE[:2])
    await office.household(former, stated_on=date(2024, 1, 2))
    one, other = await person(office, ONE), await person(office, OTHER)
    assert set(await office.views()) == {other}
    await part(office, one)
    assert set(await office.views()) == {one, other}
    async with office.intake.database.connection() as connection:
        replaced = "select count(*) from vault.identifier where superseded_at is null and replaced_by is not null"
        assert await connection.fetchval(replaced) == 0
        await office.household(former | {"name": "丙"}, stated_on=date(2024, 1, 3))
        assert await connection.fetchval(replaced) == 0
    names = {entity_id: items["name"] for entity_id, (_, items, _) in (await office.views()).items()}
    assert names == {one: "甲", other: "丙"}
    await assert_versions_have_no_gaps(office.intake.database)
