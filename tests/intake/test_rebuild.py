"""What stands is what the states say: a rebuild proves it, finds what does not, and puts it right as a new version."""

from datetime import date
from uuid import UUID

import pytest

from hub.clock import now
from hub.identifiers.entity_id import new_id
from hub.intake.rebuild import differences, examine
from hub.store import rebuilds
from hub.store.rebuilds import Difference
from tests.intake.hubs import (
    assert_cards_are_those_of_the_views,
    assert_discrepancies_are_what_a_new_look_gives,
    assert_versions_have_no_gaps,
    assert_views_are_what_a_new_merge_gives,
)
from tests.offices import Office
from tests.people import credit_code, id_number


@pytest.fixture
async def filled(office: Office) -> Office:
    """A hub that has heard of people and a company, some of it contradictory, ended, or said in advance."""
    people = [{"idNumber": id_number(place), "name": f"某{place}", "sex": "1"} for place in range(6)]
    await office.household(*people)
    await office.household({"idNumber": id_number(5), "_operation": "END"}, stated_on=date(2024, 2, 1))
    await office.household({"idNumber": id_number(4), "name": "改名", "_valid_from": date(2099, 1, 1)})
    await office.marriage(
        {
            "recordedSubject.idNumber": id_number(1),
            "recordedSubject.name": "另一个",
            "marriedOn": "2020-05-20",
            "certificateNumber": "J1",
        }
    )
    await office.business(
        {"creditCode": credit_code(1), "name": "某公司", "legalRepresentative.idNumber": id_number(2)}
    )
    return office


async def found(office: Office) -> list[Difference]:
    async with office.intake.database.connection() as connection:
        entity_ids = await rebuilds.entities(connection, UUID(int=0), 1_000)
        return await differences(connection, office.intake.publisher, entity_ids)


async def repair(office: Office) -> list[Difference]:
    database = office.intake.database
    async with database.connection() as connection:
        entity_ids = await rebuilds.entities(connection, UUID(int=0), 1_000)
        task = await rebuilds.begin(connection, new_id(now()), repairs=True)
    await examine(database, office.intake.publisher, task.rebuild_id, entity_ids, repairs=True)
    async with database.connection() as connection:
        told, _ = await rebuilds.differences(connection, task.rebuild_id, 100)
    return told


async def spoil(office: Office, sql: str, *arguments: object) -> None:
    async with office.intake.database.connection() as connection:
        await connection.execute(sql, *arguments)


async def person(office: Office, place: int) -> UUID:
    async with office.intake.database.connection() as connection:
        entity_id: UUID = await connection.fetchval(
            "select entity_id from vault.identifier where lookup = $1",
            office.intake.vault.lookup("ID_NUMBER", id_number(place)),
        )
    return entity_id


async def test_what_stands_is_what_the_states_say(filled: Office) -> None:
    assert await found(filled) == []
    before = await filled.views()
    assert await repair(filled) == []
    assert await filled.views() == before


SPOILT = {
    "another value": (
        "update view set merged = replace(merged::text, '某0', '无名')::json where entity_id = $1",
        "name",
    ),
    "a record that is gone": ("update view set records = '{}' where entity_id = $1", "household"),
    "another card": ("update card set name = '无名' where entity_id = $1", "card"),
    "no card": ("delete from card where entity_id = $1", "card"),
    "a day that never comes": ("update view set due_on = '2098-01-01' where entity_id = $1", "dueOn"),
    "blanks in a document": ("update view set records = (records::text || ' ')::json where entity_id = $1", "spelling"),
    "no view": ("delete from view where entity_id = $1", "view"),
    "a link that is none": ("update view set linked_into = $1 where entity_id = $1", "linkedInto"),
}


@pytest.mark.parametrize(("sql", "item"), SPOILT.values(), ids=SPOILT)
async def test_what_was_spoilt_is_found_by_name_and_put_right(filled: Office, sql: str, item: str) -> None:
    entity_id = await person(filled, 0)
    before = await filled.views()
    await spoil(filled, sql, entity_id)
    assert await found(filled) == [Difference(entity_id, (item,))]
    assert await repair(filled) == [Difference(entity_id, (item,))]
    assert await found(filled) == []
    after = await filled.views()
    assert {key: view[1:] for key, view in after.items()} == {key: view[1:] for key, view in before.items()}
    grows = item in ("name", "household", "view")
    assert after[entity_id][0] == before[entity_id][0] + grows
    await assert_versions_have_no_gaps(filled.intake.database)
    await assert_views_are_what_a_new_merge_gives(filled.intake)
    await assert_cards_are_those_of_the_views(filled.intake)
    await assert_discrepancies_are_what_a_new_look_gives(filled.intake)


async def test_a_discrepancy_that_was_lost_is_found_and_opened_again(filled: Office) -> None:
    async with filled.intake.database.connection() as connection:
        assert await connection.fetchval("select count(*) from discrepancy where closed_at is null") > 0
        stood = await connection.fetch("delete from discrepancy returning entity_id")
    told = await repair(filled)
    assert {one.entity_id: one.items for one in told} == {row["entity_id"]: ("discrepancies",) for row in stood}
    assert await found(filled) == []
    await assert_discrepancies_are_what_a_new_look_gives(filled.intake)


async def test_a_view_whose_day_has_come_and_was_not_published_yet_is_no_difference(filled: Office) -> None:
    entity_id = await person(filled, 4)
    await spoil(filled, "update state set valid_from = '2024-03-01' where valid_from = '2099-01-01'")
    await spoil(filled, "update view set due_on = '2024-03-01' where entity_id = $1", entity_id)
    assert await found(filled) == []
