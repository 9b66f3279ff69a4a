"""Grants over HTTP: who is out of reach is nowhere, what is masked is covered, what is revoked is gone."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from hub.access import Role, Viewer
from hub.catalog import EntityKind, Model
from hub.desk import following
from hub.store import grants
from tests.feed.subscriber import wired
from tests.granted import grant, issue, revoke_all
from tests.people import credit_code, id_number
from tests.served import AGENCY, Api

PERSON = EntityKind.NATURAL_PERSON
TIANHE = replace(AGENCY, divisions=("440106",))
NEAR, FAR, NOWHERE = id_number(1), id_number(2), id_number(3)
EVERYWHERE = """query($near: IdNumber!, $far: IdNumber!, $all: [IdNumber!]!, $id: ID!) {
    near: naturalPerson(idNumber: $near) { name spouse { person { name } } }
    far: naturalPerson(idNumber: $far) { id name }
    old: naturalPerson(idNumber: $far, asOf: {version: 1}) { name }
    past: naturalPerson(idNumber: $far, asOf: {validOn: "2024-06-01"}) { name }
    all: naturalPersons(idNumbers: $all) { outcome naturalPerson { name } }
    node(id: $id) { id }
    changesOf(id: $id) { nodes { version } }
    changes(first: 50) { nodes { entityId } }
    searchNaturalPersons(name: "王家", match: PREFIX) { totalCount edges { node { id name } } } }"""


async def fill(api: Api) -> str:
    """A couple whose one half lives elsewhere, and somebody of whom no division is known; gives the half's id."""
    await api.office.household(
        {"idNumber": NEAR, "name": "王家近", "townOrSubdistrict": "440106001"},
        {"idNumber": FAR, "name": "王家远", "townOrSubdistrict": "440113001"},
        {"idNumber": NOWHERE, "name": "王家某"},
    )
    summary = await api.office.marriage(
        {
            "recordedSubject.idNumber": NEAR,
            "recordedSubject.name": "王家近",
            "spouse.idNumber": FAR,
            "spouse.name": "王家远",
            "marriedOn": "2020-05-20",
            "issuingAuthority": "天河区民政局",
        }
    )
    assert [result.reason for result in summary.results if result.reason] == []
    found = await api.data("query($id: IdNumber!) { naturalPerson(idNumber: $id) { id } }", {"id": FAR})
    identifier: str = found["naturalPerson"]["id"]
    return identifier


@pytest.fixture
async def far(api: Api) -> str:
    return await fill(api)


async def everywhere(api: Api, far: str, viewer: Viewer) -> dict[str, Any]:
    variables = {"near": NEAR, "far": FAR, "all": [FAR, NEAR, NOWHERE, id_number(9)], "id": far}
    return await api.data(EVERYWHERE, variables, viewer)


async def test_who_lives_elsewhere_is_unknown_on_every_path(api: Api, far: str) -> None:
    whole = await everywhere(api, far, AGENCY)
    assert whole["far"]["name"] == "王家远"
    assert whole["searchNaturalPersons"]["totalCount"] == 3
    seen = await everywhere(api, far, TIANHE)
    assert seen["near"]["name"] == "王家近"
    assert whole["near"]["spouse"] == {"person": {"name": "王家远"}}
    assert seen["near"]["spouse"] == {"person": None}
    assert [seen[path] for path in ("far", "old", "past", "node")] == [None] * 4
    assert [one["outcome"] for one in seen["all"]] == ["NOT_FOUND", "FOUND", "NOT_FOUND", "NOT_FOUND"]
    assert seen["changesOf"]["nodes"] == []
    assert {one["entityId"] for one in seen["changes"]["nodes"]} == {
        edge["node"]["id"] for edge in seen["searchNaturalPersons"]["edges"]
    }
    assert far not in str(seen)
    assert seen["searchNaturalPersons"]["totalCount"] == 1


async def test_who_lives_elsewhere_is_not_logged_as_shown(api: Api, far: str) -> None:
    question = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { name } }"
    assert (await api.data(question, {"id": FAR}, TIANHE))["naturalPerson"] is None
    assert (await api.data(question, {"id": FAR}, AGENCY))["naturalPerson"] is not None


async def test_what_a_masked_grant_gives_is_covered_wherever_it_stands(api: Api) -> None:
    await api.office.household({"idNumber": NEAR, "name": "欧阳小明"})
    await api.office.business(
        {
            "creditCode": credit_code(1),
            "name": "公司",
            "legalRepresentative.name": "欧阳小明",
            "legalRepresentative.idNumber": NEAR,
        }
    )
    await revoke_all(api.services.database)
    model: Model = api.services.model
    held = [grant(kind, model.leaves[kind], agency="masked", masked=True) for kind in EntityKind]
    await issue(api.services.database, *held)
    await asyncio.sleep(grants.LEASE_SECONDS)
    viewer = Viewer("masked", "o", frozenset({Role.QUERY_OFFICER}))
    answer = await api.data(
        """query($id: IdNumber!, $code: CreditCode!) {
        naturalPerson(idNumber: $id) { name idNumber birthDate }
        legalEntity(creditCode: $code) { name businessRegistration { legalRepresentative { name idNumber } } } }""",
        {"id": NEAR, "code": credit_code(1)},
        viewer,
    )
    covered = NEAR[:6] + "*" * 8 + NEAR[-4:]
    assert answer["naturalPerson"] == {"name": "欧***", "idNumber": covered, "birthDate": "1990-01-01"}
    person = answer["legalEntity"]["businessRegistration"]["legalRepresentative"]
    assert answer["legalEntity"]["name"] == "公司"
    assert person["idNumber"] in (covered, NEAR)  # what the catalog opens of companies is open to everybody
    told = await api.ask(
        """query($id: IdNumber!) { naturalPerson(idNumber: $id) {
            history(item: "name") { value { text } } identifiers { value } } }""",
        {"id": NEAR},
        viewer,
    )
    assert "欧阳小明" not in str(told)
    assert NEAR not in str(told)


def test_what_is_held_of_rights_and_of_a_page_is_held_for_less_than_a_second() -> None:
    assert grants.LEASE_SECONDS + following.FRESH_SECONDS < 1


async def test_a_revoked_grant_is_gone_between_two_pages_and_on_an_open_subscription(api: Api) -> None:
    await api.office.household(*({"idNumber": id_number(place), "name": f"王{place}"} for place in range(1, 5)))
    page = "query($after: String) { changes(first: 2, after: $after) { nodes { entityId } pageInfo { endCursor } } }"
    first = (await api.data(page))["changes"]
    assert len(first["nodes"]) == 2
    async with wired(api) as wire:
        await wire.begin(api)
        await wire.subscribe("1", after=first["pageInfo"]["endCursor"])
        assert [(await wire.receive())["type"] for _ in range(2)] == ["next", "next"]
        await revoke_all(api.services.database)
        await asyncio.sleep(grants.LEASE_SECONDS + following.FRESH_SECONDS)
        assert (await api.data(page, {"after": first["pageInfo"]["endCursor"]}))["changes"]["nodes"] == []
        await api.office.household({"idNumber": id_number(7), "name": "王七"})
        await api.office.business({"creditCode": credit_code(1), "name": "公司"})
        message = await wire.receive()
        assert "businessRegistration" in message["payload"]["data"]["changes"]["node"]["items"]
