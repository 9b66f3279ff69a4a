"""Every question about entities may name its moment, and is answered from it down to the last field."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from hub.clock import SHANGHAI, shanghai_midnight, today
from hub.intake.due import publish_due
from tests.asof.test_known_time import database_time, no_commits
from tests.feed.test_due import let_a_day_pass
from tests.people import credit_code, id_number
from tests.served import DEVELOPER, Api

PERSON, OTHER, COMPANY, NUMBER = id_number(1), id_number(2), credit_code(1), "440106000012345"
WHOLE = """
fragment whole on NaturalPerson {
    id version recordedAt asOf { validOn knownAt } idNumber name maritalStatus { code name }
    provenance { name { source { register validFrom recordedAt submissionId } absence
                        alternatives { agrees source { register } } } }
    household { source { validFrom validTo recordedAt } }
    marriageRegistrations { marriedOn spouse { idNumber person { name version asOf { validOn knownAt } } } }
    identifiers(history: true) { scheme value status knownFrom }
    positions { role legalEntity { name version asOf { validOn knownAt }
        businessRegistration { legalRepresentative { person { name recordedAt } } } } }
}
"""
ASK = "query($id: IdNumber!, $asOf: AsOf) { naturalPerson(idNumber: $id, asOf: $asOf) { ...whole } }" + WHOLE


async def tell(api: Api, name: str, day: int, **more: object) -> None:
    line = {"idNumber": PERSON, "name": name, "_valid_from": date(2024, 1, day), **more}
    await api.office.household(line, stated_on=date(2024, 1, day))


async def fill(api: Api) -> None:
    await tell(api, "甲", 1)
    await api.office.household({"idNumber": OTHER, "name": "配偶"}, stated_on=date(2024, 1, 1))
    await api.office.marriage(
        {
            "recordedSubject.idNumber": PERSON,
            "marriedOn": "2020-05-20",
            "issuingAuthority": "天河区民政局",
            "maritalStatus": "20",
            "spouse.idNumber": OTHER,
        }
    )
    await api.office.business(
        {"creditCode": COMPANY, "name": "旧公司", "legalRepresentative.idNumber": PERSON}, stated_on=date(2024, 1, 1)
    )


async def ask(api: Api, as_of: object = None, number: str = PERSON) -> Any:  # noqa: ANN401 - what JSON holds
    return (await api.data(ASK, {"id": number, "asOf": as_of}))["naturalPerson"]


async def test_the_same_question_with_the_moment_it_was_told_is_told_the_same_for_ever(api: Api) -> None:
    await fill(api)
    first = await ask(api)
    assert first["name"] == "甲"
    assert first["asOf"] == first["positions"][0]["legalEntity"]["asOf"]
    assert first["marriageRegistrations"][0]["spouse"]["person"]["asOf"] == first["asOf"]
    await tell(api, "乙", 1, _stated_at=datetime.fromisoformat("2024-02-01T00:00+08:00"))
    await api.office.household({"idNumber": OTHER, "name": "改名"}, stated_on=date(2024, 3, 1))
    await api.office.business({"creditCode": COMPANY, "name": "新公司"}, stated_on=date(2024, 3, 1))
    assert await ask(api, first["asOf"]) == first
    now = await ask(api)
    assert (now["name"], now["positions"]) == ("乙", [])
    assert now["marriageRegistrations"][0]["spouse"]["person"]["name"] == "改名"


async def test_a_version_is_the_moment_at_which_it_became_known(api: Api) -> None:
    await fill(api)
    before = await ask(api)
    await tell(api, "乙", 2)
    told = await ask(api, {"version": before["version"]})
    assert told["asOf"]["knownAt"] == told["recordedAt"] == before["recordedAt"]
    shown = ("version", "name", "provenance", "household", "identifiers", "maritalStatus")
    assert [told[name] for name in shown] == [before[name] for name in shown]
    by_id = """query($id: ID!, $version: Int!) { node(id: $id, asOf: {version: $version}) {
        ... on NaturalPerson { name version } } }"""
    for version, name in ((before["version"], "甲"), (before["version"] + 1, "乙")):
        node = (await api.data(by_id, {"id": before["id"], "version": version}))["node"]
        assert node == {"name": name, "version": version}


async def test_what_holds_on_a_day_and_what_is_known_of_it_are_two_things(api: Api) -> None:
    await tell(api, "甲", 1)
    first = await ask(api)
    await tell(api, "丙", 20, _valid_from=date(2090, 1, 1))
    await tell(api, "乙", 10)
    names = [
        (await ask(api, {"validOn": day}))["name"] for day in ("2023-12-31", "2024-01-09", "2024-01-10", "2091-01-01")
    ]
    assert names == [None, "甲", "乙", "丙"]
    told = await ask(api, {"validOn": "2091-01-01", "knownAt": first["asOf"]["knownAt"]})
    assert (told["name"], told["version"]) == ("甲", 1)


async def test_who_was_not_known_then_is_null(api: Api) -> None:
    await tell(api, "甲", 1)
    known_at = (await ask(api))["asOf"]["knownAt"]
    await fill(api)
    assert await ask(api, {"knownAt": known_at}, OTHER) is None
    assert (await ask(api, {"knownAt": known_at}))["positions"] == []
    several = await api.data(
        "query($ids: [IdNumber!]!, $asOf: AsOf) { naturalPersons(idNumbers: $ids, asOf: $asOf) { outcome "
        "naturalPerson { name } } }",
        {"ids": [PERSON, OTHER], "asOf": {"knownAt": known_at}},
    )
    assert several["naturalPersons"] == [
        {"outcome": "FOUND", "naturalPerson": {"name": "甲"}},
        {"outcome": "NOT_FOUND", "naturalPerson": None},
    ]


async def test_two_entities_that_became_one_are_two_before(api: Api) -> None:
    await api.office.business({"registrationNumber": NUMBER, "name": "旧名"}, stated_on=date(2024, 1, 1))
    await api.office.deliver("civil_affairs", "socialGroupRegistration", [{"creditCode": COMPANY, "name": "团体"}])
    query = """query($number: String!, $code: CreditCode!, $asOf: AsOf) {
        entity(scheme: REGISTRATION_NUMBER, value: $number, asOf: $asOf) { ...told }
        legalEntity(creditCode: $code, asOf: $asOf) { ...told }
    } fragment told on LegalEntity { id name asOf { validOn knownAt } identifiers(history: true) { scheme } }"""
    variables = {"number": NUMBER, "code": COMPANY}
    before = await api.data(query, variables)
    await api.office.business(
        {"registrationNumber": NUMBER, "creditCode": COMPANY, "name": "新名"}, stated_on=date(2024, 2, 1)
    )
    after = await api.data(query, variables)
    assert after["entity"] == after["legalEntity"] | {"asOf": after["entity"]["asOf"]}
    assert (before["entity"]["name"], before["legalEntity"]["name"]) == ("旧名", "团体")
    for field in ("entity", "legalEntity"):
        told = await api.data(query, variables | {"asOf": before[field]["asOf"]})
        assert told[field] == before[field]
    node = "query($id: ID!, $asOf: AsOf) { node(id: $id, asOf: $asOf) { id ... on LegalEntity { name } } }"
    absorbed = before["entity"]["id"]
    assert (await api.data(node, {"id": absorbed, "asOf": before["entity"]["asOf"]}))["node"]["name"] == "旧名"
    assert (await api.data(node, {"id": absorbed}))["node"] == {"id": after["legalEntity"]["id"], "name": "新名"}
    assert (await api.data(node, {"id": absorbed, "asOf": {"version": 1}}))["node"] == {"id": absorbed, "name": "旧名"}


async def test_questions_of_different_moments_in_one_document_do_not_mix(api: Api) -> None:
    await tell(api, "甲", 1)
    await tell(api, "乙", 2)
    query = """query($id: IdNumber!) {
        first: naturalPerson(idNumber: $id, asOf: {version: 1}) { name }
        second: naturalPerson(idNumber: $id, asOf: {version: 2}) { name }
        day: naturalPerson(idNumber: $id, asOf: {validOn: "2024-01-01"}) { name }
        now: naturalPerson(idNumber: $id) { name }
    }"""
    told = await api.data(query, {"id": PERSON})
    assert {field: person["name"] for field, person in told.items()} == {
        "first": "甲",
        "second": "乙",
        "day": "甲",
        "now": "乙",
    }


@pytest.mark.parametrize(
    ("as_of", "code"),
    [
        ({"version": 1, "validOn": "2024-01-01"}, "AS_OF_CONTRADICTION"),
        ({"version": 1, "knownAt": "2024-01-01T00:00:00Z"}, "AS_OF_CONTRADICTION"),
        ({"version": 9}, "NO_SUCH_VERSION"),
        ({"version": 0}, "NO_SUCH_VERSION"),
        ({"knownAt": "2090-01-01T00:00:00Z"}, "KNOWN_TIME_IN_FUTURE"),
        ({"knownAt": "9999-12-31T23:59:59-08:00"}, "KNOWN_TIME_IN_FUTURE"),
        ({"knownAt": "0001-01-01T00:00:00+08:00"}, "INVALID_ARGUMENT"),
    ],
)
async def test_a_moment_that_cannot_be_meant_is_refused(api: Api, as_of: object, code: str) -> None:
    await tell(api, "甲", 1)
    answer = await api.ask(ASK, {"id": PERSON, "asOf": as_of})
    assert answer["data"] == {"naturalPerson": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == [code]


async def test_a_version_is_not_asked_of_several(api: Api) -> None:
    answer = await api.ask("{ naturalPersons(idNumbers: [], asOf: {version: 1}) { outcome } }")
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["VERSION_OF_MANY"]


async def test_an_instant_without_an_offset_is_one_in_shanghai(api: Api) -> None:
    await tell(api, "甲", 1)
    asked = (await ask(api))["asOf"]["knownAt"]
    local = datetime.fromisoformat(asked).astimezone(SHANGHAI).replace(tzinfo=None).isoformat()
    assert (await ask(api, {"knownAt": local}))["asOf"]["knownAt"] == asked


async def test_only_who_asks_for_the_moment_has_it_settled(api: Api) -> None:
    await tell(api, "甲", 1)
    query = """query($id: IdNumber!, $ask: Boolean!) {
        naturalPerson(idNumber: $id) { name asOf @include(if: $ask) { knownAt } } }"""
    assert (await api.data(query, {"id": PERSON, "ask": False}))["naturalPerson"] == {"name": "甲"}
    assert (await api.data(query, {"id": PERSON, "ask": True}))["naturalPerson"]["asOf"]
    async with api.services.database.connection() as connection:
        rows = await connection.fetch("select valid_on, known_at from audit.access_log order by at")
    assert [row["known_at"] is None for row in rows] == [True, False]
    assert [row["valid_on"] for row in rows] == [today(), today()]


async def test_who_may_not_see_an_entity_does_not_learn_its_versions(api: Api) -> None:
    await tell(api, "甲", 1)
    for number in (PERSON, OTHER):
        for version in (1, 9):
            answer = await api.ask(ASK, {"id": number, "asOf": {"version": version}}, DEVELOPER)
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["FIELD_NOT_GRANTED"]
    async with api.services.database.connection() as connection:
        assert await connection.fetchval("select count(*) from audit.access_log where cardinality(entity_ids) = 0") == 4


async def test_a_version_that_there_is_not_is_logged_as_asked_for(api: Api) -> None:
    await tell(api, "甲", 1)
    await api.ask(ASK, {"id": PERSON, "asOf": {"version": 9}})
    async with api.services.database.connection() as connection:
        (row,) = await connection.fetch("select operation, entity_ids from audit.access_log")
    assert row["operation"] == "look up version"
    assert row["entity_ids"] == list(await api.office.views())


async def test_a_day_that_has_come_is_told_as_it_will_be_published(api: Api) -> None:
    await tell(api, "甲", 1)
    await tell(api, "乙", 2, _valid_from=today() + timedelta(days=1))
    await let_a_day_pass(api.services.database)
    settled = await ask(api)
    now = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { name version recordedAt } }"
    told = await api.data(now, {"id": PERSON})
    midnight = shanghai_midnight(today())
    assert (settled["name"], settled["version"], settled["recordedAt"]) == ("乙", 2, midnight.isoformat())
    assert told["naturalPerson"] == {name: settled[name] for name in ("name", "version", "recordedAt")}
    yesterday = await ask(api, {"knownAt": (midnight - timedelta(microseconds=1)).isoformat()})
    assert (yesterday["name"], yesterday["version"]) == ("甲", 1)
    assert [count async for count in publish_due(api.services.database, api.services.model)] == [1]
    assert await ask(api, settled["asOf"]) == settled
    assert await ask(api, yesterday["asOf"]) == yesterday
    assert await api.data(now, {"id": PERSON}) == told


async def test_who_asks_about_an_instant_that_somebody_writes_before_waits_or_is_told_so(api: Api) -> None:
    await tell(api, "甲", 1)
    async with no_commits(api.services.database) as waits:
        writer = asyncio.create_task(tell(api, "乙", 2))
        await waits.wait()
        asked = await database_time(api.services.database)
        answer = await api.ask(ASK, {"id": PERSON, "asOf": {"knownAt": asked.isoformat()}})
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["KNOWN_TIME_NOT_SETTLED"]
        first = await ask(api, {"validOn": "2024-02-01"})
        assert first["name"] == "甲"
    await writer
    assert (await ask(api, {"knownAt": asked.isoformat()}))["name"] == "乙"
    assert await ask(api, first["asOf"]) == first
