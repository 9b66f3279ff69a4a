"""Foreigners and residents of Hong Kong, Macao and Taiwan are entities like any other, by documents of their own."""

from typing import Any

import pytest
from stdnum.iso7064 import mod_11_2

from tests.people import credit_code, id_number
from tests.served import Api

ENTITY = """query($s: IdentifierScheme!, $v: String!) { entity(scheme: $s, value: $v) { id
    identifiers { scheme value } ... on NaturalPerson { name idNumber residencePermits { addressDetail } } } }"""


def subject(**said: object) -> dict[str, object]:
    return {f"recordedSubject.{name}": value for name, value in said.items()}


def number_of(prefix: str) -> str:
    body = f"{prefix}19900101001"
    return body + mod_11_2.calc_check_digit(body)


async def found(api: Api, scheme: str, value: str) -> Any:  # noqa: ANN401
    return (await api.data(ENTITY, {"s": scheme, "v": value}))["entity"]


async def permit(api: Api, number: str, **said: object) -> None:
    line = subject(**said) | {"permitNumber": number, "addressDetail": f"住址 {number}"}
    await api.office.deliver("migrant_services", "residencePermits", [line])


async def insured(api: Api, place: str, **said: object) -> None:
    line = subject(**said) | {
        "socialSecurityNumber": place,
        "insuranceType": "养老",
        "enrolledOn": "2020-01-01",
    }
    summary = await api.office.deliver("social_security", "socialInsurances", [line])
    assert summary.counts == {"CREATED": 1}, summary.results


@pytest.mark.parametrize(
    ("id_type", "number", "scheme", "spelling"),
    [
        ("护照", "E1234567", "PASSPORT", "e-1234567"),
        ("港澳居民来往内地通行证", "H1234567801", "HONG_KONG_MACAO_PERMIT", "H12345678"),
        ("台湾居民来往大陆通行证", "0123456701", "TAIWAN_PERMIT", "01234567"),
        ("外国人永久居留身份证", "USA440190010101", "PERMANENT_RESIDENCE_CARD", "usa 440190010101"),
    ],
)
async def test_a_document_of_one_s_own_finds_one_and_joins_what_registers_say(
    api: Api, id_type: str, number: str, scheme: str, spelling: str
) -> None:
    await permit(api, "P-1", name="JOHN", idType=id_type, idNumber=number)
    await insured(api, "SS-1", name="JOHN", idType=id_type, idNumber=number)
    person = await found(api, scheme, spelling)
    assert (person["name"], person["idNumber"]) == ("JOHN", None)
    assert person["residencePermits"] == [{"addressDetail": "住址 P-1"}]
    assert {one["scheme"] for one in person["identifiers"]} == {scheme, "RESIDENCE_PERMIT", "SOCIAL_SECURITY_NUMBER"}
    assert await found(api, "SOCIAL_SECURITY_NUMBER", "SS-1") == person


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000", "911840"])
async def test_a_number_after_the_standard_is_an_id_number_whoever_bears_it(api: Api, prefix: str) -> None:
    number = number_of(prefix)
    await permit(api, "P-1", name="陈大文", idType="港澳居民居住证", idNumber=number)
    await insured(api, "SS-1", name="陈大文", idNumber=number)
    query = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { name idNumber birthDate } }"
    answer = await api.data(query, {"id": number})
    assert answer["naturalPerson"] == {"name": "陈大文", "idNumber": number, "birthDate": "1990-01-01"}


async def test_passports_of_two_countries_with_one_number_are_two_people(api: Api) -> None:
    await permit(api, "P-1", name="JOHN", idType="护照", idNumber="A1234567", countryOrRegion="美国")
    await permit(api, "P-2", name="JEAN", idType="护照", idNumber="A1234567", countryOrRegion="FRA")
    await insured(api, "SS-1", name="JOHN", idType="护照", idNumber="A-1234567", countryOrRegion="USA")
    assert (await found(api, "PASSPORT", "USA/A1234567"))["name"] == "JOHN"
    assert (await found(api, "PASSPORT", "fra/a1234567"))["name"] == "JEAN"
    assert await found(api, "PASSPORT", "A1234567") is None
    assert (await found(api, "SOCIAL_SECURITY_NUMBER", "SS-1"))["name"] == "JOHN"


LEGAL = """query($code: CreditCode!) { legalEntity(creditCode: $code) { privateNonEnterpriseRegistration {
    legalRepresentative { name idNumber person { id } } } identifiers { scheme } } }"""


@pytest.mark.parametrize(
    ("number", "leads_somewhere"), [(id_number(5), True), ("E1234567", False), ("440106199001010000", False)]
)
async def test_a_representative_s_number_of_no_said_document_is_kept_sealed_and_leads_to_a_person_if_it_is_an_id_number(
    api: Api, number: str, leads_somewhere: bool
) -> None:
    await api.office.household({"idNumber": id_number(5), "name": "王小明"})
    line = {"creditCode": credit_code(1, "52"), "name": "某学校"}
    line |= {"legalRepresentative.name": "王小明", "legalRepresentative.idNumber": number}
    summary = await api.office.deliver("civil_affairs", "privateNonEnterpriseRegistration", [line])
    assert summary.counts == {"CREATED": 1}, summary.results
    entity = (await api.data(LEGAL, {"code": credit_code(1, "52")}))["legalEntity"]
    shown = entity["privateNonEnterpriseRegistration"]["legalRepresentative"]
    assert (shown["idNumber"], shown["person"] is not None) == (number, leads_somewhere)
    assert {one["scheme"] for one in entity["identifiers"]} == {"CREDIT_CODE", "ORGANIZATION_CODE"}
    async with api.services.database.connection() as connection:
        rows = await connection.fetch("select payload::text from state union all select records::text from view")
    assert number not in str(rows)
