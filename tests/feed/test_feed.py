"""What the feed of changes tells, in which order, and to whom."""

from datetime import date
from typing import Any

import pytest

from hub.clock import today
from hub.desk import feed
from hub.desk.cursors import feed_cursor, feed_place
from hub.store import feed as store_feed
from hub.vault.cipher import Vault
from hub.vault.keys import new_keys
from tests.feed.reader import Reader
from tests.people import credit_code, id_number
from tests.served import DEVELOPER, Api, department

PERSON = id_number(1)
MARRIAGE = {
    "recordedSubject.idNumber": PERSON,
    "recordedSubject.name": "王",
    "marriedOn": "2020-05-20",
    "issuingAuthority": "天河区民政局",
    "maritalStatus": "20",
}


def resident(place: int, name: str = "王小明") -> dict[str, object]:
    return {"idNumber": id_number(place), "name": name}


async def codes(api: Api, reader: Reader) -> list[str]:
    variables = {"after": reader.cursor, "filter": reader.filter}
    answer = await api.ask(
        "query($after: String, $filter: ChangeFilter) { changes(after: $after, filter: $filter) { heldBackSince } }",
        variables,
    )
    return [error["extensions"]["code"] for error in answer.get("errors", ())]


async def test_a_change_says_which_items_changed_to_which_version_and_no_value(api: Api) -> None:
    summary = await api.office.household({**resident(1), "sex": "1"})
    (change,) = (await Reader(api).page())["nodes"]
    person = await api.data(
        "query($id: IdNumber!) { naturalPerson(idNumber: $id) { id version recordedAt } }", {"id": PERSON}
    )
    assert change == {
        "entityId": person["naturalPerson"]["id"],
        "version": person["naturalPerson"]["version"],
        "kind": "NATURAL_PERSON",
        "items": ["birthDate", "household", "name", "sex"],
        "registers": ["household_registration"],
        "submissionId": str(summary.submission_id),
        "recordedAt": person["naturalPerson"]["recordedAt"],
        "validOn": today().isoformat(),
        "catalogVersion": 1,
    }


async def test_a_reader_with_a_cursor_is_told_everything_once_however_small_its_pages(api: Api) -> None:
    for turn in range(3):
        await api.office.household(
            *(resident(place, f"姓{turn}") for place in range(7)), stated_on=date(2024, 1, 1 + turn)
        )
    whole = await Reader(api, first=500).catch_up()
    assert len(whole) == 21
    for first in (1, 2, 5, 21):
        assert await Reader(api, first).catch_up() == whole
    reader = Reader(api)
    await reader.catch_up()
    assert (await reader.page())["nodes"] == []
    await api.office.household(resident(9))
    assert len((await reader.page())["nodes"]) == 1


async def test_the_latest_change_is_where_a_reader_begins_that_needs_nothing_older(api: Api) -> None:
    latest = "{ latestChange { cursor node { version } } }"
    assert (await api.data(latest))["latestChange"] is None
    await api.office.household(resident(1), resident(2))
    reader = Reader(api, cursor=(await api.data(latest))["latestChange"]["cursor"])
    assert await reader.catch_up() == []
    await api.office.household(resident(3))
    assert len(await reader.catch_up()) == 1


async def test_a_transaction_that_stays_open_holds_back_what_is_newer_and_the_feed_says_so(api: Api) -> None:
    async with api.services.database.transaction() as connection:
        await connection.fetchval("select pg_current_xact_id()")
        await api.office.household(resident(1))
        reader = Reader(api)
        page = await reader.page()
        assert (page["nodes"], page["pageInfo"]["hasNextPage"]) == ([], False)
        known_at = await connection.fetchval("select recorded_at from change")
        assert page["heldBackSince"] == known_at.isoformat()
    page = await reader.page()
    assert (len(page["nodes"]), page["heldBackSince"]) == (1, None)


async def test_what_an_older_transaction_writes_late_is_told_before_what_was_written_meanwhile(api: Api) -> None:
    await api.office.household(resident(1))
    reader = Reader(api)
    first = await reader.catch_up()
    async with api.services.database.transaction() as connection:
        await connection.fetchval("select pg_current_xact_id()")
        await api.office.household(resident(2))
        assert await reader.catch_up() == first
        await connection.execute(
            "insert into change (entity_id, version, kind, recorded_at, valid_on, epoch, items, divisions, "
            "catalog_version) select entity_id, version + 1, kind, recorded_at, valid_on, epoch, items, divisions, "
            "catalog_version from change "
            "where recorded_at = (select min(recorded_at) from change)"
        )
    assert [version for _, version in await reader.catch_up()] == [1, 2, 1]


async def test_changes_of_savepoints_bear_the_position_of_their_transaction(api: Api) -> None:
    await api.office.household(resident(1))
    async with api.services.database.transaction() as connection:
        own = await connection.fetchval("select pg_current_xact_id()")
        async with connection.transaction():
            await connection.execute("update change set position = pg_current_xact_id()")
        assert await connection.fetchval("select position from change") == own


async def test_a_filter_tells_of_some_changes_only(api: Api) -> None:
    await api.office.household(resident(1), resident(2))
    await api.office.marriage(MARRIAGE)
    await api.office.business(
        {"creditCode": credit_code(1), "name": "公司", "division.code": "440106"},
        {"creditCode": credit_code(2), "name": "公司", "division.code": "440103"},
    )
    for wanted, count in (
        ({"kinds": ["LEGAL_ENTITY"]}, 2),
        ({"kinds": ["NATURAL_PERSON"]}, 3),
        ({"items": ["maritalStatus"]}, 1),
        ({"registers": ["business_registration", "civil_affairs"]}, 3),
        ({"divisions": ["440106"]}, 1),
        ({"divisions": ["4401"]}, 2),
        ({"kinds": ["LEGAL_ENTITY"], "items": ["name"]}, 2),
        ({"kinds": [], "items": []}, 5),
    ):
        assert len(await Reader(api, filter=wanted).catch_up()) == count, wanted


async def test_a_filter_looks_at_so_many_changes_and_goes_on(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST_LOOKED_AT", 3)
    await api.office.household(*(resident(place) for place in range(10)))
    await api.office.business({"creditCode": credit_code(1), "name": "公司"})
    reader = Reader(api, first=2, filter={"kinds": ["LEGAL_ENTITY"]})
    page = await reader.page()
    assert (page["nodes"], page["pageInfo"]["hasNextPage"]) == ([], True)
    assert len(await reader.catch_up()) == 1


async def test_an_entity_that_leaves_a_division_is_told_of_to_those_who_served_it(api: Api) -> None:
    for turn, division in enumerate(("440106", "440103")):
        await api.office.business(
            {"creditCode": credit_code(1), "name": "公司", "division.code": division}, stated_on=date(2024, 1, 1 + turn)
        )
    assert [version for _, version in await Reader(api, filter={"divisions": ["440106"]}).catch_up()] == [1, 2]
    assert [version for _, version in await Reader(api, filter={"divisions": ["440103"]}).catch_up()] == [2]


async def test_a_filter_names_what_there_is_and_what_is_granted(api: Api) -> None:
    for wanted, code in (
        ({"registers": ["no_such_register"]}, "UNKNOWN_REGISTER"),
        ({"items": ["noSuchItem"]}, "FIELD_NOT_GRANTED"),
        ({"items": ["household.photo"]}, "FIELD_NOT_GRANTED"),
        ({"items": ["maritalStatus"], "kinds": ["LEGAL_ENTITY"]}, "FIELD_NOT_GRANTED"),
        ({"divisions": ["44010"]}, "INVALID_ARGUMENT"),
        ({"items": ["name"] * 101}, "INVALID_ARGUMENT"),
    ):
        assert await codes(api, Reader(api, filter=wanted)) == [code], wanted


async def test_a_viewer_is_told_of_granted_items_alone(api: Api) -> None:
    await api.office.household(resident(1))
    await api.office.marriage(MARRIAGE)
    await api.office.business({"creditCode": credit_code(1), "name": "公司"})
    question = "{ changes { nodes { kind items } } }"
    told = (await api.data(question, viewer=department("MARKET_REGULATION")))["changes"]["nodes"]
    assert told == [{"kind": "LEGAL_ENTITY", "items": ["businessRegistration", "kind", "name"]}]
    told = (await api.data(question, viewer=department("CIVIL_AFFAIRS")))["changes"]["nodes"]
    assert [set(change["items"]) & {"household", "marriageRegistrations"} for change in told[:2]] == [
        set(),
        {"marriageRegistrations"},
    ]
    answer = await api.ask(question, viewer=DEVELOPER)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FIELD_NOT_GRANTED"]


async def test_what_is_told_is_in_the_access_log(api: Api) -> None:
    await api.office.household(resident(1))
    await Reader(api).page()
    async with api.services.database.connection() as connection:
        (row,) = await connection.fetch("select operation, entity_ids, items from audit.access_log")
        entity_id = await connection.fetchval("select entity_id from view")
    assert tuple(row) == ("changes", [entity_id], ["birthDate", "household", "name"])


async def test_a_cursor_of_another_hub_or_list_is_refused(api: Api) -> None:
    await api.office.household(resident(1))
    own = Reader(api)
    await own.page()
    assert own.cursor
    place = feed_place(api.services.desk.vault, own.cursor)
    foreign = feed_cursor(Vault(new_keys()), place)
    versions = await api.data(
        "query($id: IdNumber!) { naturalPerson(idNumber: $id) { versions { pageInfo { endCursor } } } }", {"id": PERSON}
    )
    listed = versions["naturalPerson"]["versions"]["pageInfo"]["endCursor"]
    for cursor in (foreign, listed, own.cursor[:-1], own.cursor + "A", "x", "", "王"):
        assert await codes(api, Reader(api, cursor=cursor)) == ["INVALID_CURSOR"], cursor
    lost = feed_cursor(api.services.desk.vault, place._replace(position=place.position + 1))
    assert await codes(api, Reader(api, cursor=lost)) == ["CURSOR_LOST"]


async def test_data_restored_into_a_younger_server_goes_on_in_a_new_epoch(api: Api) -> None:
    await api.office.household(resident(1), resident(2))
    reader = Reader(api)
    before = await reader.catch_up()
    async with api.services.database.connection() as connection:
        await connection.execute("update change set position = '1000000000000'")
        await store_feed.begin_epoch(connection)
        await store_feed.begin_epoch(connection)
        assert await connection.fetchval("select max(epoch) from feed_epoch") == 1
    reader = Reader(api)
    assert await reader.catch_up() == before
    await api.office.household(resident(3))
    assert len(await reader.catch_up()) == 3


async def changes_of(api: Api, entity_id: str, **page: Any) -> dict[str, Any]:  # noqa: ANN401
    question = """query($id: ID!, $first: Int! = 10, $after: String) {
        changesOf(id: $id, first: $first, after: $after) { nodes { version } pageInfo { hasNextPage endCursor } } }"""
    answer: dict[str, Any] = (await api.data(question, {"id": entity_id, **page}))["changesOf"]
    return answer


async def test_the_changes_of_one_entity_are_listed_from_the_first(api: Api) -> None:
    for turn in range(3):
        await api.office.household(resident(1, f"姓{turn}"), stated_on=date(2024, 1, 1 + turn))
    reader = Reader(api)
    ((entity_id, _), *_) = await reader.catch_up()
    page = await changes_of(api, entity_id, first=2)
    assert page["nodes"] == [{"version": 1}, {"version": 2}]
    rest = await changes_of(api, entity_id, after=page["pageInfo"]["endCursor"])
    assert (rest["nodes"], rest["pageInfo"]["hasNextPage"]) == ([{"version": 3}], False)
