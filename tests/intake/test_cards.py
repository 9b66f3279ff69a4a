"""Every view that stands for itself has its card, written with it, and no other entity has one."""

from datetime import date
from uuid import UUID

import asyncpg

from hub.catalog import Model
from hub.intake import cards
from hub.intake.cards import make_cards, rule_of
from hub.merge import Card
from hub.store.pool import Database
from tests.intake.hubs import assert_cards_are_those_of_the_views
from tests.offices import Office
from tests.people import credit_code, id_number


async def held(database: Database) -> dict[UUID, asyncpg.Record]:
    """The cards, each with the row version that was written."""
    async with database.connection() as connection:
        rows = await connection.fetch("select *, xmin::text as written from card")
    return {row["entity_id"]: row for row in rows}


def card(row: asyncpg.Record) -> Card:
    return Card(**{name: row[name] for name in Card.__struct_fields__})


async def test_a_card_is_written_with_its_view_and_follows_it(office: Office) -> None:
    person = id_number(1)
    await office.household({"idNumber": person, "name": "王小明", "status": "正常"}, stated_on=date(2024, 1, 1))
    (row,) = (await held(office.intake.database)).values()
    assert (row["kind"], row["name"], row["birth_date"], row["status"]) == (
        "NATURAL_PERSON",
        "王小明",
        "1990-01-01",
        "ALIVE",
    )
    await office.household({"idNumber": person, "name": "王大明", "status": "正常"}, stated_on=date(2024, 2, 1))
    await assert_cards_are_those_of_the_views(office.intake)
    await office.household({"idNumber": person, "_operation": "END"}, stated_on=date(2024, 3, 1))
    (row,) = (await held(office.intake.database)).values()
    assert card(row) == Card()


async def test_a_card_is_not_written_again_where_nothing_of_it_changed(office: Office) -> None:
    person = id_number(1)
    await office.household({"idNumber": person, "name": "王小明"}, stated_on=date(2024, 1, 1))
    (before,) = (await held(office.intake.database)).values()
    await office.household({"idNumber": person, "name": "王小明", "ethnicity": "汉族"}, stated_on=date(2024, 2, 1))
    assert (await office.only_view())[0] == 2
    (after,) = (await held(office.intake.database)).values()
    assert after == before


async def test_an_entity_that_was_linked_into_another_has_no_card(office: Office) -> None:
    number, code = "440106000012345", credit_code(1)
    await office.business({"registrationNumber": number, "name": "旧名"}, stated_on=date(2024, 1, 1))
    await office.deliver("civil_affairs", "socialGroupRegistration", [{"creditCode": code, "name": "他处所知"}])
    assert len(await held(office.intake.database)) == 2
    both = {"registrationNumber": number, "creditCode": code, "name": "新名"}
    await office.business(both, stated_on=date(2024, 2, 1))
    (row,) = (await held(office.intake.database)).values()
    assert row["name"] == "新名"
    await assert_cards_are_those_of_the_views(office.intake)


async def test_views_of_an_earlier_release_are_given_their_cards_once(office: Office, model: Model) -> None:
    database = office.intake.database
    people = [{"idNumber": id_number(n), "name": f"王{n}"} for n in range(7)]
    await office.household(*people)
    await office.business({"creditCode": credit_code(1), "name": "广州基准有限公司"})
    async with database.connection() as connection:
        await connection.execute("delete from card; delete from card_rule")
    cards.BATCH, whole = 3, cards.BATCH
    try:
        assert await make_cards(database, model) == 8
    finally:
        cards.BATCH = whole
    await assert_cards_are_those_of_the_views(office.intake)
    assert await make_cards(database, model) == 0


async def test_cards_are_made_anew_when_the_model_fills_them_from_other_items(office: Office, model: Model) -> None:
    await office.household({"idNumber": id_number(1), "name": "王小明"})
    async with office.intake.database.connection() as connection:
        await connection.execute("insert into card_rule (digest) values ('\\x00')")
    assert await make_cards(office.intake.database, model) == 1
    async with office.intake.database.connection() as connection:
        rules = await connection.fetch("select digest from card_rule")
    assert [row["digest"] for row in rules] == [rule_of(model)]
