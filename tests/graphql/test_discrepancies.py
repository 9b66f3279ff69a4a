"""Who is shown what stands between registers: who settles it, the office, and who is given the items."""

from datetime import date
from typing import Any

from hub.access import Role, Viewer
from tests.people import credit_code, id_number
from tests.served import AGENCY, DEVELOPER, Api, department

ONE = id_number(1)
POLICE, CIVIL_AFFAIRS, MARKET = (department(name) for name in ("PUBLIC_SECURITY", "CIVIL_AFFAIRS", "MARKET_REGULATION"))
OFFICE = Viewer(agency="数据局", officer="officer-2", roles=frozenset({Role.INFORMATION_MANAGER}))
LIST = """query($department: String, $item: String, $open: Boolean = true, $first: Int = 100, $after: String) {
    discrepancies(department: $department, item: $item, open: $open, first: $first, after: $after) {
        nodes { check title titleZh item department entityId records { register recordType } closedAt }
        pageInfo { hasNextPage endCursor } } }"""
PERSON = """query($id: IdNumber!) { naturalPerson(idNumber: $id) {
    id discrepancies { check item department records { recordType department } openedAt } } }"""


async def listed(api: Api, viewer: Viewer, **variables: object) -> Any:  # noqa: ANN401
    return (await api.data(LIST, variables, viewer))["discrepancies"]


async def checks(api: Api, viewer: Viewer, **variables: object) -> list[tuple[str, str]]:
    return [(one["check"], one["item"]) for one in (await listed(api, viewer, **variables))["nodes"]]


async def shown(api: Api, **viewer: Viewer) -> list[dict[str, Any]]:
    person = (await api.data(PERSON, {"id": ONE}, **viewer))["naturalPerson"]
    found: list[dict[str, Any]] = person["discrepancies"]
    return found


async def quarrel(api: Api) -> None:
    """Household registration says one name, a residence permit and an adoption another."""
    await api.office.household({"idNumber": ONE, "name": "王小明", "sex": "女"})
    subject = {"recordedSubject.idNumber": ONE, "recordedSubject.name": "王晓明"}
    await api.office.deliver("migrant_services", "residencePermits", [subject | {"permitNumber": "GZ-1"}])
    await api.office.deliver("civil_affairs", "adoptionRegistrations", [subject | {"adoptionCertNumber": "A1"}])


async def test_an_agency_sees_what_stands_on_an_entity_where_it_is_given_item_and_records(api: Api) -> None:
    await quarrel(api)
    found = [(one["check"], one["item"], [each["recordType"] for each in one["records"]]) for one in await shown(api)]
    assert found == [
        ("sexOfNumber", "sex", ["household"]),
        ("comparison", "name", ["household", "residencePermits"]),  # an adoption is no one's business without a grant
    ]


async def test_the_decider_has_to_settle_it_and_learns_of_no_records_that_it_is_not_given(api: Api) -> None:
    await quarrel(api)
    nodes = (await listed(api, POLICE))["nodes"]
    assert [(one["check"], one["records"]) for one in nodes] == [
        ("sexOfNumber", [{"register": "household_registration", "recordType": "household"}]),
        ("comparison", [{"register": "household_registration", "recordType": "household"}]),
        ("comparison", [{"register": "household_registration", "recordType": "household"}]),
    ]
    assert nodes[0]["titleZh"] == "性别与公民身份号码第17位不符"
    person = (await api.data(PERSON, {"id": ONE}))["naturalPerson"]
    assert {one["entityId"] for one in nodes} == {person["id"]}


async def test_the_office_sees_all_and_may_ask_for_one_department_or_item(api: Api) -> None:
    await quarrel(api)
    wrong = {"creditCode": credit_code(1, "92"), "name": "甲公司"}
    await api.office.business(wrong)
    assert len(await checks(api, OFFICE)) == 4
    assert await checks(api, OFFICE, department="MARKET_REGULATION") == [("kindOfCreditCode", "creditCode")]
    assert await checks(api, OFFICE, item="sex") == [("sexOfNumber", "sex")]
    registers = [one["register"] for one in (await listed(api, OFFICE, item="name"))["nodes"][0]["records"]]
    assert registers == ["household_registration", "migrant_services"]


async def test_what_is_settled_is_listed_as_such(api: Api) -> None:
    await quarrel(api)
    await api.office.household({"idNumber": ONE, "name": "王晓明", "sex": "男"}, stated_on=date(2024, 1, 2))
    assert await checks(api, POLICE) == []
    assert len(await checks(api, POLICE, open=False)) == len(await checks(api, POLICE, open=None)) == 3
    assert await shown(api) == []


async def test_a_department_sees_no_others_work_and_who_settles_nothing_no_list(api: Api) -> None:
    await quarrel(api)
    assert await checks(api, CIVIL_AFFAIRS) == []
    for viewer, variables in ((CIVIL_AFFAIRS, {"department": "PUBLIC_SECURITY"}), (DEVELOPER, {})):
        answer = await api.ask(LIST, variables, viewer)
        assert answer["errors"][0]["extensions"]["code"] == "FIELD_NOT_GRANTED"


async def test_the_list_is_read_page_by_page(api: Api) -> None:
    await quarrel(api)
    pages, after = [], None
    for _ in range(3):
        page = await listed(api, POLICE, first=1, after=after)
        pages += page["nodes"]
        after = page["pageInfo"]["endCursor"]
    assert not page["pageInfo"]["hasNextPage"]
    assert len({(one["check"], one["item"]) for one in pages}) == 2
    for cursor in ("x", "圆", "", "AAAAAAAAAAAAAAAAAAAAAA"):
        wrong = await api.ask(LIST, {"after": cursor}, POLICE)
        assert wrong["errors"][0]["extensions"]["code"] == "INVALID_CURSOR"


async def test_a_representatives_death_shows_to_whom_registers_the_company(api: Api) -> None:
    code = credit_code(1)
    await api.office.business({"creditCode": code, "legalRepresentative.idNumber": ONE})
    await api.office.household({"idNumber": ONE, "status": "注销", "cancelReason": "死亡"}, stated_on=date(2024, 1, 2))
    query = "query($code: CreditCode!) { legalEntity(creditCode: $code) { discrepancies { check } } }"
    for viewer in (MARKET, None):
        answer = await api.data(query, {"code": code}, *([viewer] if viewer else []))
        found = {one["check"] for one in answer["legalEntity"]["discrepancies"]}
        assert found == {"representativeDeceased", "representativeCancelled"}


async def test_every_reading_of_discrepancies_is_logged_without_a_value(api: Api) -> None:
    await quarrel(api)
    await listed(api, POLICE)
    await api.ask(LIST, {}, DEVELOPER)
    async with api.services.database.connection() as connection:
        rows = await connection.fetch("select * from audit.access_log where operation = 'discrepancies' order by at")
    assert [(row["agency"], row["items"], row["denied"]) for row in rows] == [
        ("PUBLIC_SECURITY", ["name", "sex"], []),
        ("software house", [], ["discrepancies"]),
    ]
    assert len(rows[0]["entity_ids"]) == 1


async def test_a_past_answer_shows_what_stood_then(api: Api) -> None:
    await quarrel(api)
    (before,) = {one["openedAt"] for one in await shown(api) if one["check"] == "sexOfNumber"}
    await api.office.household({"idNumber": ONE, "name": "王晓明", "sex": "男"}, stated_on=date(2024, 1, 2))
    query = """query($id: IdNumber!, $at: DateTime!) {
        naturalPerson(idNumber: $id, asOf: {knownAt: $at}) { discrepancies { check } } }"""
    past = await api.data(query, {"id": ONE, "at": before})
    assert past["naturalPerson"]["discrepancies"] == [{"check": "sexOfNumber"}]
    assert await shown(api) == []


async def test_a_department_or_item_that_no_name_can_be_is_refused(api: Api) -> None:
    for argument in ("department", "item"):
        answer = await api.ask(LIST, {argument: "a\x00"}, OFFICE)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID_ARGUMENT"]


async def test_who_may_not_list_discrepancies_still_gets_the_rest_of_the_answer(api: Api) -> None:
    answer = await api.ask("{ me { agency } discrepancies { totalCount: __typename } }", viewer=AGENCY)
    assert answer["data"] == {"me": {"agency": AGENCY.agency}, "discrepancies": None}
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "FIELD_NOT_GRANTED"
