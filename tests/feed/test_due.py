"""What valid time alone changes is published as of the midnight of its day, once, whoever comes first."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

from hub.clock import shanghai_midnight, today
from hub.intake.due import publish_due
from hub.store.pool import Database
from tests.intake.hubs import assert_versions_have_no_gaps
from tests.people import id_number
from tests.served import Api

PERSON = id_number(1)
NAME = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { name } }"


def named(name: str, since: date, place: int = 1) -> dict[str, object]:
    return {"idNumber": id_number(place), "name": name, "_valid_from": since}


OLDER = (
    "update state set valid_from = valid_from - 1, recorded_at = recorded_at - interval '1 day'",
    "update vault.identifier set recorded_at = recorded_at - interval '1 day'",
    "update view set due_on = due_on - 1, recorded_at = recorded_at - interval '1 day'",
    "update change set valid_on = valid_on - 1, recorded_at = recorded_at - interval '1 day'",
)


async def let_a_day_pass(database: Database) -> None:
    """Make everything that the hub holds a day older."""
    async with database.connection() as connection:
        for statement in OLDER:
            await connection.execute(statement)


async def log(database: Database) -> list[Any]:
    async with database.connection() as connection:
        return await connection.fetch(
            "select version, valid_on, recorded_at, items, submission_id from change order by entity_id, version"
        )


async def due(api: Api, day: date | None = None) -> list[int]:
    services = api.services
    return [count async for count in publish_due(services.database, services.model, day)]


async def test_each_day_that_came_is_published_as_of_its_midnight(api: Api) -> None:
    start = today()
    for days, name in enumerate("甲乙丙"):
        await api.office.household(named(name, start + timedelta(days=2 * days)), stated_on=date(2024, 1, 1 + days))
    assert await due(api) == []
    assert await due(api, start + timedelta(days=1)) == []
    assert await due(api, start + timedelta(days=30)) == [1]
    assert await due(api, start + timedelta(days=30)) == []
    rows = (await log(api.services.database))[1:]
    assert [(row["version"], row["valid_on"], row["recorded_at"], row["submission_id"]) for row in rows] == [
        (2, start + timedelta(days=2), shanghai_midnight(start + timedelta(days=2)), None),
        (3, start + timedelta(days=4), shanghai_midnight(start + timedelta(days=4)), None),
    ]
    assert [row["items"] for row in rows] == [["birthDate", "household", "name"]] * 2
    assert (await api.office.only_view())[1]["name"] == "丙"


async def test_intake_publishes_what_is_due_before_what_it_brings(api: Api) -> None:
    database = api.services.database
    await api.office.household(named("甲", today()))
    await api.office.household(named("乙", today() + timedelta(days=1)), stated_on=date(2024, 1, 2))
    await let_a_day_pass(database)
    assert (await api.data(NAME, {"id": PERSON}))["naturalPerson"] == {"name": "乙"}
    await api.office.household({**named("乙", today()), "sex": "1"}, stated_on=date(2024, 1, 3))
    await assert_versions_have_no_gaps(database)
    first, second, third = await log(database)
    midnight: datetime = shanghai_midnight(today())
    assert (second["recorded_at"], second["valid_on"], second["submission_id"]) == (midnight, today(), None)
    assert {"household", "name"} <= set(second["items"])
    assert third["submission_id"] is not None
    assert {"household", "sex"} <= set(third["items"])
    assert first["recorded_at"] < second["recorded_at"] < third["recorded_at"]
    assert await due(api) == []


VERSIONS = """query($id: IdNumber!, $asOf: AsOf) { naturalPerson(idNumber: $id, asOf: $asOf) {
    version recordedAt asOf { validOn knownAt } versions(first: 2) {
        nodes { version recordedAt validOn items registers submissionId } pageInfo { hasNextPage endCursor } }
    diff(from: 1, to: 2) { after { version recordedAt } differences { item before { text } after { text } } } } }"""


async def test_a_version_that_a_day_has_brought_is_told_alike_before_and_after_it_is_published(api: Api) -> None:
    await api.office.household(named("甲", today()))
    await api.office.household(named("乙", today() + timedelta(days=1)), stated_on=date(2024, 1, 2))
    await let_a_day_pass(api.services.database)
    before = (await api.data(VERSIONS, {"id": PERSON}))["naturalPerson"]
    assert before["version"] == before["versions"]["nodes"][0]["version"] == 2
    assert {"item": "name", "before": {"text": "甲"}, "after": {"text": "乙"}} in before["diff"]["differences"]
    asked = ({"knownAt": before["asOf"]["knownAt"]}, {"version": 2}, {"version": 1})
    told = [await api.data(VERSIONS, {"id": PERSON, "asOf": as_of}) for as_of in asked[:2]]
    assert await due(api) == [1]
    assert [await api.data(VERSIONS, {"id": PERSON, "asOf": as_of}) for as_of in asked[:2]] == told
    first = (await api.ask(VERSIONS, {"id": PERSON, "asOf": asked[2]}))["data"]["naturalPerson"]
    assert [node["version"] for node in first["versions"]["nodes"]] == [1]


async def test_a_page_of_versions_goes_on_behind_one_that_a_day_has_brought(api: Api) -> None:
    await api.office.household(named("甲", today()))
    await api.office.household(named("乙", today() + timedelta(days=1)), stated_on=date(2024, 1, 2))
    await let_a_day_pass(api.services.database)
    question = """query($id: IdNumber!, $after: String) { naturalPerson(idNumber: $id) {
        versions(first: 1, after: $after) { nodes { version } pageInfo { hasNextPage endCursor } } } }"""
    first = (await api.data(question, {"id": PERSON}))["naturalPerson"]["versions"]
    assert (first["nodes"], first["pageInfo"]["hasNextPage"]) == ([{"version": 2}], True)
    after = {"id": PERSON, "after": first["pageInfo"]["endCursor"]}
    rest = await api.data(question, after)
    assert rest["naturalPerson"]["versions"]["nodes"] == [{"version": 1}]
    assert await due(api) == [1]
    assert await api.data(question, after) == rest


async def test_a_change_that_is_due_is_in_the_feed_and_names_the_register_whose_dates_brought_it(api: Api) -> None:
    await api.office.household(named("甲", today() + timedelta(days=1)))
    assert await due(api, today() + timedelta(days=1)) == [1]
    answer = await api.data("{ changes { nodes { version registers submissionId items } } }")
    assert answer["changes"]["nodes"][1] == {
        "version": 2,
        "registers": ["household_registration"],
        "submissionId": None,
        "items": ["birthDate", "household", "name"],
    }


async def test_several_may_publish_what_is_due_at_once_beside_writers(api: Api) -> None:
    database, people = api.services.database, range(40)
    await api.office.household(*(named("甲", today() + timedelta(days=1), place) for place in people))
    await let_a_day_pass(database)

    async def write() -> None:
        for place in people:
            await api.office.household(named("乙", date(2023, 1, 1), place), stated_on=date(2024, 1, 2))

    await asyncio.gather(*(due(api) for _ in range(3)), write())
    await assert_versions_have_no_gaps(database)
    assert [row["submission_id"] is None for row in await log(database)] == [False, True] * len(people)
    assert await due(api) == []
