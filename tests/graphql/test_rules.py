"""The rules that the lists of items imply (R1 to R14), each on a story of its own."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from hub.catalog import EntityKind, Model
from hub.identifiers.schemes import SCHEMES
from tests.people import credit_code, id_number
from tests.served import Api, department

PERSON, OTHER = id_number(1), id_number(2)
NEWBORN = id_number(9, "20240501")


def subject(number: str, **values: str) -> dict[str, str]:
    """What every register but the household's sends along."""
    return {"recordedSubject.idNumber": number} | {f"recordedSubject.{name}": text for name, text in values.items()}


async def person(api: Api, fields: str, number: str = PERSON) -> Any:  # noqa: ANN401
    query = f"query($id: IdNumber!) {{ naturalPerson(idNumber: $id) {{ {fields} }} }}"
    return (await api.data(query, {"id": number}))["naturalPerson"]


async def found(api: Api, scheme: str, value: str, fields: str) -> Any:  # noqa: ANN401
    query = f"query($v: String!) {{ entity(scheme: {scheme}, value: $v) {{ id {fields} }} }}"
    return (await api.data(query, {"v": value}))["entity"]


async def outcomes(api: Api, register: str, record: str, *lines: Mapping[str, object]) -> list[str]:
    """What came of each line: its outcome, or the reason why it was refused."""
    summary = await api.office.deliver(register, record, lines)
    return [result.reason.code.name if result.reason else result.outcome.value for result in summary.results]


async def test_r1_the_responsible_department_decides_and_a_later_other_value_only_differs(api: Api) -> None:
    await api.office.household({"idNumber": PERSON, "name": "王小明"}, stated_on=date(2024, 1, 1))
    await api.office.deliver(
        "migrant_services",
        "residencePermits",
        [{"permitNumber": "GZ-1", **subject(PERSON, name="王晓明")}],
        stated_on=date(2024, 6, 1),
    )
    fields = "name provenance { name { standing alternatives { agrees source { register } } } }"
    assert await person(api, fields) == {
        "name": "王小明",
        "provenance": {
            "name": {
                "standing": "AUTHORITATIVE",
                "alternatives": [{"agrees": False, "source": {"register": "migrant_services"}}],
            }
        },
    }


async def test_r2_a_register_sends_the_person_as_it_knows_them_and_the_hub_keeps_them_apart(api: Api) -> None:
    await api.office.household({"idNumber": PERSON, "name": "王小明", "sex": "1"})
    line = subject(PERSON, name="王晓明", sex="女", birthPlace="440106") | {
        "studentNumber": f"G{PERSON}",
        "school": "天河一小",
        "enrolledOn": "1996-09",
    }
    assert await outcomes(api, "education", "schoolEnrolments", line) == ["CREATED"]
    assert await person(
        api, "name sex { name } schoolEnrolments { recordedSubject { name sex { name } idNumber } }"
    ) == {
        "name": "王小明",
        "sex": {"name": "男"},
        "schoolEnrolments": [{"recordedSubject": {"name": "王晓明", "sex": {"name": "女"}, "idNumber": PERSON}}],
    }


async def test_r3_without_a_household_record_the_residence_permit_names_the_person_and_says_so(api: Api) -> None:
    permit = {"permitNumber": "GZ-1", **subject(PERSON, name="李远", sex="1", ethnicity="汉族")}
    await api.office.deliver("migrant_services", "residencePermits", [permit])
    fields = "name sex { code } ethnicity { name } birthDate provenance { name { standing basis } }"
    assert await person(api, fields) == {
        "name": "李远",
        "sex": {"code": "1"},
        "ethnicity": {"name": "汉族"},
        "birthDate": "1990-01-01",
        "provenance": {
            "name": {
                "standing": "FALLBACK",
                "basis": "GZ-Detail Art. 10, where no household registration is held",
            }
        },
    }
    await api.office.household({"idNumber": PERSON, "name": "李源"}, stated_on=date(2024, 6, 1))
    assert (await person(api, fields))["provenance"]["name"]["standing"] == "AUTHORITATIVE"


async def test_r4_the_birth_date_is_that_of_the_id_number_and_others_are_held_against_it(api: Api) -> None:
    await api.office.household({"idNumber": NEWBORN, "name": "小宝", "recordedBirthDate": "2024-05-02"})
    birth = {"certificateNumber": "O440000001", "recordedSubject.idNumber": NEWBORN, "bornOn": "2024-05-01"}
    await api.office.deliver("health", "birthCertificate", [birth])
    fields = "birthDate provenance { birthDate { standing source { register } alternatives { agrees } } }"
    assert await person(api, fields, NEWBORN) == {
        "birthDate": "2024-05-01",
        "provenance": {
            "birthDate": {
                "standing": "DERIVED",
                "source": {"register": "household_registration"},
                "alternatives": [{"agrees": True}],
            }
        },
    }


def test_r5_a_household_address_is_never_a_merged_item(model: Model) -> None:
    assert not any("address" in name.lower() for name in model.merged[EntityKind.NATURAL_PERSON])
    assert model.records["household"].items["householdAddress"].basis == "EXTENSION"


async def test_r6_marital_status_is_not_covered_where_no_marriage_was_registered(api: Api) -> None:
    await api.office.household({"idNumber": PERSON, "name": "王小明"})
    assert await person(api, "maritalStatus { code } provenance { maritalStatus { absence } }") == {
        "maritalStatus": None,
        "provenance": {"maritalStatus": {"absence": "NOT_COVERED"}},
    }


async def test_r7_addresses_and_days_of_four_registers_stay_apart(api: Api) -> None:
    code = credit_code(1)
    await api.office.business({"creditCode": code, "registeredAddress": "甲路1号", "establishedOn": "2010-01-01"})
    codes = {"creditCode": code, "registeredAddress": "乙路2号", "establishedOn": "2010-02-02"}
    await api.office.deliver("organization_codes", "organizationCodeRegistration", [codes])
    for register, record, address in (
        ("local_tax", "localTaxRegistration", "丙路3号"),
        ("national_tax", "nationalTaxRegistration", "丁路4号"),
    ):
        await api.office.deliver(register, record, [{"taxpayerId": code, "registeredAddress": address}])
    entity = (
        await api.data(
            """query($code: CreditCode!) { legalEntity(creditCode: $code) {
                businessRegistration { registeredAddress establishedOn }
                organizationCodeRegistration { registeredAddress establishedOn }
                localTaxRegistration { registeredAddress taxpayerId }
                nationalTaxRegistration { registeredAddress } } }""",
            {"code": code},
        )
    )["legalEntity"]
    assert entity == {
        "businessRegistration": {"registeredAddress": "甲路1号", "establishedOn": "2010-01-01"},
        "organizationCodeRegistration": {"registeredAddress": "乙路2号", "establishedOn": "2010-02-02"},
        "localTaxRegistration": {"registeredAddress": "丙路3号", "taxpayerId": code},
        "nationalTaxRegistration": {"registeredAddress": "丁路4号"},
    }


async def test_r8_a_code_and_its_name_are_one_value_and_must_agree(api: Api) -> None:
    def birth(place: int, **values: str) -> dict[str, str]:
        return {"certificateNumber": f"O44000000{place}", **values}

    assert await outcomes(
        api,
        "health",
        "birthCertificate",
        birth(1, **{"sex.code": "1", "sex.name": "男"}),
        birth(2, **{"sex.code": "1", "sex.name": "女"}),
    ) == ["CREATED", "CODE_NAME_MISMATCH"]


async def test_r10_a_newborn_known_by_certificate_joins_the_person_when_the_number_arrives(api: Api) -> None:
    certificate = "O440000001"
    birth = {
        "certificateNumber": certificate,
        "newbornName": "小宝",
        "sex.code": "2",
        "bornOn": "2024-05-01",
        "issuedOn": "2024-05-03 10:30",
        "mother.name": "王母",
        "mother.idNumber": PERSON,
        "father.idNumber": "不详",
    }
    await api.office.deliver("health", "birthCertificate", [birth])
    fields = """... on NaturalPerson { idNumber name sex { code } birthDate birthCertificate {
        certificateNumber issuedOn mother { name idNumber person { name } } father { idNumber }
        absences { item absence raw }
    } }"""
    await api.office.household({"idNumber": PERSON, "name": "王梅"})
    provisional = await found(api, "BIRTH_CERTIFICATE", certificate, fields)
    assert provisional | {"id": ""} == {
        "id": "",
        "idNumber": None,
        "name": "小宝",
        "sex": {"code": "2"},
        "birthDate": "2024-05-01",
        "birthCertificate": {
            "certificateNumber": certificate,
            "issuedOn": "2024-05-03T10:30",
            "mother": {"name": "王母", "idNumber": PERSON, "person": {"name": "王梅"}},
            "father": {"idNumber": None},
            "absences": [{"item": "father.idNumber", "absence": "UNKNOWN_AT_SOURCE", "raw": "不详"}],
        },
    }
    await api.office.household({"idNumber": NEWBORN, "name": "王宝", "birthCertificateNumber": certificate})
    joined = await found(api, "BIRTH_CERTIFICATE", certificate, fields)
    assert (joined["idNumber"], joined["name"]) == (NEWBORN, "王宝")
    assert joined["birthCertificate"] == provisional["birthCertificate"]
    assert (await person(api, "id", NEWBORN))["id"] == joined["id"]


async def test_r10_a_unit_without_a_code_joins_the_keyed_entity_when_the_code_arrives(api: Api) -> None:
    code = credit_code(5, "52")
    unit = {"certificateNumber": "粤民证字第010001号", "name": "明德学堂"}
    await api.office.deliver("civil_affairs", "privateNonEnterpriseRegistration", [unit], stated_on=date(2024, 1, 1))
    await api.office.deliver("local_tax", "localTaxRegistration", [{"taxpayerId": code}])
    await api.office.deliver(
        "civil_affairs", "privateNonEnterpriseRegistration", [unit | {"creditCode": code}], stated_on=date(2024, 6, 1)
    )
    fields = "... on LegalEntity { creditCode name localTaxRegistration { taxpayerId } }"
    by_certificate = await found(api, "PRIVATE_NON_ENTERPRISE_CERTIFICATE", unit["certificateNumber"], fields)
    assert by_certificate == await found(api, "CREDIT_CODE", code, fields)
    assert by_certificate["localTaxRegistration"] == {"taxpayerId": code}


async def test_certificates_of_two_lists_with_one_number_are_two_entities(api: Api) -> None:
    line = {"certificateNumber": "0001"}
    await api.office.deliver("civil_affairs", "socialGroupRegistration", [line | {"name": "甲协会"}])
    await api.office.deliver("civil_affairs", "welfareInstitutionRegistration", [line | {"name": "乙福利院"}])
    await api.office.deliver("public_institutions", "publicInstitutionRegistration", [line | {"name": "丙图书馆"}])
    fields = "... on LegalEntity { name kind { code } }"
    names = {
        (await found(api, f"{kind}_CERTIFICATE", "0001", fields))["name"]: kind
        for kind in ("SOCIAL_GROUP", "WELFARE_INSTITUTION", "PUBLIC_INSTITUTION")
    }
    assert names == {"甲协会": "SOCIAL_GROUP", "乙福利院": "WELFARE_INSTITUTION", "丙图书馆": "PUBLIC_INSTITUTION"}


async def test_r11_an_old_spelling_of_a_number_leads_to_the_person_of_today(api: Api) -> None:
    await api.office.household({"idNumber": "440106900101001", "name": "旧号"})
    old = await person(api, "id name idNumber", "440106900101001")
    assert old == await person(api, "id name idNumber", id_number(1))


def test_r12_who_was_responsible_on_a_day_can_be_told(model: Model) -> None:
    register = model.registers["organization_codes"]
    assert register.accountable_on(date(2016, 7, 1)) == "QUALITY_SUPERVISION"
    assert register.accountable_on(date(2026, 7, 1)) == "MARKET_REGULATION"
    for name, former in (("local_tax", "LOCAL_TAX"), ("national_tax", "NATIONAL_TAX")):
        assert model.registers[name].accountable_on(date(2018, 1, 1)) == former
        assert model.registers[name].accountable_on(date(2019, 1, 1)) == "TAX"


def test_r12_a_department_that_took_over_a_register_is_the_successor_of_the_one_before(model: Model) -> None:
    for register in model.registers.values():
        for former in register.formerly:
            assert former.department in model.departments[register.department].successor_of


async def test_a_joint_collector_delivers_to_the_register_and_another_department_does_not(api: Api) -> None:
    mutation = "mutation($input: SubmitRecordsInput!) { submitRecords(input: $input) { results { outcome } } }"
    values = {"permitNumber": "GZ-1", "recordedSubject": {"idNumber": PERSON}}
    given = {
        "register": "migrant_services",
        "idempotencyKey": "k",
        "records": [{"recordType": "residencePermits", "values": values}],
    }
    town = await api.data(mutation, {"input": given}, department("TOWN_SUBDISTRICT"))
    assert town["submitRecords"]["results"] == [{"outcome": "CREATED"}]
    foreign = await api.ask(mutation, {"input": given}, department("TAX"))
    assert foreign["errors"][0]["extensions"]["code"] == "NOT_YOUR_REGISTER"


async def test_r14_every_number_of_a_legal_entity_leads_to_it(api: Api) -> None:
    code, number = credit_code(1), "440106000012345"
    await api.office.business({"creditCode": code, "registrationNumber": number, "name": "基准公司"})
    fields = "... on LegalEntity { name creditCode organizationCode }"
    everything = [
        await found(api, scheme, value, fields)
        for scheme, value in (
            ("CREDIT_CODE", code),
            ("ORGANIZATION_CODE", f"{code[8:16]}-{code[16]}"),
            ("REGISTRATION_NUMBER", number),
        )
    ]
    assert everything == [everything[0]] * 3
    assert everything[0] | {"id": ""} == {
        "id": "",
        "name": "基准公司",
        "creditCode": code,
        "organizationCode": code[8:17],
    }


async def test_r14_an_older_taxpayer_number_leads_to_the_entity_by_the_organisation_code_in_it(api: Api) -> None:
    code = credit_code(1)
    await api.office.business({"creditCode": code, "name": "基准公司"})
    await api.office.deliver("national_tax", "nationalTaxRegistration", [{"taxpayerId": f"440106{code[8:17]}"}])
    entity = await found(api, "TAXPAYER_ID", f"440106{code[8:17]}", "... on LegalEntity { creditCode }")
    assert entity["creditCode"] == code


@pytest.mark.parametrize(
    ("id_type", "written", "scheme", "number"),
    [
        ("护照", "e1234 5678", "PASSPORT", "E12345678"),
        ("6", "H1234567801", "HONG_KONG_MACAO_PERMIT", "H12345678"),
        ("台湾通行证", "0123456702", "TAIWAN_PERMIT", "01234567"),
        ("9", "USA110085010112", "PERMANENT_RESIDENCE_CARD", "USA110085010112"),
        ("9", id_number(3), "ID_NUMBER", id_number(3)),
        ("军官证", "军字第12345号", "MILITARY_CARD", "军字第12345号"),
    ],
)
async def test_the_kind_of_document_says_what_kind_of_number_it_bears(
    api: Api, id_type: str, written: str, scheme: str, number: str
) -> None:
    line = {"permitNumber": "GZ-1", **subject(written, idType=id_type, name="约翰", birthDate="1980-06")}
    assert await outcomes(api, "migrant_services", "residencePermits", line) == ["CREATED"]
    fields = """... on NaturalPerson { name birthDate
        residencePermits { permitNumber recordedSubject { idNumber idType { code } } } }"""
    entity = await found(api, scheme, written, fields)
    assert entity["name"] == "约翰"
    assert entity["birthDate"] == ("1990-01-01" if scheme == "ID_NUMBER" else "1980-06")
    assert entity["residencePermits"][0]["recordedSubject"]["idNumber"] == number
    assert entity == await found(api, "RESIDENCE_PERMIT", "gz-1", fields)


async def test_numbers_that_embed_an_id_number_lie_in_the_vault_and_lead_to_the_person(api: Api) -> None:
    await outcomes(
        api, "education", "schoolEnrolments", {"studentNumber": f"G{PERSON}", "school": "甲", "enrolledOn": "1996"}
    )
    await outcomes(
        api, "disabled_persons", "disabilityCertificates", subject(PERSON) | {"certificateNumber": f"{PERSON}43B1"}
    )
    licence = subject(PERSON) | {"number": f"T{PERSON}", "issuingDepartment": "应急管理局", "name": "特种作业操作证"}
    assert await outcomes(api, "licensing", "practiceCertificates", licence) == ["CREATED"]
    department_view = await api.ask(
        """query($id: IdNumber!) { naturalPerson(idNumber: $id) {
            disabilityCertificates { certificateNumber category { name } level { name } } } }""",
        {"id": PERSON},
        department("DISABLED_PERSONS_FEDERATION"),
    )
    assert department_view["data"]["naturalPerson"]["disabilityCertificates"] == [
        {"certificateNumber": f"{PERSON}43B1", "category": {"name": "肢体残疾"}, "level": {"name": "三级"}}
    ]
    assert await person(api, "schoolEnrolments { studentNumber } practiceCertificates { number }") == {
        "schoolEnrolments": [{"studentNumber": f"G{PERSON}"}],
        "practiceCertificates": [{"number": f"T{PERSON}"}],
    }
    async with api.services.database.connection() as connection:
        kept = await connection.fetch("select payload, record_key from state")
        views = await connection.fetch("select merged, records from view")
    assert not any(PERSON in str(tuple(row)) for row in [*kept, *views])


async def test_one_certificate_number_of_two_issuers_does_not_make_one_person_of_two(api: Api) -> None:
    for number, issuer in ((PERSON, "甲局"), (OTHER, "乙局")):
        line = subject(number, name=issuer) | {"number": "0001", "issuingDepartment": issuer}
        assert await outcomes(api, "licensing", "practiceCertificates", line) == ["CREATED"]
    assert await person(api, "name practiceCertificates { number }", OTHER) == {
        "name": "乙局",
        "practiceCertificates": [{"number": "0001"}],
    }
    assert (await person(api, "name"))["name"] == "甲局"
    assert await found(api, "CERTIFICATE_NUMBER", "0001", "__typename") is None


async def test_lists_of_small_records_come_as_lists_as_json_and_in_columns(api: Api) -> None:
    school = subject(PERSON) | {"school": "天河一小", "enrolledOn": "2010-09"}
    moves = [
        {"transferredOn": "2012-09", "转出学校": "天河一小", "toSchool": {"code": "3144010001", "name": "越秀二小"}}
    ]
    assert await outcomes(
        api,
        "education",
        "schoolEnrolments",
        school | {"studentNumber": "1", "transfers": moves, "awards": "三好学生"},
        school | {"studentNumber": "2", "academicExams": '[{"on": "2013-07", "kind": "数学", "text": "95"}]'},
        school | {"studentNumber": "3", "suspensions.suspendedOn": "2013-03", "suspensions.resumedOn": "2013-09"},
        school | {"studentNumber": "4", "transfers": moves * 2},
        school | {"studentNumber": "5", "transfers": "[1"},
        school | {"studentNumber": "6", "transfers": [{"why": "搬家"}]},
        school | {"studentNumber": "7", "transfers": "[" * 50_000},
    ) == ["CREATED", "CREATED", "CREATED", "REPEATED_ENTRY", "NOT_A_LIST", "UNKNOWN_ITEM", "NOT_A_LIST"]
    fields = """schoolEnrolments { studentNumber awards { on text } suspensions { suspendedOn resumedOn }
        transfers { transferredOn fromSchool { name } toSchool { name code legalEntity { name } } } }"""
    enrolments = {one.pop("studentNumber"): one for one in (await person(api, fields))["schoolEnrolments"]}
    assert enrolments["1"] == {
        "awards": [{"on": None, "text": "三好学生"}],
        "suspensions": None,
        "transfers": [
            {
                "transferredOn": "2012-09",
                "fromSchool": {"name": "天河一小"},
                "toSchool": {"name": "越秀二小", "code": "3144010001", "legalEntity": None},
            }
        ],
    }
    assert enrolments["3"]["suspensions"] == [{"suspendedOn": "2013-03", "resumedOn": "2013-09"}]


async def test_an_organisation_named_in_a_list_leads_to_the_legal_entity(api: Api) -> None:
    school = {"creditCode": credit_code(3, "12"), "name": "越秀二小"}
    await api.office.deliver("public_institutions", "publicInstitutionRegistration", [school])
    enrolment = {"studentNumber": "1", "school": "天河一小", "enrolledOn": "2010-09"}
    moves = {"transfers.transferredOn": "2012-09", "transfers.toSchool": school["creditCode"]}
    assert await outcomes(api, "education", "schoolEnrolments", subject(PERSON) | enrolment | moves) == ["CREATED"]
    fields = "schoolEnrolments { transfers { toSchool { creditCode legalEntity { name kind { name } } } } }"
    assert (await person(api, fields))["schoolEnrolments"][0]["transfers"] == [
        {
            "toSchool": {
                "creditCode": school["creditCode"],
                "legalEntity": {"name": "越秀二小", "kind": {"name": "事业单位"}},
            }
        }
    ]


async def test_a_small_record_may_be_given_by_parts_or_whole(api: Api) -> None:
    permit = {"permitNumber": "1", **subject(PERSON)}
    await api.office.deliver(
        "migrant_services",
        "residencePermits",
        [
            permit | {"residence.district": "天河区", "residence.village": "石牌村"},
            permit | {"permitNumber": "2", "residence": "天河区某街"},
        ],
    )
    fields = "residencePermits { permitNumber residence { district { code name } village { name } town { name } } }"
    permits = {one["permitNumber"]: one["residence"] for one in (await person(api, fields))["residencePermits"]}
    assert permits == {
        "1": {"district": {"code": "440106", "name": "天河区"}, "village": {"name": "石牌村"}, "town": None},
        "2": {"district": {"code": None, "name": "天河区某街"}, "village": None, "town": None},
    }


async def test_what_the_source_does_not_know_is_null_with_a_reason_and_lets_the_next_register_decide(api: Api) -> None:
    await api.office.household({"idNumber": PERSON, "name": "王小明", "ethnicity": "不详", "cancelledOn": "0000-00-00"})
    fields = """ethnicity { name } provenance { ethnicity { absence source { register } } }
        household { cancelledOn townOrSubdistrict { name } absences { item absence raw } }"""
    assert await person(api, fields) == {
        "ethnicity": None,
        "provenance": {"ethnicity": {"absence": "UNKNOWN_AT_SOURCE", "source": {"register": "household_registration"}}},
        "household": {
            "cancelledOn": None,
            "townOrSubdistrict": None,
            "absences": [
                {"item": "townOrSubdistrict", "absence": "NOT_REPORTED", "raw": None},
                {"item": "cancelledOn", "absence": "UNKNOWN_AT_SOURCE", "raw": "0000-00-00"},
            ],
        },
    }


async def test_a_person_is_dead_when_the_death_certificate_says_so_whatever_the_household_says(api: Api) -> None:
    await api.office.household({"idNumber": PERSON, "name": "王小明", "status": "正常"})
    death = subject(PERSON, name="王小明", birthDate="0000-00-00") | {
        "certificateNumber": "44010600120240001",
        "diedOn": "2024年3月5日 08:20",
        "deathPlace": "不详",
        "nextOfKin.name": "李四",
        "nextOfKin.phone": "020-0000",
        "ageAtDeath": "34",
    }
    assert await outcomes(api, "health", "deathCertificate", death) == ["CREATED"]
    fields = """lifeStatus { code } provenance { lifeStatus { source { register } alternatives { agrees } } }
        deathCertificate { diedOn ageAtDeath deathPlace { code name } nextOfKin { name phone }
                           recordedSubject { birthDate } source { validFrom } }"""
    assert await person(api, fields) == {
        "lifeStatus": {"code": "DECEASED"},
        "provenance": {"lifeStatus": {"source": {"register": "health"}, "alternatives": [{"agrees": False}]}},
        "deathCertificate": {
            "diedOn": "2024-03-05T08:20",
            "ageAtDeath": 34,
            "deathPlace": {"code": "0", "name": "不详"},
            "nextOfKin": {"name": "李四", "phone": "020-0000"},
            "recordedSubject": {"birthDate": None},
            "source": {"validFrom": "2024-03-05"},
        },
    }


async def test_a_number_is_written_in_digits_and_small_enough_to_be_shown(api: Api) -> None:
    ages = ["1_000", "٣", str(2**31), "9" * 40, "１０２"]
    lines = [{"certificateNumber": "D1", "ageAtDeath": age, **subject(PERSON)} for age in ages]
    refused = ["NOT_A_NUMBER"] * 4
    assert await outcomes(api, "health", "deathCertificate", *lines) == [*refused, "CREATED"]
    assert (await person(api, "deathCertificate { ageAtDeath }"))["deathCertificate"] == {"ageAtDeath": 102}


async def test_two_who_have_no_number_are_not_one_for_what_stands_in_its_place(api: Api) -> None:
    lines = [{"name": name, "certificateNumber": "无"} for name in ("甲协会", "乙协会")]
    assert await outcomes(api, "civil_affairs", "socialGroupRegistration", *lines) == ["MALFORMED_NUMBER"] * 2


async def test_what_stands_where_an_employer_has_no_number_leads_to_no_employer(api: Api) -> None:
    await api.office.business({"creditCode": credit_code(1), "name": "广州公司"})
    insurance = {"insuranceType": "110", "enrolledOn": "2020-01-01", "employerSocialSecurityNumber": "无"}
    assert await outcomes(
        api,
        "social_security",
        "socialInsurances",
        insurance | subject(PERSON) | {"socialSecurityNumber": "1", "employer.creditCode": credit_code(1)},
        insurance | subject(OTHER) | {"socialSecurityNumber": "2", "employerName": "深圳公司"},
    ) == ["CREATED", "CREATED"]
    fields = "employers { match legalEntity { name } }"
    assert await person(api, fields, OTHER) == {"employers": [{"match": None, "legalEntity": None}]}


def test_every_identifying_item_is_of_a_scheme_of_its_kind_of_entity(model: Model) -> None:
    for record in model.records.values():
        for item in record.item:
            if item.scheme:
                assert SCHEMES[item.scheme].names_person == (record.entity is EntityKind.NATURAL_PERSON), item.name
