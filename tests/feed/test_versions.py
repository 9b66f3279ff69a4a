"""The versions of an entity: what changed with each, what differs between two, every value that an item ever had."""

from datetime import date, timedelta
from typing import Any

import pytest

from hub.clock import today
from hub.desk import history
from tests.people import credit_code, id_number
from tests.served import AGENCY, DEVELOPER, Api, department

PERSON = id_number(1)
MARRIAGE = {
    "recordedSubject.idNumber": PERSON,
    "recordedSubject.name": "王晓明",
    "marriedOn": "2020-05-20",
    "issuingAuthority": "天河区民政局",
    "maritalStatus": "20",
}
HELD = "{ text code source { register validFrom } }"
DIFF = f"""query($id: IdNumber!, $from: Int!, $to: Int!) {{ naturalPerson(idNumber: $id) {{
    diff(from: $from, to: $to) {{
        before {{ version }} after {{ version items }}
        differences {{ item recordKey before {HELD} after {HELD} }}
    }} }} }}"""
HISTORY = """query($id: IdNumber!, $item: String!) { naturalPerson(idNumber: $id) { history(item: $item) {
    value { text code source { register } } validFrom validTo knownFrom knownTo } } }"""


async def fill(api: Api) -> None:
    """A person in three versions: named, named otherwise, married."""
    await api.office.household({"idNumber": PERSON, "name": "王明", "_valid_from": date(2020, 1, 1)})
    await api.office.household(
        {"idNumber": PERSON, "name": "王小明", "_valid_from": date(2020, 1, 1)}, stated_on=date(2024, 2, 1)
    )
    await api.office.marriage(MARRIAGE, stated_on=date(2024, 3, 1))


async def differences(api: Api, before: int, after: int, **options: Any) -> dict[str, tuple[Any, Any]]:  # noqa: ANN401
    """What differs between two versions of the person: texts before and after, by item."""
    answer = await api.data(DIFF, {"id": PERSON, "from": before, "to": after}, **options)
    return {
        one["item"]: tuple(one[side] and one[side]["text"] for side in ("before", "after"))
        for one in answer["naturalPerson"]["diff"]["differences"]
    }


async def test_the_versions_of_an_entity_are_listed_from_the_newest(api: Api) -> None:
    await fill(api)
    question = """query($id: IdNumber!, $after: String) { naturalPerson(idNumber: $id) {
        version
        versions(first: 2, after: $after) { nodes { version items registers } pageInfo { hasNextPage endCursor } }
    } }"""
    person = (await api.data(question, {"id": PERSON}))["naturalPerson"]
    assert person["version"] == 3
    page = person["versions"]
    assert [node["version"] for node in page["nodes"]] == [3, 2]
    assert page["nodes"][0]["registers"] == ["civil_affairs"]
    assert page["nodes"][1]["items"] == ["birthDate", "household", "name"]
    assert page["pageInfo"]["hasNextPage"]
    rest = await api.data(question, {"id": PERSON, "after": page["pageInfo"]["endCursor"]})
    assert [node["version"] for node in rest["naturalPerson"]["versions"]["nodes"]] == [1]
    assert not rest["naturalPerson"]["versions"]["pageInfo"]["hasNextPage"]


async def test_a_difference_names_items_of_the_entity_and_of_its_records(api: Api) -> None:
    await fill(api)
    assert await differences(api, 1, 2) == {"name": ("王明", "王小明")}
    assert await differences(api, 2, 1) == {"name": ("王小明", "王明")}
    assert await differences(api, 1, 1) == {}
    found = await differences(api, 2, 3)
    assert found["maritalStatus"] == (None, "已婚")
    assert found["marriageRegistrations.marriedOn"] == (None, "2020-05-20")
    assert found["marriageRegistrations.issuingAuthority"] == (None, "天河区民政局")
    assert "name" not in found


async def test_each_side_of_a_difference_has_its_source(api: Api) -> None:
    await fill(api)
    answer = await api.data(DIFF, {"id": PERSON, "from": 1, "to": 2})
    diff = answer["naturalPerson"]["diff"]
    assert (diff["before"], diff["after"]["version"]) == ({"version": 1}, 2)
    (name,) = diff["differences"]
    source = {"register": "household_registration", "validFrom": "2020-01-01"}
    assert name["before"] == {"text": "王明", "code": None, "source": source}
    assert name["recordKey"] == ""


async def test_a_difference_holds_granted_items_alone(api: Api) -> None:
    await api.office.household({"idNumber": PERSON, "name": "王明", "photo": "old"})
    await api.office.household({"idNumber": PERSON, "name": "王明", "photo": "new"}, stated_on=date(2024, 2, 1))
    assert await differences(api, 1, 2) == {}
    police = department("PUBLIC_SECURITY")
    assert (await differences(api, 1, 2, viewer=police))["household.photo"] == ("old", "new")
    async with api.services.database.connection() as connection:
        rows = await connection.fetch(
            "select items, denied from audit.access_log where operation = 'compare versions' order by at"
        )
    assert [tuple(row) for row in rows] == [([], ["household.photo"]), (["household.photo"], [])]


async def test_a_number_in_a_record_is_shown_to_those_who_may_see_it(api: Api) -> None:
    for turn in (1, 2):
        await api.office.business(
            {
                "creditCode": credit_code(1),
                "name": "公司",
                "legalRepresentative.name": "王",
                "legalRepresentative.idNumber": id_number(turn),
            },
            stated_on=date(2024, 1, turn),
        )
    question = f"""query($id: CreditCode!) {{ legalEntity(creditCode: $id) {{
        diff(from: 1, to: 2) {{ differences {{ item before {HELD} after {HELD} }} }} }} }}"""
    number = "businessRegistration.legalRepresentative.idNumber"
    diff = (await api.data(question, {"id": credit_code(1)}))["legalEntity"]["diff"]
    texts = {one["item"]: (one["before"]["text"], one["after"]["text"]) for one in diff["differences"]}
    assert texts[number] == (id_number(1), id_number(2))


async def test_a_code_spelt_otherwise_is_no_difference(api: Api) -> None:
    for turn, (name, spelt) in enumerate((("王明", "1"), ("王小明", "男"), ("王小明", "女")), start=1):
        await api.office.household({"idNumber": PERSON, "name": name, "sex": spelt}, stated_on=date(2024, 1, turn))
    assert await differences(api, 1, 2) == {"name": ("王明", "王小明")}
    assert (await differences(api, 2, 3))["sex"] == ("男", "女")


async def test_who_is_refused_versions_or_differences_is_logged(api: Api) -> None:
    await fill(api)
    person = await api.data("query($id: IdNumber!) { naturalPerson(idNumber: $id) { id } }", {"id": PERSON})
    question = "query($id: ID!) { changesOf(id: $id) { nodes { version } } }"
    answer = await api.ask(question, {"id": person["naturalPerson"]["id"]}, DEVELOPER)
    assert answer["errors"][0]["extensions"]["code"] == "FIELD_NOT_GRANTED"
    await api.ask("{ changes { nodes { version } } }", viewer=DEVELOPER)
    await api.ask('{ changes(filter: { items: ["household.photo"] }) { nodes { version } } }')
    await api.ask(DIFF, {"id": PERSON, "from": 1, "to": 9})
    async with api.services.database.connection() as connection:
        rows = await connection.fetch(
            "select agency, operation, items, denied, cardinality(entity_ids) as entities from audit.access_log "
            "where operation not in ('look up', 'read') order by at"
        )
    assert [tuple(row) for row in rows] == [
        (DEVELOPER.agency, "versions", [], ["NaturalPerson"], 1),
        (DEVELOPER.agency, "changes", [], ["changes"], 0),
        (AGENCY.agency, "changes", [], ["household.photo"], 0),
        (AGENCY.agency, "compare versions", [], [], 1),
    ]


async def test_a_version_that_there_is_not_has_no_difference(api: Api) -> None:
    await fill(api)
    answer = await api.ask(DIFF, {"id": PERSON, "from": 1, "to": 9})
    assert answer["data"]["naturalPerson"] == {"diff": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["NO_SUCH_VERSION"]


async def test_the_history_of_an_item_has_every_value_with_both_its_periods(api: Api) -> None:
    later = today() + timedelta(days=30)
    await fill(api)
    await api.office.household({"idNumber": PERSON, "name": "王大明", "_valid_from": later}, stated_on=date(2024, 4, 1))
    person = (await api.data(HISTORY, {"id": PERSON, "item": "name"}))["naturalPerson"]
    told = [(one["value"]["text"], one["validFrom"], one["validTo"], one["knownTo"]) for one in person["history"]]
    corrected, announced = (one["knownFrom"] for one in person["history"][1:3])
    assert told == [
        ("王明", "2020-01-01", None, corrected),
        ("王小明", "2020-01-01", None, announced),
        ("王小明", "2020-01-01", later.isoformat(), None),
        ("王大明", later.isoformat(), None, None),
    ]
    assert {one["value"]["source"]["register"] for one in person["history"]} == {"household_registration"}


async def test_a_value_that_was_told_late_and_never_stood_today_is_in_the_history(api: Api) -> None:
    await api.office.household({"idNumber": PERSON, "name": "王小明", "_valid_from": date(2020, 1, 1)})
    await api.office.household(
        {"idNumber": PERSON, "name": "王幼明", "_valid_from": date(2010, 1, 1)}, stated_on=date(2024, 2, 1)
    )
    person = (await api.data(HISTORY, {"id": PERSON, "item": "name"}))["naturalPerson"]
    assert [(one["value"]["text"], one["validFrom"], one["validTo"]) for one in person["history"]] == [
        ("王幼明", "2010-01-01", "2020-01-01"),
        ("王小明", "2020-01-01", None),
    ]


async def test_the_history_of_what_registers_do_not_decide_is_refused(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(api)
    for item, code, viewer in (
        ("idNumber", "INVALID_ARGUMENT", None),
        ("household", "INVALID_ARGUMENT", None),
        ("maritalStatus", "FIELD_NOT_GRANTED", department("PUBLIC_SECURITY")),
        ("name", "HISTORY_TOO_LONG", None),
    ):
        monkeypatch.setattr(history, "MOST_TURNS", 1)
        answer = await api.ask(HISTORY, {"id": PERSON, "item": item}, **({"viewer": viewer} if viewer else {}))
        assert [error["extensions"]["code"] for error in answer["errors"]] == [code], item


async def test_a_history_that_the_law_forbids_is_refused_with_its_article_and_logged(api: Api) -> None:
    await api.office.household({"idNumber": id_number(1), "name": "甲", "ethnicity": "01"})
    headers = api.headers(AGENCY) | {"Hub-Purpose": "CREDIT"}
    body = {"query": HISTORY, "variables": {"id": id_number(1), "item": "ethnicity"}}
    answer = (await api.client.post("/graphql", json=body, headers=headers)).json()
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FIELD_FORBIDDEN"]
    async with api.services.database.connection() as connection:
        denied = await connection.fetchval("select denied from audit.access_log where operation = 'history'")
    assert denied == ["ethnicity"]
