"""The platform office says that two entities are one, or parts them; ids and numbers lead to who stands, and say so."""

from typing import Any

from hub.access import Role, Viewer
from tests.people import id_number
from tests.served import AGENCY, Api, department

ONE, OTHER = id_number(1), id_number(2)
OFFICE = Viewer(agency="platform office", officer="office-1", roles=frozenset({Role.INFORMATION_MANAGER}))
REASON = "同一人重复登记"
LINK = """mutation($entity: ID!, $into: ID!, $reason: String!) {
    linkEntities(entity: $entity, into: $into, reason: $reason) { entity into at submissionId } }"""
UNLINK = """mutation($entity: ID!, $reason: String!) {
    unlinkEntities(entity: $entity, reason: $reason) { entity into at submissionId } }"""
WHOLE = """fragment whole on NaturalPerson { id name version mergedFrom { id since reason }
    versions { nodes { version items reason submissionId } } }"""
PERSON = "query($id: IdNumber!, $asOf: AsOf) { naturalPerson(idNumber: $id, asOf: $asOf) { ...whole } }" + WHOLE
NODE = "query($id: ID!) { node(id: $id) { ...whole } }" + WHOLE


async def person(api: Api, number: str, as_of: object = None) -> Any:  # noqa: ANN401 - what JSON holds
    return (await api.data(PERSON, {"id": number, "asOf": as_of}))["naturalPerson"]


async def two(api: Api) -> tuple[str, str]:
    """The ids of two persons."""
    await api.office.household({"idNumber": ONE, "name": "甲"}, {"idNumber": OTHER, "name": "乙"})
    return (await person(api, ONE))["id"], (await person(api, OTHER))["id"]


async def link(api: Api, one: str, other: str) -> Any:  # noqa: ANN401 - what JSON holds
    return (await api.data(LINK, {"entity": one, "into": other, "reason": REASON}, OFFICE))["linkEntities"]


async def code_of(api: Api, viewer: Viewer, document: str, **given: str) -> str:
    answer = await api.ask(document, {"reason": REASON} | given, viewer)
    code: str = answer["errors"][0]["extensions"]["code"]
    return code


async def test_ids_and_numbers_of_both_lead_to_the_one_that_stands_and_it_says_so(api: Api) -> None:
    one, other = await two(api)
    done = await link(api, one, other)
    found = await person(api, ONE)
    assert (found["id"], found["name"]) == (other, "乙")
    assert found["mergedFrom"] == [{"id": one, "since": done["at"], "reason": REASON}]
    assert await person(api, OTHER) == found
    for entity_id in (one, other):
        assert (await api.data(NODE, {"id": entity_id}))["node"] == found
    latest = found["versions"]["nodes"][0]
    assert latest == {"version": 2, "items": ["mergedFrom"], "reason": REASON, "submissionId": done["submissionId"]}


async def test_before_the_link_there_were_two_and_after_it_is_undone_there_are_again(api: Api) -> None:
    one, other = await two(api)
    linked = await link(api, one, other)
    parted = (await api.data(UNLINK, {"entity": one, "reason": "经查为两人"}, OFFICE))["unlinkEntities"]
    assert (parted["entity"], parted["into"]) == (one, other)
    now = [(await person(api, number))["id"] for number in (ONE, OTHER)]
    assert now == [one, other]
    assert (await person(api, ONE))["name"] == "甲"
    assert (await person(api, OTHER))["mergedFrom"] == []
    between = await person(api, ONE, {"knownAt": linked["at"]})
    assert (between["id"], [merged["id"] for merged in between["mergedFrom"]]) == (other, [one])
    told = [(node["items"], node["reason"]) for node in (await person(api, ONE))["versions"]["nodes"]]
    assert told == [
        (["birthDate", "household", "name", "unlinked"], "经查为两人"),
        (["linkedInto"], REASON),
        (["birthDate", "household", "name"], None),
    ]


async def test_only_the_platform_office_links_and_every_order_is_logged(api: Api) -> None:
    one, other = await two(api)
    for viewer in (AGENCY, department("PUBLIC_SECURITY")):
        assert await code_of(api, viewer, LINK, entity=one, into=other) == "LINK_NOT_GRANTED"
        assert await code_of(api, viewer, UNLINK, entity=one) == "LINK_NOT_GRANTED"
    await link(api, one, other)
    async with api.services.database.connection() as connection:
        rows = await connection.fetch(
            "select officer, items, denied, cardinality(entity_ids) as entities from audit.access_log "
            "where operation = 'link entities' order by at"
        )
        kept = await connection.fetchrow("select sender, reason, source_unit from submission where register = ''")
    assert [(row["officer"], row["entities"], bool(row["items"])) for row in rows] == [
        ("officer-1", 2, False),
        ("reporter-1", 2, False),
        ("office-1", 2, True),
    ]
    assert tuple(kept or ()) == ("office-1", REASON, "link")


async def test_an_order_that_makes_no_sense_names_what_is_wrong_with_it(api: Api) -> None:
    one, other = await two(api)
    assert await code_of(api, OFFICE, LINK, entity=one, into=one) == "INVALID_ARGUMENT"
    assert await code_of(api, OFFICE, UNLINK, entity=one) == "NOT_LINKED"
    assert await code_of(api, OFFICE, LINK, entity="nobody", into=one) == "INVALID_ID"
    assert await code_of(api, OFFICE, LINK, entity=one, into=other, reason=f"见 {ONE}") == "INVALID_ARGUMENT"
    await link(api, one, other)
    await api.office.household({"idNumber": id_number(3), "name": "丙"})
    third = (await person(api, id_number(3)))["id"]
    assert await code_of(api, OFFICE, LINK, entity=one, into=third) == "LINKED_ALREADY"


async def test_of_two_numbers_of_one_person_that_of_who_stands_is_current(api: Api) -> None:
    await api.office.household({"idNumber": OTHER, "name": "乙"})
    await api.office.household({"idNumber": ONE, "name": "甲"})
    one, other = (await person(api, ONE))["id"], (await person(api, OTHER))["id"]
    query = "query($id: ID!) { node(id: $id) { ... on NaturalPerson { idNumber identifiers(history: true) %s } } }"
    asked = query % "{ value status replacedBy }"
    await link(api, one, other)
    found = (await api.data(asked, {"id": one}))["node"]
    assert found["idNumber"] == OTHER
    assert {own["value"]: (own["status"], own["replacedBy"]) for own in found["identifiers"]} == {
        ONE: ("FORMER", OTHER),
        OTHER: ("CURRENT", None),
    }
    await api.data(UNLINK, {"entity": one, "reason": "经查为两人"}, OFFICE)
    for entity_id, number in ((one, ONE), (other, OTHER)):
        found = (await api.data(asked, {"id": entity_id}))["node"]
        own = [{"value": number, "status": "CURRENT", "replacedBy": None}]
        assert (found["idNumber"], found["identifiers"]) == (number, own)
