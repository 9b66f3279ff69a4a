"""The platform office says that one entity is two; before it there is one, and everything told of either says why."""

from typing import Any

from hub.access import Role, Viewer
from tests.graphql.test_links import LINK, OFFICE, REASON, WHOLE
from tests.people import credit_code, id_number
from tests.served import AGENCY, Api, department

ONE, OTHER = id_number(1), id_number(2)
WHY = "两人共用一个号码"
SPLIT = """mutation($entity: ID!, $records: [RecordNameInput!]!, $numbers: [IdentifierInput!], $reason: String!) {
    splitEntity(entity: $entity, records: $records, identifiers: $numbers, reason: $reason) {
        entity other at submissionId } }"""
TOLD = (
    """query($id: ID!, $asOf: AsOf) { node(id: $id, asOf: $asOf) { ... on NaturalPerson { ...whole
    splitFrom { id since reason submissionId } splitInto { id since reason submissionId }
    identifiers { value }
    discrepancies { check records { recordType sourceUnit recordKey } }
    socialInsurances { source { register recordKey sourceUnit submissionId movedBy } }
    provenance { name { source { register movedBy } } } } } }"""
    + WHOLE
)
NUMBER = [{"scheme": "SOCIAL_SECURITY_NUMBER", "value": "S1"}]
LINE = {
    "socialSecurityNumber": "S1",
    "recordedSubject.idNumber": ONE,
    "recordedSubject.name": "乙",
    "insuranceType": "310",
    "enrolledOn": "2022-01-01",
}


async def told(api: Api, entity_id: str, as_of: object = None) -> Any:  # noqa: ANN401 - what JSON holds
    return (await api.data(TOLD, {"id": entity_id, "asOf": as_of}))["node"]


async def filled(api: Api) -> tuple[str, list[dict[str, str]]]:
    """The id of a person of whom social security speaks though it means another, and what names that record."""
    await api.office.household({"idNumber": ONE, "name": "甲"})
    await api.office.deliver("social_security", "socialInsurances", [LINE])
    found = await api.data('{ naturalPerson(idNumber: "%s") { id } }' % ONE)  # noqa: UP031
    entity: str = found["naturalPerson"]["id"]
    source = (await told(api, entity))["socialInsurances"][0]["source"]
    return entity, [{"recordType": "socialInsurances"} | {key: source[key] for key in ("sourceUnit", "recordKey")}]


async def split(api: Api, entity: str, records: object, numbers: object = None) -> Any:  # noqa: ANN401
    given = {"entity": entity, "records": records, "numbers": numbers, "reason": WHY}
    return (await api.data(SPLIT, given, OFFICE))["splitEntity"]


async def code_of(api: Api, viewer: Viewer = OFFICE, **given: object) -> str:
    answer = await api.ask(SPLIT, {"reason": WHY} | given, viewer)
    code: str = answer["errors"][0]["extensions"]["code"]
    return code


async def test_both_say_that_they_were_one_and_the_record_says_who_moved_it(api: Api) -> None:
    entity, records = await filled(api)
    delivered = (await told(api, entity))["socialInsurances"][0]["source"]
    done = await split(api, entity, records, NUMBER)
    one, other = await told(api, entity), await told(api, done["other"])
    because = {"since": done["at"], "reason": WHY, "submissionId": done["submissionId"]}
    assert (one["splitInto"], one["splitFrom"]) == ([{"id": done["other"]} | because], [])
    assert (other["splitFrom"], other["splitInto"]) == ([{"id": entity} | because], [])
    assert [own["value"] for own in other["identifiers"]] == ["S1"]
    assert (one["name"], one["socialInsurances"], other["name"]) == ("甲", [], "乙")
    assert other["socialInsurances"] == [{"source": delivered | {"movedBy": done["submissionId"]}}]
    by = {"register": "social_security", "movedBy": done["submissionId"]}
    assert other["provenance"]["name"]["source"] == by
    assert one["provenance"]["name"]["source"]["movedBy"] is None


async def test_before_a_split_there_is_one_and_after_both_are_linked_there_is_again(api: Api) -> None:
    entity, records = await filled(api)
    known = await api.data('{ naturalPerson(idNumber: "%s") { asOf { knownAt } } }' % ONE)  # noqa: UP031
    before = {"knownAt": known["naturalPerson"]["asOf"]["knownAt"]}
    whole = await told(api, entity, before)
    done = await split(api, entity, records)
    assert await told(api, done["other"], before) is None
    assert await told(api, entity, before) == whole
    apart = [await told(api, one, {"knownAt": done["at"]}) for one in (entity, done["other"])]
    await api.data(LINK, {"entity": done["other"], "into": entity, "reason": REASON}, OFFICE)
    again = await told(api, entity)
    assert await told(api, done["other"]) == again
    assert [len(one["socialInsurances"]) for one in (*apart, again)] == [0, 1, 1]
    assert [merged["id"] for merged in again["mergedFrom"]] == [done["other"]]
    assert [await told(api, one, {"knownAt": done["at"]}) for one in (entity, done["other"])] == apart


async def test_versions_and_the_feed_tell_of_a_split_why_it_was(api: Api) -> None:
    entity, records = await filled(api)
    done = await split(api, entity, records, NUMBER)
    why = {"reason": WHY, "submissionId": done["submissionId"]}
    latest = (await told(api, entity))["versions"]["nodes"][0]
    items = ["birthDate", "name", "socialInsurances", "identifiers", "split"]
    assert latest == {"version": 3, "items": items} | why
    (first,) = (await told(api, done["other"]))["versions"]["nodes"]
    assert first == {"version": 1, "items": ["birthDate", "name", "socialInsurances"]} | why
    feed = await api.data("{ changes(first: 10) { nodes { entityId version items } } }")
    last = feed["changes"]["nodes"][-2:]
    assert {(node["entityId"], node["version"]) for node in last} == {(entity, 3), (done["other"], 1)}


async def test_a_record_that_bears_the_number_of_who_it_was_split_off_is_for_its_department_to_mend(api: Api) -> None:
    entity, records = await filled(api)
    married = {"recordedSubject.idNumber": ONE, "recordedSubject.name": "甲", "marriedOn": "2020-05-20"}
    await api.office.marriage(married | {"issuingAuthority": "天河区民政局", "maritalStatus": "20"})
    assert [one["check"] for one in (await told(api, entity))["discrepancies"]] == ["comparison"]
    done = await split(api, entity, records)
    for entity_id in (entity, done["other"]):
        assert [one["check"] for one in (await told(api, entity_id))["discrepancies"]] == ["identifierClaimed"]


async def test_only_the_platform_office_splits_and_every_order_is_logged(api: Api) -> None:
    entity, records = await filled(api)
    for viewer in (AGENCY, department("SOCIAL_SECURITY")):
        assert await code_of(api, viewer, entity=entity, records=records) == "LINK_NOT_GRANTED"
        assert await code_of(api, viewer, entity="nobody", records=records) == "LINK_NOT_GRANTED"
    await split(api, entity, records)
    async with api.services.database.connection() as connection:
        rows = await connection.fetch(
            "select officer, cardinality(entity_ids) as entities, items, denied from audit.access_log "
            "where operation = 'split entity' order by at"
        )
        kept = await connection.fetchrow("select sender, reason, source_unit from submission where register = ''")
    assert [(row["officer"], row["entities"], bool(row["items"])) for row in rows] == [
        ("officer-1", 1, False),
        ("officer-1", 0, False),
        ("reporter-1", 1, False),
        ("reporter-1", 0, False),
        ("office-1", 1, True),
    ]
    assert tuple(kept or ()) == ("office-1", WHY, "split")


async def test_an_order_that_makes_no_sense_names_what_is_wrong_with_it(api: Api) -> None:
    entity, records = await filled(api)
    before = await told(api, entity)
    unknown = [{"scheme": "ID_NUMBER", "value": OTHER}]
    wrong = [{"scheme": "ID_NUMBER", "value": "1"}]
    assert await code_of(api, entity=entity, records=[]) == "INVALID_ARGUMENT"
    assert await code_of(api, entity=entity, records=[{"recordType": "nothing"}]) == "INVALID_ARGUMENT"
    assert await code_of(api, entity=entity, records=[{"recordType": "household"}]) == "INVALID_ARGUMENT"
    assert await code_of(api, entity=entity, records=records, numbers=unknown) == "INVALID_ARGUMENT"
    assert await code_of(api, entity=entity, records=records, numbers=wrong) == "INVALID_IDENTIFIER"
    assert await code_of(api, entity=entity, records=records, reason=f"见 {ONE}") == "INVALID_ARGUMENT"
    assert await code_of(api, entity=entity, records=records * 10_000) == "LIST_TOO_LONG"
    assert await code_of(api, entity="nobody", records=records) == "INVALID_ID"
    assert await told(api, entity) == before


async def test_who_may_not_link_learns_nothing_of_an_id(api: Api) -> None:
    entity, _ = await filled(api)
    developer = Viewer(agency="software house", officer="developer-1", roles=frozenset({Role.DEVELOPER}))
    for given in ({"entity": "nobody", "into": entity}, {"entity": entity, "into": "nobody"}):
        answer = await api.ask(LINK, given | {"reason": REASON}, developer)
        assert answer["errors"][0]["extensions"]["code"] == "LINK_NOT_GRANTED"


async def test_who_is_named_by_a_record_that_was_split_off_is_tied_to_its_owner(api: Api) -> None:
    code = credit_code(1)
    await api.office.household({"idNumber": ONE, "name": "甲"})
    await api.office.business({"creditCode": code, "name": "甲公司", "legalRepresentative.idNumber": ONE})
    await api.office.deliver("civil_affairs", "socialGroupRegistration", [{"creditCode": code, "name": "甲会"}])
    query = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { positions { legalEntity { id name } } } }"

    async def tied() -> list[dict[str, str]]:
        found = (await api.data(query, {"id": ONE}))["naturalPerson"]
        return [position["legalEntity"] for position in found["positions"]]

    (entity,) = await tied()
    done = await split(api, entity["id"], [{"recordType": "businessRegistration", "sourceUnit": "city"}])
    assert await tied() == [{"id": done["other"], "name": "甲公司"}]
