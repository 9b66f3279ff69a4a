"""Numbers come and go and lead to the entity still (rule R11): history, corrections, renewals, grants, the log."""

from datetime import date
from typing import Any

from hub.access import Viewer
from tests.people import credit_code, id_number
from tests.served import AGENCY, Api, department

OLD, NEW, NEWEST = id_number(1, "19900102"), id_number(1, "19900101"), id_number(1, "19900103")
OTHER = id_number(2)
PERSON = """query($id: IdNumber!) { naturalPerson(idNumber: $id) { id idNumber name version
    identifiers(history: true) { scheme value status validFrom validTo replacedBy } } }"""
NOW = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { idNumber identifiers { value status replacedBy } } }"


async def person(api: Api, number: str, query: str = PERSON, viewer: Viewer = AGENCY) -> Any:  # noqa: ANN401
    return (await api.data(query, {"id": number}, viewer))["naturalPerson"]


async def test_r11_a_corrected_number_leads_to_the_person_and_is_never_shown_as_theirs(api: Api) -> None:
    await api.office.household({"idNumber": OLD, "name": "王小明"}, stated_on=date(2024, 1, 1))
    corrected = {"idNumber": NEW, "formerIdNumber": OLD, "name": "王小明"}
    await api.office.household(corrected, stated_on=date(2024, 3, 1))
    by_old, by_new = await person(api, OLD), await person(api, NEW)
    assert by_old == by_new
    assert (by_new["idNumber"], by_new["version"]) == (NEW, 2)
    assert by_new["identifiers"] == [
        {
            "scheme": "ID_NUMBER",
            "value": OLD,
            "status": "FORMER",
            "validFrom": None,
            "validTo": "2024-03-01",
            "replacedBy": NEW,
        },
        {
            "scheme": "ID_NUMBER",
            "value": NEW,
            "status": "CURRENT",
            "validFrom": "2024-03-01",
            "validTo": None,
            "replacedBy": None,
        },
    ]
    assert (await person(api, OLD, NOW))["identifiers"] == [{"value": NEW, "status": "CURRENT", "replacedBy": None}]


async def test_r11_two_records_of_one_person_under_two_numbers_become_one(api: Api) -> None:
    await api.office.marriage({"recordedSubject.idNumber": OLD, "marriedOn": "2020-01-01", "issuingAuthority": "局"})
    await api.office.household({"idNumber": NEW, "name": "王小明"})
    assert (await person(api, OLD))["id"] != (await person(api, NEW))["id"]
    await api.office.household({"idNumber": NEW, "formerIdNumber": OLD, "name": "王小明"}, stated_on=date(2024, 3, 1))
    query = """query($id: IdNumber!) { naturalPerson(idNumber: $id) { id idNumber name
        marriageRegistrations { marriedOn } } }"""
    by_old, by_new = await person(api, OLD, query), await person(api, NEW, query)
    assert by_old == by_new
    assert by_new["idNumber"] == NEW
    assert by_new["marriageRegistrations"] == [{"marriedOn": "2020-01-01"}]


async def test_r11_what_is_said_under_a_former_number_is_said_of_the_person(api: Api) -> None:
    await api.office.household({"idNumber": NEW, "formerIdNumber": OLD, "name": "王小明"})
    await api.office.marriage({"recordedSubject.idNumber": OLD, "marriedOn": "2020-01-01", "issuingAuthority": "局"})
    query = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { idNumber marriageRegistrations { marriedOn } } }"
    assert await person(api, NEW, query) == {"idNumber": NEW, "marriageRegistrations": [{"marriedOn": "2020-01-01"}]}


async def test_r11_the_order_in_which_corrections_arrive_does_not_matter(api: Api) -> None:
    first = {"idNumber": NEW, "formerIdNumber": OLD, "name": "王小明"}
    second = {"idNumber": NEWEST, "formerIdNumber": NEW, "name": "王小明"}
    await api.office.household(second, stated_on=date(2024, 5, 1))
    await api.office.household(first, stated_on=date(2024, 3, 1))
    await api.office.household(first, stated_on=date(2024, 6, 1))
    for number in (OLD, NEW, NEWEST):
        found = await person(api, number)
        assert found["idNumber"] == NEWEST
        told = {(one["value"], one["status"], one["replacedBy"], one["validTo"]) for one in found["identifiers"]}
        former = {(OLD, "FORMER", NEW, "2024-03-01"), (NEW, "FORMER", NEWEST, "2024-05-01")}
        assert told == former | {(NEWEST, "CURRENT", None, None)}


async def test_r11_a_correction_that_was_itself_wrong_is_taken_back_by_the_contrary(api: Api) -> None:
    await api.office.household({"idNumber": NEW, "formerIdNumber": OLD, "name": "王小明"}, stated_on=date(2024, 3, 1))
    await api.office.household({"idNumber": OLD, "formerIdNumber": NEW, "name": "王小明"}, stated_on=date(2024, 4, 1))
    found = await person(api, NEW)
    assert found["idNumber"] == OLD
    assert {one["value"]: one["status"] for one in found["identifiers"]} == {OLD: "CURRENT", NEW: "FORMER"}


async def test_r11_a_correction_said_again_changes_nothing(api: Api) -> None:
    line = {"idNumber": NEW, "formerIdNumber": OLD, "name": "王小明"}
    await api.office.household(line, stated_on=date(2024, 3, 1))
    before = await person(api, NEW)
    await api.office.household(line, stated_on=date(2024, 4, 1))
    assert await person(api, NEW) == before


async def test_r11_a_number_of_fifteen_digits_is_the_same_number_and_not_a_former_one(api: Api) -> None:
    number = id_number(1, "19500101")
    short = number[:6] + number[8:17]
    await api.office.household({"idNumber": number, "formerIdNumber": short, "name": "王老"})
    found = await person(api, short)
    assert found["idNumber"] == number
    assert [(one["value"], one["status"]) for one in found["identifiers"]] == [(number, "CURRENT")]


async def test_r11_a_changed_credit_code_and_what_it_embeds_lead_to_the_same_entity(api: Api) -> None:
    old, new = credit_code(1), credit_code(2)
    await api.office.business({"creditCode": old, "name": "旧名公司", "registrationNumber": "440101000000001"})
    await api.office.deliver("local_tax", "localTaxRegistration", [{"taxpayerId": old, "registeredAddress": "甲路1号"}])
    changed = {"creditCode": new, "formerCreditCode": old, "name": "新名公司"}
    await api.office.business(changed, stated_on=date(2024, 3, 1))
    query = """query($scheme: IdentifierScheme!, $value: String!) { entity(scheme: $scheme, value: $value) { id
        ... on LegalEntity { name creditCode organizationCode localTaxRegistration { registeredAddress } }
        identifiers(history: true) { scheme value status replacedBy } } }"""
    keys = [
        ("CREDIT_CODE", old),
        ("CREDIT_CODE", new),
        ("ORGANIZATION_CODE", old[8:17]),
        ("ORGANIZATION_CODE", new[8:17]),
        ("REGISTRATION_NUMBER", "440101000000001"),
        ("TAXPAYER_ID", old),
    ]
    found = [(await api.data(query, {"scheme": scheme, "value": value}))["entity"] for scheme, value in keys]
    assert all(one == found[0] for one in found)
    assert (found[0]["name"], found[0]["creditCode"], found[0]["organizationCode"]) == ("新名公司", new, new[8:17])
    assert found[0]["localTaxRegistration"] == {"registeredAddress": "甲路1号"}
    former = {(one["scheme"], one["value"], one["replacedBy"]) for one in found[0]["identifiers"] if one["replacedBy"]}
    assert former == {("CREDIT_CODE", old, new), ("ORGANIZATION_CODE", old[8:17], new[8:17])}


async def test_r11_a_number_is_shown_only_to_whom_the_items_that_bear_it_are_given(api: Api) -> None:
    await api.office.household({"idNumber": NEW, "formerIdNumber": OLD, "name": "王小明"})
    certificate = {"certificateNumber": f"{NEW}41", "recordedSubject.name": "王小明"}
    await api.office.deliver("disabled_persons", "disabilityCertificates", [certificate])
    query = (
        "query($id: String!) { entity(scheme: ID_NUMBER, value: $id) { identifiers(history: true) { scheme value } } }"
    )
    seen = {}
    for viewer in (AGENCY, department("PUBLIC_SECURITY"), department("DISABLED_PERSONS_FEDERATION")):
        answer = await api.data(query, {"id": NEW}, viewer)
        seen[viewer.agency] = {one["scheme"] for one in answer["entity"]["identifiers"]}
    assert seen == {
        AGENCY.agency: {"ID_NUMBER"},
        "PUBLIC_SECURITY": {"ID_NUMBER"},
        "DISABLED_PERSONS_FEDERATION": {"DISABILITY_CERTIFICATE"},
    }
    denied = await api.ask(query, {"id": NEW}, department("HOUSING_PROVIDENT_FUND"))
    assert denied["data"]["entity"]["identifiers"] is None
    assert denied["errors"][0]["extensions"]["code"] == "FIELD_NOT_GRANTED"
    assert denied["errors"][0]["extensions"]["item"] == "NaturalPerson.identifiers"


async def test_r11_the_numbers_of_a_whole_list_are_read_at_once_and_logged(api: Api) -> None:
    await api.office.household({"idNumber": NEW, "name": "王小明"}, {"idNumber": OTHER, "name": "李明"})
    query = "query($ids: [IdNumber!]!) { naturalPersons(idNumbers: $ids) { naturalPerson { identifiers { value } } } }"
    found = (await api.data(query, {"ids": [NEW, OTHER]}))["naturalPersons"]
    assert [one["naturalPerson"]["identifiers"] for one in found] == [[{"value": NEW}], [{"value": OTHER}]]
    async with api.services.database.connection() as connection:
        rows = await connection.fetch("select * from audit.access_log where operation = 'identifiers'")
    assert [(len(row["entity_ids"]), "idNumber" in row["items"]) for row in rows] == [(2, True)]
