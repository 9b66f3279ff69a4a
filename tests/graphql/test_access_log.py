"""Who looked at whose data: told to auditors, and to everybody of themselves."""

from datetime import timedelta
from typing import Any

from hub.access import Role, Viewer
from hub.clock import now
from tests.people import credit_code, id_number
from tests.served import AGENCY, Api

PERSON, OTHER = id_number(1), id_number(2)
AUDITOR = Viewer(agency="审计局", officer="auditor-1", roles=frozenset({Role.AUDITOR}))
ASK = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { id name household { photo } } }"
LOG = """query($subject: ID, $agency: String, $officer: String, $since: DateTime, $until: DateTime, $first: Int! = 100,
               $after: String) {
    accessLog(subject: $subject, agency: $agency, officer: $officer, since: $since, until: $until, first: $first,
              after: $after) {
        nodes { at beganAt agency officer roles purpose operation document items denied outcome traceId shown subjects
                validOn }
        pageInfo { hasNextPage endCursor } } }"""


def subject(number: str) -> Viewer:
    return Viewer(agency="市民", officer="citizen-1", roles=frozenset({Role.DATA_SUBJECT}), subject=number)


async def fill(api: Api) -> None:
    await api.office.household({"idNumber": PERSON, "name": "王小明"}, {"idNumber": OTHER, "name": "李四"})


async def log(api: Api, viewer: Viewer = AUDITOR, **given: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    nodes: list[dict[str, Any]] = (await api.data(LOG, given, viewer))["accessLog"]["nodes"]
    return [node for node in nodes if node["operation"] != "access log"]


async def test_an_auditor_sees_who_asked_what_about_whom(api: Api) -> None:
    await fill(api)
    person = (await api.ask(ASK, {"id": PERSON}))["data"]["naturalPerson"]
    (entry,) = await log(api)
    assert (entry["agency"], entry["officer"], entry["roles"]) == (AGENCY.agency, AGENCY.officer, ["query_officer"])
    assert (entry["operation"], entry["outcome"], entry["purpose"]) == ("look up", "PARTLY", "TEST; case=1")
    assert (entry["items"], entry["denied"]) == (["household", "name"], ["household.photo"])
    assert (entry["shown"], entry["subjects"]) == (1, [person["id"]])
    assert entry["beganAt"] <= entry["at"]
    assert entry["document"]
    assert PERSON not in str(entry)


async def test_entries_are_found_by_subject_agency_officer_and_period(api: Api) -> None:
    await fill(api)
    other = Viewer(agency="海珠区民政局", officer="officer-2", roles=AGENCY.roles)
    person = (await api.ask(ASK, {"id": PERSON}))["data"]["naturalPerson"]["id"]
    await api.ask(ASK, {"id": OTHER}, other)
    assert [one["officer"] for one in await log(api, subject=person)] == [AGENCY.officer]
    assert [one["officer"] for one in await log(api, agency=other.agency)] == [other.officer]
    assert [one["agency"] for one in await log(api, officer=AGENCY.officer)] == [AGENCY.agency]
    assert len(await log(api, since=(now() - timedelta(minutes=5)).isoformat())) == 2
    assert await log(api, until=(now() - timedelta(minutes=5)).isoformat()) == []
    assert await log(api, agency="nobody") == []


async def test_who_is_shown_along_an_edge_is_a_subject_too(api: Api) -> None:
    await fill(api)
    company = {"creditCode": credit_code(1), "name": "公司", "legalRepresentative.idNumber": PERSON}
    await api.office.business(company)
    query = """query($code: CreditCode!) { legalEntity(creditCode: $code) {
        businessRegistration { legalRepresentative { person { id name } } } } }"""
    answer = await api.data(query, {"code": credit_code(1)})
    person = answer["legalEntity"]["businessRegistration"]["legalRepresentative"]["person"]["id"]
    assert [one["operation"] for one in await log(api, subject=person)] == ["follow"]


async def test_who_was_linked_into_somebody_has_their_accesses_told_with_theirs(api: Api) -> None:
    await fill(api)
    ids = [(await api.ask(ASK, {"id": number}))["data"]["naturalPerson"]["id"] for number in (PERSON, OTHER)]
    async with api.services.database.connection() as connection:
        first, second = await connection.fetch("select distinct unnest(entity_ids) as id from audit.access_log")
        await connection.execute(
            "insert into link (entity_id, into_id, through_id, linked_at, reason, submission_id)"
            " values ($1, $2, $2, now(), '', $1)",
            first["id"],
            second["id"],
        )
    assert [len(await log(api, subject=one)) for one in ids] == [2, 2]


async def test_pages_follow_each_other_from_the_latest_on(api: Api) -> None:
    await fill(api)
    for _ in range(5):
        await api.ask(ASK, {"id": PERSON})
    seen: list[str] = []
    given: dict[str, Any] = {"first": 2, "agency": AGENCY.agency}
    while True:
        page = (await api.data(LOG, given, AUDITOR))["accessLog"]
        seen += [node["at"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        given["after"] = page["pageInfo"]["endCursor"]
    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)


async def test_nobody_else_sees_it_and_to_look_is_logged_as_well(api: Api) -> None:
    await fill(api)
    person = (await api.ask(ASK, {"id": PERSON}))["data"]["naturalPerson"]["id"]
    anybody = Viewer(agency="市民", officer="citizen-2", roles=frozenset({Role.DATA_SUBJECT}))
    for viewer in (AGENCY, anybody):
        answer = await api.ask(LOG, {"subject": person}, viewer)
        assert answer["data"]["accessLog"] is None
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FIELD_NOT_GRANTED"]
    await api.data(LOG, {"subject": person}, AUDITOR)
    nodes = (await api.data(LOG, {}, AUDITOR))["accessLog"]["nodes"]
    told = [(one["officer"], one["outcome"], one["shown"]) for one in nodes if one["operation"] == "access log"]
    assert told == [("auditor-1", "GIVEN", 1), ("citizen-2", "DENIED", 0), (AGENCY.officer, "DENIED", 0)]


async def test_a_subject_sees_who_looked_at_their_own_data_and_at_nobody_elses(api: Api) -> None:
    await fill(api)
    ids = [(await api.ask(ASK, {"id": number}))["data"]["naturalPerson"]["id"] for number in (PERSON, OTHER)]
    both = "query($ids: [IdNumber!]!) { naturalPersons(idNumbers: $ids) { naturalPerson { sex { code } } } }"
    await api.data(both, {"ids": [PERSON, OTHER]})
    for given in ({}, {"subject": ids[1]}):
        entries = await log(api, subject(PERSON), **given)
        assert [(one["items"], one["subjects"]) for one in entries] == [
            (["sex"], [ids[0]]),
            (["household", "name"], [ids[0]]),
        ]
        assert {(one["agency"], one["officer"]) for one in entries} == {(AGENCY.agency, None)}
    assert await log(api, subject(id_number(3))) == []


async def test_a_claim_of_a_subject_that_is_no_id_number_lets_nobody_in(api: Api) -> None:
    response = await api.client.post(
        "/graphql", json={"query": "{ me { role } }"}, headers=api.headers(subject("11010119900101001X"))
    )
    assert response.status_code == 401
    assert "id_number" in response.text
    assert "1101011990" not in response.text
