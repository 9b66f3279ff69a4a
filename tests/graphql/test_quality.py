"""How sources fare over GraphQL: departments are told of their own, the office of all, others nothing."""

from datetime import timedelta
from typing import Any

from hub.access import Role, Viewer
from hub.clock import now
from hub.intake.submission import Delivery
from tests.offices import line_of
from tests.people import id_number
from tests.served import AGENCY, Api, department

POLICE, CIVIL_AFFAIRS = department("PUBLIC_SECURITY"), department("CIVIL_AFFAIRS")
OFFICE = Viewer(agency="数据局", officer="officer-2", roles=frozenset({Role.INFORMATION_MANAGER}))
QUALITY = """query($register: String, $first: Int = 20, $after: String) {
    submissionQuality(register: $register, first: $first, after: $after) {
        nodes { register sourceUnit file openDiscrepancies recordTypes {
            recordType lines valid timely refused { code lines } complete { name share } } }
        pageInfo { hasNextPage endCursor } } }"""
SOURCES = (
    "query($late: Boolean) { sources(late: $late) { register recordType sourceUnit department due late lastDelivery } }"
)
ANOMALIES = """query($open: Boolean = true) { anomalies(open: $open) {
    nodes { id kind found register closedBy closedWords reportedBy openedAt reportBy due } } }"""
DEAL = 'mutation($id: ID!) { %s(id: $id, words: "seen to") { id reportedBy closedBy } }'


async def load(api: Api, count: int, wrong: int = 0) -> None:
    """Deliver as a file does."""
    lines = [
        line_of(place, "household", {"idNumber": "x" if place <= wrong else id_number(place), "name": "王小明"})
        for place in range(1, count + 1)
    ]
    delivery = Delivery(
        register="household_registration",
        source_unit="天河区",
        idempotency_key=f"{count} {wrong}",
        digest=b"",
        stated_at=now(),
        sender="test",
        file="户籍.csv",
    )
    await api.services.intake.take_in(delivery, lambda after: lines[after:])


async def nodes(api: Api, query: str, field: str, viewer: Viewer, **variables: object) -> list[dict[str, Any]]:
    answer = (await api.data(query, variables, viewer))[field]
    found: list[dict[str, Any]] = answer if isinstance(answer, list) else answer["nodes"]
    return found


async def test_a_department_is_told_what_its_submissions_are_worth(api: Api) -> None:
    await load(api, 4, wrong=1)
    subject = {"recordedSubject.idNumber": id_number(2), "recordedSubject.name": "王晓明"}
    await api.office.deliver("migrant_services", "residencePermits", [subject | {"permitNumber": "GZ-1"}])
    (told,) = await nodes(api, QUALITY, "submissionQuality", POLICE)
    (household,) = told["recordTypes"]
    assert (told["file"], household["lines"], household["valid"], household["timely"]) == ("户籍.csv", 4, 0.75, 1)
    assert household["refused"] == [{"code": "MALFORMED_NUMBER", "lines": 1}]
    shares = {one["name"]: one["share"] for one in household["complete"]}
    assert (shares["idNumber"], shares["name"], shares["sex"]) == (1, 1, 0)
    assert told["openDiscrepancies"] == 0  # the two names contradict each other since later
    (permits, _) = await nodes(api, QUALITY, "submissionQuality", OFFICE)
    assert (permits["register"], permits["openDiscrepancies"]) == ("migrant_services", 1)
    assert await nodes(api, QUALITY, "submissionQuality", CIVIL_AFFAIRS) == []


async def test_submissions_are_read_page_by_page_the_latest_first(api: Api) -> None:
    for count in (1, 2, 3):
        await load(api, count)
    page = (await api.data(QUALITY, {"first": 2}, OFFICE))["submissionQuality"]
    assert [one["recordTypes"][0]["lines"] for one in page["nodes"]] == [3, 2]
    rest = (await api.data(QUALITY, {"first": 2, "after": page["pageInfo"]["endCursor"]}, OFFICE))["submissionQuality"]
    assert [one["recordTypes"][0]["lines"] for one in rest["nodes"]] == [1]


async def test_the_office_is_told_who_is_late_and_a_department_only_of_itself(api: Api) -> None:
    await load(api, 1)
    assert await nodes(api, SOURCES, "sources", OFFICE, late=True) == []
    async with api.services.database.connection() as connection:
        await connection.execute("update source set delivered_at = $1", now() - timedelta(days=40))
    for viewer in (OFFICE, POLICE):
        (late,) = await nodes(api, SOURCES, "sources", viewer, late=True)
        assert (late["sourceUnit"], late["department"], late["late"]) == ("天河区", "PUBLIC_SECURITY", True)
    assert {one["register"] for one in await nodes(api, SOURCES, "sources", CIVIL_AFFAIRS)} == {"civil_affairs"}
    assert len(await nodes(api, SOURCES, "sources", OFFICE)) == len(api.services.model.records)


async def test_an_anomaly_is_reported_and_closed_by_those_it_concerns_with_their_words(api: Api) -> None:
    await load(api, 30, wrong=20)
    (anomaly,) = await nodes(api, ANOMALIES, "anomalies", POLICE)
    assert (anomaly["kind"], anomaly["register"]) == ("ERROR_SHARE", "household_registration")
    assert await nodes(api, ANOMALIES, "anomalies", CIVIL_AFFAIRS) == []
    named = {"id": anomaly["id"]}
    refused = await api.ask(DEAL % "closeAnomaly", named, CIVIL_AFFAIRS)
    assert refused["errors"][0]["extensions"]["code"] == "UNKNOWN_ANOMALY"
    reported = await api.data(DEAL % "reportAnomaly", named, OFFICE)
    assert reported["reportAnomaly"] == named | {"reportedBy": "officer-2", "closedBy": None}
    closed = await api.data(DEAL % "closeAnomaly", named, POLICE)
    assert closed["closeAnomaly"]["closedBy"] == "reporter-1"
    for mutation in ("reportAnomaly", "closeAnomaly"):
        again = await api.ask(DEAL % mutation, named, POLICE)
        assert again["errors"][0]["extensions"]["code"] == "ANOMALY_SETTLED"
    assert await nodes(api, ANOMALIES, "anomalies", OFFICE) == []
    (kept,) = await nodes(api, ANOMALIES, "anomalies", OFFICE, open=False)
    assert kept["closedWords"] == "seen to"


async def test_nobody_else_is_told_how_sources_fare(api: Api) -> None:
    for query, field in ((QUALITY, "submissionQuality"), (SOURCES, "sources"), (ANOMALIES, "anomalies")):
        answer = await api.ask(query, {}, AGENCY)
        assert answer["data"] == {field: None}
        assert answer["errors"][0]["extensions"]["code"] == "FIELD_NOT_GRANTED"
