"""Quarantine over GraphQL: a department sees and settles its own lines, the office reasons alone, others nothing."""

from datetime import timedelta
from typing import Any

from hub.access import Role, Viewer
from hub.clock import now
from tests.people import id_number
from tests.served import AGENCY, DEVELOPER, Api, department

ONE, TWO = id_number(1), id_number(2)
POLICE, CIVIL_AFFAIRS = department("PUBLIC_SECURITY"), department("CIVIL_AFFAIRS")
OFFICE = Viewer(agency="数据局", officer="officer-2", roles=frozenset({Role.INFORMATION_MANAGER}))
LIST = """query($filter: QuarantineFilter, $status: LineStatus = OPEN, $first: Int = 100, $after: String) {
    quarantine(filter: $filter, status: $status, first: $first, after: $after) {
        nodes { id register recordType sourceUnit file place article status settledBy words retriedAs
                reason { code column zh en } %s }
        pageInfo { hasNextPage endCursor } } }"""
MEND = """mutation($input: MendQuarantinedInput!) { mendQuarantined(input: $input) {
    submissionId result { outcome reason { code } } } }"""
RETRY = """mutation($filter: QuarantineFilter) { retryQuarantined(filter: $filter) {
    submissionIds outcomes { outcome lines } stillRefused { code lines zh } } }"""
DISMISS = 'mutation($ids: [ID!]!) { dismissQuarantined(ids: $ids, words: "a test line") }'
SUBMIT = """mutation($input: SubmitRecordsInput!) { submitRecords(input: $input) { submissionId } }"""


async def submit(api: Api, viewer: Viewer, register: str, record_type: str, *values: object) -> None:
    given = {
        "register": register,
        "idempotencyKey": now().isoformat(),
        "records": [{"recordType": record_type, "values": one} for one in values],
    }
    await api.data(SUBMIT, {"input": given}, viewer)


async def listed(api: Api, viewer: Viewer, more: str = "", **variables: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.data(LIST % more, variables, viewer))["quarantine"]["nodes"]
    return found


async def two_lines(api: Api) -> None:
    """One line of public security with an unknown code, one of civil affairs with a wrong date."""
    await submit(api, POLICE, "household_registration", "household", {"身份证号": ONE, "户籍信息状态": "迁移中"})
    wrong = {"recordedSubject": {"idNumber": TWO}, "marriedOn": "2023-02-29", "issuingAuthority": "民政局"}
    await submit(api, CIVIL_AFFAIRS, "civil_affairs", "marriageRegistrations", wrong)


async def test_a_department_sees_its_own_lines_whole_and_the_office_reasons_alone(api: Api) -> None:
    await two_lines(api)
    (own,) = await listed(api, POLICE, "cells text")
    assert own["cells"] == {"身份证号": ONE, "户籍信息状态": "迁移中"}
    assert (own["reason"]["code"], own["article"], own["text"]) == ("UNKNOWN_CODE", "GZ-Detail Art. 9, 9.8", None)
    assert [line["register"] for line in await listed(api, CIVIL_AFFAIRS)] == ["civil_affairs"]
    assert [line["register"] for line in await listed(api, OFFICE)] == ["civil_affairs", "household_registration"]
    for viewer, more in ((OFFICE, "cells"), (OFFICE, "text"), (AGENCY, ""), (DEVELOPER, "")):
        answer = await api.ask(LIST % more, {}, viewer)
        assert answer["data"]["quarantine"] is None
        assert answer["errors"][0]["extensions"]["code"] == "FIELD_NOT_GRANTED"


async def test_every_reading_is_logged_with_or_without_values(api: Api) -> None:
    await two_lines(api)
    await listed(api, POLICE, "cells")
    await listed(api, OFFICE)
    await api.ask(LIST % "", {}, DEVELOPER)
    async with api.services.database.connection() as connection:
        rows = await connection.fetch("select * from audit.access_log where operation = 'quarantine' order by at")
    assert [(row["agency"], row["items"], row["denied"]) for row in rows] == [
        ("PUBLIC_SECURITY", ["quarantine.cells"], []),
        ("数据局", ["quarantine"], []),
        ("software house", [], ["quarantine"]),
    ]


async def test_a_department_that_collects_for_another_sees_what_it_delivered_and_the_other_does_not(api: Api) -> None:
    await submit(api, POLICE, "health", "birthCertificate", {"nothing": "x"})
    assert [line["register"] for line in await listed(api, POLICE)] == ["health"]
    assert await listed(api, department("HEALTH")) == []


async def test_lines_are_found_by_what_is_known_of_them(api: Api) -> None:
    await two_lines(api)
    for found, wanted in (
        (1, {"register": "civil_affairs"}),
        (1, {"recordType": "household"}),
        (1, {"reason": "IMPOSSIBLE_DATE"}),
        (1, {"item": "status", "register": "household_registration"}),
        (1, {"item": "户籍信息状态"}),
        (0, {"item": "姓名"}),
        (2, {"since": (now() - timedelta(hours=1)).isoformat()}),
        (0, {"since": (now() + timedelta(hours=1)).isoformat()}),
        (0, {"submission": "nothing"}),
    ):
        assert len(await listed(api, OFFICE, filter=wanted)) == found, wanted
    answer = await api.ask(LIST % "", {"filter": {"item": "a\x00"}}, OFFICE)
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_ARGUMENT"


async def test_the_list_is_read_page_by_page_the_latest_first(api: Api) -> None:
    lines = [{"idNumber": id_number(place), "status": "迁移中"} for place in range(5)]
    await submit(api, POLICE, "household_registration", "household", *lines)
    await submit(api, POLICE, "household_registration", "household", {"idNumber": ""})
    pages, after = [], None
    for _ in range(3):
        page = (await api.data(LIST % "", {"first": 2, "after": after}, POLICE))["quarantine"]
        pages += [(line["reason"]["code"], line["place"]) for line in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert not page["pageInfo"]["hasNextPage"]
    assert pages == [("MISSING_KEY", 1), *(("UNKNOWN_CODE", place) for place in range(1, 6))]
    wrong = await api.ask(LIST % "", {"after": "x"}, POLICE)
    assert wrong["errors"][0]["extensions"]["code"] == "INVALID_CURSOR"


async def test_a_department_mends_a_line_and_nobody_else_does(api: Api) -> None:
    await two_lines(api)
    (line,) = await listed(api, POLICE)
    given = {"id": line["id"], "values": {"户籍信息状态": "正常"}, "words": "checked"}
    for viewer in (CIVIL_AFFAIRS, OFFICE, AGENCY):
        answer = await api.ask(MEND, {"input": given}, viewer)
        assert answer["errors"][0]["extensions"]["code"] == "UNKNOWN_LINE"
    refused = await api.data(MEND, {"input": given | {"values": {"status": "x"}}}, POLICE)
    assert refused["mendQuarantined"]["submissionId"] is None
    assert refused["mendQuarantined"]["result"]["reason"] == {"code": "UNKNOWN_CODE"}
    done = (await api.data(MEND, {"input": given}, POLICE))["mendQuarantined"]
    assert done["result"]["outcome"] == "CREATED"
    (settled,) = await listed(api, POLICE, status="MENDED")
    assert (settled["settledBy"], settled["words"]) == ("reporter-1", "checked")
    assert settled["retriedAs"] == done["submissionId"]
    assert await listed(api, POLICE) == []
    again = await api.ask(MEND, {"input": given}, POLICE)
    assert again["errors"][0]["extensions"]["code"] == "LINE_SETTLED"


async def test_what_is_wrong_with_a_mending_is_said(api: Api) -> None:
    await two_lines(api)
    (line,) = await listed(api, POLICE)
    for given, code in (
        ({"id": "nothing"}, "UNKNOWN_LINE"),
        ({"id": line["id"], "values": [1]}, "INVALID_ARGUMENT"),
        ({"id": line["id"], "recordType": "marriageRegistrations"}, "UNKNOWN_RECORD_TYPE"),
        ({"id": line["id"], "words": f"says {ONE}"}, "INVALID_ARGUMENT"),
    ):
        answer = await api.ask(MEND, {"input": given}, POLICE)
        assert answer["errors"][0]["extensions"]["code"] == code
        assert ONE not in str(answer)


async def test_a_department_has_its_own_lines_retried_and_dismissed(api: Api) -> None:
    await two_lines(api)
    done = (await api.data(RETRY, {}, POLICE))["retryQuarantined"]
    assert [(one["code"], one["lines"]) for one in done["stillRefused"]] == [("UNKNOWN_CODE", 1)]
    assert (done["submissionIds"], done["outcomes"]) == ([], [])
    refused = await api.ask(RETRY, {}, OFFICE)
    assert refused["errors"][0]["extensions"]["code"] == "FIELD_NOT_GRANTED"
    ids = [line["id"] for line in await listed(api, CIVIL_AFFAIRS)]
    other = await api.ask(DISMISS, {"ids": ids}, POLICE)
    assert other["errors"][0]["extensions"]["code"] == "UNKNOWN_LINE"
    assert (await api.data(DISMISS, {"ids": ids}, CIVIL_AFFAIRS))["dismissQuarantined"] == ids
    assert await listed(api, CIVIL_AFFAIRS) == []
    assert len(await listed(api, OFFICE, status=None)) == 2
