"""Who has no key searches over GraphQL, page by page, and is shown what is granted."""

from dataclasses import replace
from typing import Any

import pytest

from graphql_schema.services import Services
from hub.catalog import Model
from hub.settings import Settings
from hub.vault.cipher import Vault
from tests.conftest import shipped_schema
from tests.logs import all_that_is_logged
from tests.people import credit_code, id_number
from tests.served import DEVELOPER, Api, department, served
from tests.traced import traced_api

PERSONS = """query($name: String!, $match: NameMatch! = EXACT, $born: PartialDate, $in: String, $first: Int! = 20,
                   $after: String) {
    searchNaturalPersons(name: $name, match: $match, birthDate: $born, division: $in, first: $first, after: $after) {
        edges { cursor node { name birthDate household { photo } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        totalCount } }"""
NAMES = """query($name: String!, $match: NameMatch! = EXACT, $after: String) {
    searchNaturalPersons(name: $name, match: $match, first: 2, after: $after) {
        edges { node { name idNumber } } pageInfo { hasNextPage endCursor } } }"""


async def fill(api: Api) -> None:
    await api.office.household(
        {"idNumber": id_number(1), "name": "王小明", "townOrSubdistrict": "440106001"},
        {"idNumber": id_number(2, "19851224"), "name": "王小明", "townOrSubdistrict": "440113001"},
        {"idNumber": id_number(3), "name": "王小明明", "townOrSubdistrict": "440106001"},
        {"idNumber": id_number(4), "name": "古丽·阿依努尔"},
    )
    await api.office.business(
        {"creditCode": credit_code(1), "name": "广州基准信息有限公司", "division.code": "440106"},
        {"creditCode": credit_code(2), "name": "广州光明信息有限公司", "division.code": "440113"},
    )


def error_codes(answer: dict[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in answer["errors"]]


async def test_a_person_is_found_by_name_birth_date_and_division(api: Api) -> None:
    await fill(api)
    for sought in ({"born": "1985"}, {"in": "440113"}, {"born": "1985-12-24", "in": "440113001"}):
        found = (await api.ask(PERSONS, {"name": "王小明", **sought}))["data"]["searchNaturalPersons"]
        assert [edge["node"]["birthDate"] for edge in found["edges"]] == ["1985-12-24"]
        assert found["totalCount"] == 1
    found = (await api.data(NAMES, {"name": "小明", "match": "PART"}))["searchNaturalPersons"]
    assert len(found["edges"]) == 2
    assert {edge["node"]["name"] for edge in found["edges"]} <= {"王小明", "王小明明"}
    found = (await api.data(NAMES, {"name": "古丽 阿依", "match": "PREFIX"}))["searchNaturalPersons"]
    assert found["edges"] == [{"node": {"name": "古丽·阿依努尔", "idNumber": id_number(4)}}]


async def test_a_legal_entity_is_found_by_name_kind_and_division(api: Api) -> None:
    await fill(api)
    query = """query($name: String!, $kind: String, $in: String) {
        searchLegalEntities(name: $name, match: PART, kind: $kind, division: $in) { edges { node { name } } } }"""
    for sought, names in (
        ({"name": "信息有限"}, ["广州基准信息有限公司", "广州光明信息有限公司"]),
        ({"name": "信息有限", "in": "天河区"}, ["广州基准信息有限公司"]),
        ({"name": "信息有限", "kind": "企业", "in": "440113"}, ["广州光明信息有限公司"]),
        ({"name": "信息有限", "kind": "SOCIAL_GROUP"}, []),
    ):
        found = (await api.data(query, sought))["searchLegalEntities"]
        assert sorted(edge["node"]["name"] for edge in found["edges"]) == sorted(names)


async def test_pages_follow_each_other_by_cursor(api: Api) -> None:
    await fill(api)
    first = (await api.data(NAMES, {"name": "王小", "match": "PREFIX"}))["searchNaturalPersons"]
    assert first["pageInfo"]["hasNextPage"] is True
    await api.office.household({"idNumber": id_number(9), "name": "王小明"})
    variables = {"name": "王小", "match": "PREFIX", "after": first["pageInfo"]["endCursor"]}
    second = (await api.data(NAMES, variables))["searchNaturalPersons"]
    numbers = [edge["node"]["idNumber"] for edge in first["edges"] + second["edges"]]
    assert sorted(numbers[:3]) == sorted([id_number(1), id_number(2, "19851224"), id_number(3)])
    assert numbers[3:] == [id_number(9)]
    assert second["pageInfo"]["hasNextPage"] is False
    beyond = (await api.data(NAMES, variables | {"after": second["pageInfo"]["endCursor"]}))["searchNaturalPersons"]
    assert beyond == {"edges": [], "pageInfo": {"hasNextPage": False, "endCursor": second["pageInfo"]["endCursor"]}}


async def test_a_hit_shows_what_is_granted_and_each_page_is_logged_with_whom_it_showed(api: Api) -> None:
    await fill(api)
    answer = await api.ask(PERSONS, {"name": "王小明", "first": 1})
    (edge,) = answer["data"]["searchNaturalPersons"]["edges"]
    assert edge["node"]["household"] == {"photo": None}
    assert error_codes(answer) == ["FIELD_NOT_GRANTED"]
    async with api.services.database.connection() as connection:
        rows = await connection.fetch("select operation, cardinality(entity_ids) as shown, items from audit.access_log")
    assert [row["shown"] for row in rows] == [1, 1]
    assert (rows[0]["operation"], rows[0]["items"]) == ("search", ["name"])


async def test_a_page_that_reads_no_entity_is_logged_all_the_same(api: Api) -> None:
    await fill(api)
    await api.data('{ searchNaturalPersons(name: "王小明") { edges { cursor } totalCount } }')
    async with api.services.database.connection() as connection:
        rows = await connection.fetch("select operation, cardinality(entity_ids) as shown from audit.access_log")
    assert [tuple(row) for row in rows] == [("search", 2)]


async def test_without_a_grant_to_search_the_error_says_what_to_do(api: Api) -> None:
    await fill(api)
    for viewer in (DEVELOPER, department("PUBLIC_SECURITY")):
        answer = await api.ask(NAMES, {"name": "王小明"}, viewer)
        assert answer["data"] == {"searchNaturalPersons": None}
        (error,) = answer["errors"]
        assert error["extensions"]["code"] == "SEARCH_NOT_GRANTED"
        assert "apply" in error["extensions"]["hint"]


async def test_beyond_the_ceiling_nobody_is_shown(services: Services) -> None:
    settings = Settings(max_hits=2)
    services = replace(services, settings=settings, schema=shipped_schema(settings))
    async with served(services) as client:
        api = Api(client, services)
        await fill(api)
        assert (await api.data(NAMES, {"name": "王小明"}))["searchNaturalPersons"]["edges"]
        answer = await api.ask(NAMES, {"name": "王小", "match": "PREFIX"})
        assert answer["data"] == {"searchNaturalPersons": None}
        assert error_codes(answer) == ["TOO_MANY_HITS"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ('name: "王"', "INVALID_ARGUMENT"),
        ('name: "· ."', "INVALID_ARGUMENT"),
        ('name: "王小明", birthDate: "5 May"', "INVALID_ARGUMENT"),
        ('name: "王小明", first: 0', "INVALID_ARGUMENT"),
        ('name: "王小明", first: 501', "INVALID_ARGUMENT"),
        ('name: "王小明", after: "王小明"', "INVALID_CURSOR"),
        ('name: "王小明", after: "AAAA"', "INVALID_CURSOR"),
        ('name: "王小明", after: ""', "INVALID_CURSOR"),
        ('name: "王小明", division: "王小明"', "INVALID_ARGUMENT"),
        ("name: 1", "INVALID_DOCUMENT"),
        ('name: "王小明", match: 王小明', "INVALID_DOCUMENT"),
    ],
)
async def test_a_search_that_cannot_be_made_is_refused_without_repeating_it(
    shared_api: Api, arguments: str, code: str
) -> None:
    answer = await shared_api.ask(f"{{ searchNaturalPersons({arguments}) {{ totalCount }} }}")
    assert set(error_codes(answer)) == {code}
    assert "王" not in str(answer)
    assert "May" not in str(answer)


async def test_an_argument_that_is_refused_is_called_as_the_caller_calls_it(shared_api: Api) -> None:
    answer = await shared_api.ask('{ searchLegalEntities(name: "基准", kind: "no such") { totalCount } }')
    assert answer["errors"][0]["message"].startswith("The argument kind is not usable")


async def test_a_cursor_of_persons_is_none_of_legal_entities(api: Api) -> None:
    await api.office.household({"idNumber": id_number(1), "name": "王小明"})
    found = await api.data('{ searchNaturalPersons(name: "王小明") { pageInfo { endCursor } } }')
    cursor = found["searchNaturalPersons"]["pageInfo"]["endCursor"]
    answer = await api.ask(
        'query($after: String) { searchLegalEntities(name: "王小明", after: $after) { totalCount } }', {"after": cursor}
    )
    assert error_codes(answer) == ["INVALID_CURSOR"]


async def test_many_searches_in_one_request_are_too_many(shared_api: Api) -> None:
    search = 'searchNaturalPersons(name: "王小明", first: 100) { totalCount }'
    answer = await shared_api.ask("{" + " ".join(f"a{place}: {search}" for place in range(6)) + "}")
    assert error_codes(answer) == ["LIST_TOO_LONG"]


async def test_what_was_searched_for_reaches_no_log_span_or_error(
    database_url: str, model: Model, vault: Vault
) -> None:
    born, name = "1987-06-05", "龘燚金丝雀"
    async with traced_api(database_url, model, vault) as (api, recorded):
        with all_that_is_logged() as log:
            await api.office.household({"idNumber": id_number(321, "19870605"), "name": name})
            for given in (
                {"name": name, "born": born},
                {"name": name, "born": f"{born} {name}"},
                {"name": name[0], "born": born},
                {"name": name, "in": name},
                {"name": name, "after": name},
                {"name": name, "first": name},
                {"name": name, "match": name},
                {"name": [name]},
            ):
                answer = await api.ask(PERSONS, given)
                assert name[:2] not in str(answer.get("errors"))
            await api.ask(f'{{ searchNaturalPersons(name: "{name}", match: "{name}") {{ totalCount }} }}')
        async with api.services.database.connection() as connection:
            entries = await connection.fetch("select access_log::text as entry from audit.access_log")
    assert "desk.search" in recorded.names
    told = recorded.everything() + log.getvalue() + "".join(entry["entry"] for entry in entries)
    assert not [trace for trace in (name[:2], born, ascii(name[:2])[1:-1]) if trace in told]


async def test_a_status_that_no_text_holds_is_refused(shared_api: Api) -> None:
    answer = await shared_api.ask(r'{ searchLegalEntities(name: "公司", status: "a\u0000") { totalCount } }')
    assert error_codes(answer) == ["INVALID_ARGUMENT"]
