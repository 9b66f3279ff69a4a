"""Somebody disputes an item: it is flagged or not disclosed until an information manager says how that came out."""

import asyncio
from dataclasses import replace
from typing import Any

from hub.access import Role, Viewer
from hub.catalog import EntityKind
from hub.store.grants import LEASE_SECONDS
from tests.granted import grant, issue, revoke_all
from tests.people import id_number
from tests.served import AGENCY, Api

PERSON = EntityKind.NATURAL_PERSON
ME = id_number(1)
SUBJECT = Viewer("市民", "citizen-1", frozenset({Role.DATA_SUBJECT}), subject=ME)
MANAGER = Viewer("platform office", "manager-1", frozenset({Role.INFORMATION_MANAGER}))
WHY = "disabilityCertificates.cancelReason"
ASK = """query($id: IdNumber!) { naturalPerson(idNumber: $id) {
    name disputed { item withheld } disabilityCertificates { cancelReason { code } } } }"""
RAISE = "mutation($input: RaiseObjectionInput!) { raiseObjection(input: $input) { id subject items state agency } }"
SETTLE = """mutation($id: ID!, $outcome: ObjectionState! = REJECTED) {
    settleObjection(id: $id, outcome: $outcome, words: "已核查") { state words settledAt } }"""
LIST = "{ objections { nodes { id items state agency } } }"


async def fill(api: Api) -> None:
    for number in (ME, id_number(2)):
        await api.office.household({"idNumber": number, "name": "王小明"})
        certificate = {"recordedSubject.idNumber": number, "certificateNumber": f"{number}11", "cancelReason": "1"}
        summary = await api.office.deliver("disabled_persons", "disabilityCertificates", [certificate])
        assert [result.reason for result in summary.results if result.reason] == []
    await revoke_all(api.services.database)
    await issue(api.services.database, grant(PERSON, ["name", WHY], agency=AGENCY.agency))
    await asyncio.sleep(LEASE_SECONDS)


async def asked(api: Api, number: str = ME) -> tuple[Any, list[str]]:
    """What the agency is told of a person, and the codes of what it is denied."""
    answer = await api.ask(ASK, {"id": number})
    return answer["data"]["naturalPerson"], [error["extensions"]["code"] for error in answer.get("errors", [])]


async def raised(api: Api, viewer: Viewer, *items: str, **others: object) -> Any:  # noqa: ANN401 - what JSON holds
    given = {"items": list(items), "reason": "与本人情况不符"} | others
    answer = await api.ask(RAISE, {"input": given}, viewer)
    await asyncio.sleep(LEASE_SECONDS)
    return answer["errors"][0]["extensions"]["code"] if "errors" in answer else answer["data"]["raiseObjection"]


async def test_what_a_subject_disputes_is_withheld_or_flagged_until_that_is_settled(api: Api) -> None:
    await fill(api)
    before = await asked(api)
    assert before == (
        {"name": "王小明", "disputed": [], "disabilityCertificates": [{"cancelReason": {"code": "1"}}]},
        [],
    )
    one, other = await raised(api, SUBJECT, WHY), await raised(api, SUBJECT, "name")
    told, codes = await asked(api)
    assert told["name"] == "王小明"
    assert told["disputed"] == [{"item": WHY, "withheld": True}, {"item": "name", "withheld": False}]
    assert told["disabilityCertificates"] is None
    assert codes == ["FIELD_SUSPENDED"]
    assert (await asked(api, id_number(2))) == before
    own = "{ ownView { disputed { item withheld } disabilityCertificates { cancelReason { code } } } }"
    mine = (await api.data(own, {}, SUBJECT))["ownView"]
    assert mine["disabilityCertificates"] == [{"cancelReason": {"code": "1"}}]
    assert mine["disputed"] == [{"item": WHY, "withheld": False}]
    for made in (one, other):
        settled = (await api.data(SETTLE, {"id": made["id"]}, MANAGER))["settleObjection"]
        assert (settled["state"], settled["words"]) == ("REJECTED", "已核查")
    await asyncio.sleep(LEASE_SECONDS)
    assert await asked(api) == before


async def test_nobody_disputes_what_they_are_not_given_nor_settles_what_they_dispute(api: Api) -> None:
    await fill(api)
    whose = await api.data("query($id: IdNumber!) { naturalPerson(idNumber: $id) { id } }", {"id": id_number(2)})
    other = whose["naturalPerson"]["id"]
    assert await raised(api, AGENCY, "birthDate", subject=other) == "FIELD_NOT_GRANTED"
    assert await raised(api, SUBJECT, "name", subject=other) == "FIELD_NOT_GRANTED"
    assert await raised(api, MANAGER, "name", subject=other) == "FIELD_NOT_GRANTED"
    assert await raised(api, SUBJECT, "no such item") == "INVALID_ARGUMENT"
    assert await raised(api, AGENCY, "name") == "INVALID_ARGUMENT"
    assert await raised(api, SUBJECT, "name", reason=f"见 {ME}") == "INVALID_ARGUMENT"
    made = await raised(api, AGENCY, WHY, subject=other)
    assert (made["subject"], made["items"], made["state"], made["agency"]) == (other, [WHY], "OPEN", AGENCY.agency)
    for viewer in (AGENCY, SUBJECT):
        answer = await api.ask(SETTLE, {"id": made["id"]}, viewer)
        assert answer["errors"][0]["extensions"]["code"] == "NOT_YOURS"
    own = await raised(api, SUBJECT, "name")
    stranger = replace(SUBJECT, subject=None)
    assert (await api.data(LIST, {}, stranger))["objections"]["nodes"] == []
    listed = {
        viewer: (await api.data(LIST, {}, viewer))["objections"]["nodes"] for viewer in (MANAGER, AGENCY, SUBJECT)
    }
    assert {viewer: [one["id"] for one in nodes] for viewer, nodes in listed.items()} == {
        MANAGER: [made["id"], own["id"]],
        AGENCY: [made["id"]],
        SUBJECT: [own["id"]],
    }
    assert (await api.ask(SETTLE, {"id": made["id"], "outcome": "OPEN"}, MANAGER))["errors"]
    await api.data(SETTLE, {"id": made["id"]}, MANAGER)
    again = await api.ask(SETTLE, {"id": made["id"]}, MANAGER)
    assert again["errors"][0]["extensions"]["code"] == "UNKNOWN_OBJECTION"
    async with api.services.database.connection() as connection:
        rows = await connection.fetch("select operation, officer, outcome from audit.access_log order by at")
    assert ("raise objection", "citizen-1", "GIVEN") in [tuple(row) for row in rows]
    assert [tuple(row)[1:] for row in rows if row["operation"] == "settle objection"][:2] == [
        (AGENCY.officer, "DENIED"),
        ("citizen-1", "DENIED"),
    ]


async def test_what_is_suspended_is_told_by_no_history_comparison_or_list_of_numbers(api: Api) -> None:
    await fill(api)
    await issue(
        api.services.database, grant(PERSON, ["disabilityCertificates.certificateNumber"], agency=AGENCY.agency)
    )
    await asyncio.sleep(LEASE_SECONDS)
    changed = {"recordedSubject.idNumber": ME, "certificateNumber": f"{ME}11", "cancelReason": "2"}
    await api.office.deliver("disabled_persons", "disabilityCertificates", [changed])
    question = """query($id: IdNumber!, $from: Int!, $to: Int!) { naturalPerson(idNumber: $id) { version
        diff(from: $from, to: $to) { differences { item } } } }"""
    version = await api.data("query($id: IdNumber!) { naturalPerson(idNumber: $id) { version } }", {"id": ME})
    latest = version["naturalPerson"]["version"]
    given = {"id": ME, "from": latest - 1, "to": latest}
    told = (await api.data(question, given))["naturalPerson"]["diff"]["differences"]
    assert WHY in [one["item"] for one in told]
    await raised(api, SUBJECT, WHY)
    told = (await api.data(question, given))["naturalPerson"]["diff"]["differences"]
    assert WHY not in [one["item"] for one in told]
