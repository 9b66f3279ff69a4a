"""What an agency, a department and a developer are answered."""

from datetime import date
from typing import Any

from tests.people import credit_code, id_number
from tests.served import DEVELOPER, Api, department

PERSON = id_number(1)
MARRIAGE = {"marriedOn": "2020-05-20", "issuingAuthority": "天河区民政局", "maritalStatus": "20"}


async def fill(api: Api) -> None:
    await api.office.household(
        {"idNumber": PERSON, "name": "王小明", "sex": "1", "ethnicity": "汉族", "photo": "sealed-picture-7"}
    )
    await api.office.deliver(
        "civil_affairs",
        "marriageRegistrations",
        [{"recordedSubject.idNumber": PERSON, "recordedSubject.name": "王晓明", **MARRIAGE}],
    )
    await api.office.business(
        {
            "creditCode": credit_code(1),
            "name": "广州基准有限公司",
            "legalRepresentative.name": "王小明",
            "legalRepresentative.idNumber": PERSON,
            "division.code": "440106",
        }
    )
    await api.office.deliver(
        "social_security",
        "socialInsurances",
        [
            {
                "recordedSubject.idNumber": PERSON,
                "recordedSubject.name": "王小明",
                "socialSecurityNumber": "SS-000-1",
                "insuranceType": "养老",
                "enrolledOn": "2015-07",
                "employer.creditCode": credit_code(1),
            }
        ],
    )


async def test_one_view_of_a_person_is_merged_from_four_registers(api: Api) -> None:
    await fill(api)
    person = (
        await api.data(
            """query($id: IdNumber!) { naturalPerson(idNumber: $id) {
                idNumber name sex { code name } ethnicity { code name raw system systemVersion } birthDate
                maritalStatus { code name } socialSecurityNumber version
                marriageRegistrations { marriedOn issuingAuthority { name } source { register validFrom department } }
                socialInsurances {
                    enrolledOn socialSecurityNumber recordedSubject { name idNumber }
                    employer { creditCode legalEntity { name } } }
                positions { role legalEntity { name creditCode businessRegistration {
                    division { code name } legalRepresentative { name idNumber person { name } } } } }
            } }""",
            {"id": PERSON.lower()},
        )
    )["naturalPerson"]
    assert person == {
        "idNumber": PERSON,
        "name": "王小明",
        "sex": {"code": "1", "name": "男"},
        "ethnicity": {"code": "01", "name": "汉族", "raw": "汉族", "system": "GB/T 3304", "systemVersion": "1991"},
        "birthDate": "1990-01-01",
        "maritalStatus": {"code": "20", "name": "已婚"},
        "socialSecurityNumber": "SS-000-1",
        "version": 3,
        "marriageRegistrations": [
            {
                "marriedOn": "2020-05-20",
                "issuingAuthority": {"name": "天河区民政局"},
                "source": {"register": "civil_affairs", "validFrom": "2020-05-20", "department": "CIVIL_AFFAIRS"},
            }
        ],
        "socialInsurances": [
            {
                "enrolledOn": "2015-07",
                "socialSecurityNumber": "SS-000-1",
                "recordedSubject": {"name": "王小明", "idNumber": PERSON},
                "employer": {"creditCode": credit_code(1), "legalEntity": {"name": "广州基准有限公司"}},
            }
        ],
        "positions": [
            {
                "role": "legalRepresentative",
                "legalEntity": {
                    "name": "广州基准有限公司",
                    "creditCode": credit_code(1),
                    "businessRegistration": {
                        "division": {"code": "440106", "name": "天河区"},
                        "legalRepresentative": {
                            "name": "王小明",
                            "idNumber": PERSON,
                            "person": {"name": "王小明"},
                        },
                    },
                },
            }
        ],
    }


async def test_provenance_names_source_basis_and_who_agrees_and_differs(api: Api) -> None:
    await fill(api)
    provenance = (
        await api.data(
            """query($id: IdNumber!) { naturalPerson(idNumber: $id) { provenance {
                name { standing basis absence source { register recordType }
                       alternatives { agrees source { register } } }
                employmentStatus { absence source { register } } } } }""",
            {"id": PERSON},
        )
    )["naturalPerson"]["provenance"]
    assert provenance["name"] == {
        "standing": "AUTHORITATIVE",
        "basis": "GZ-Detail Art. 9",
        "absence": None,
        "source": {"register": "household_registration", "recordType": "household"},
        "alternatives": [
            {"agrees": True, "source": {"register": "social_security"}},
            {"agrees": False, "source": {"register": "civil_affairs"}},
        ],
    }
    assert provenance["employmentStatus"] == {"absence": "NOT_REPORTED", "source": None}


async def test_provenance_does_not_give_away_a_record_that_is_not_granted(api: Api) -> None:
    await fill(api)
    adoption = {"recordedSubject.idNumber": PERSON, "recordedSubject.name": "王小明", "adoptionCertNumber": "穗收养1号"}
    await api.office.deliver("civil_affairs", "adoptionRegistrations", [adoption])
    query = """query($id: IdNumber!) { naturalPerson(idNumber: $id) { provenance {
        name { alternatives { source { recordType } } } } } }"""
    seen = await api.data(query, {"id": PERSON})
    assert "adoptionRegistrations" not in str(seen)
    owner = await api.ask(query, {"id": PERSON}, department("CIVIL_AFFAIRS"))
    assert "adoptionRegistrations" in str(owner["data"])


async def test_no_marriage_record_is_not_unmarried(api: Api) -> None:
    await api.office.household({"idNumber": PERSON, "name": "王小明"})
    person = (
        await api.data(
            "query($id: IdNumber!) { naturalPerson(idNumber: $id) "
            "{ maritalStatus { code } provenance { maritalStatus { absence } } } }",
            {"id": PERSON},
        )
    )["naturalPerson"]
    assert person == {"maritalStatus": None, "provenance": {"maritalStatus": {"absence": "NOT_COVERED"}}}


async def test_an_item_without_a_grant_is_null_with_one_error_per_selection(api: Api) -> None:
    await fill(api)
    query = """query($ids: [IdNumber!]!) { naturalPersons(idNumbers: $ids) {
        outcome naturalPerson { name household { photo source { register } }
                                adoptionRegistrations { source { register } } } } }"""
    answer = await api.ask(query, {"ids": [PERSON, PERSON, id_number(5)]})
    found, again, unknown = answer["data"]["naturalPersons"]
    assert found == again
    assert found["naturalPerson"] == {
        "name": "王小明",
        "household": {"photo": None, "source": {"register": "household_registration"}},
        "adoptionRegistrations": None,
    }
    assert unknown == {"outcome": "NOT_FOUND", "naturalPerson": None}
    errors = {error["extensions"]["item"]: error for error in answer["errors"]}
    assert set(errors) == {"NaturalPerson.household.photo", "NaturalPerson.adoptionRegistrations"}
    photo = errors["NaturalPerson.household.photo"]
    assert photo["path"] == ["naturalPersons", 0, "naturalPerson", "household", "photo"]
    assert (photo["extensions"]["code"], photo["extensions"]["count"]) == ("FIELD_NOT_GRANTED", 2)


async def test_a_developer_sees_the_schema_and_the_catalog_and_no_value(api: Api) -> None:
    await fill(api)
    answer = await api.ask(
        "query($id: IdNumber!) { naturalPerson(idNumber: $id) { name } registers { name } "
        "catalog { item granted deciders } }",
        {"id": PERSON},
        DEVELOPER,
    )
    assert answer["data"]["naturalPerson"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FIELD_NOT_GRANTED"]
    assert {"name": "household_registration"} in answer["data"]["registers"]
    assert not any(item["granted"] for item in answer["data"]["catalog"])


async def test_every_key_of_a_list_has_its_outcome_in_order(api: Api) -> None:
    await fill(api)
    results = (
        await api.data(
            "query($codes: [CreditCode!]!) { legalEntities(creditCodes: $codes) "
            "{ outcome problem legalEntity { name } } }",
            {"codes": [credit_code(9), credit_code(1), "91440106MA5000019X", "x"]},
        )
    )["legalEntities"]
    assert [result["outcome"] for result in results] == ["NOT_FOUND", "FOUND", "INVALID", "INVALID"]
    assert results[1]["legalEntity"] == {"name": "广州基准有限公司"}
    assert "CREDIT_CODE" in results[3]["problem"]


async def test_any_identifier_and_the_node_id_lead_to_the_entity(api: Api) -> None:
    await fill(api)
    by_number: dict[str, Any] = await api.data(
        '{ entity(scheme: SOCIAL_SECURITY_NUMBER, value: "ss-000-1") { id __typename ... on NaturalPerson { name } } }'
    )
    assert by_number["entity"]["__typename"] == "NaturalPerson"
    by_id = await api.data(
        "query($id: ID!) { node(id: $id) { id ... on NaturalPerson { name } ... on LegalEntity { creditCode } } }",
        {"id": by_number["entity"]["id"]},
    )
    assert by_id["node"] == {"id": by_number["entity"]["id"], "name": "王小明"}


async def test_a_department_submits_to_its_own_register_and_to_no_other(api: Api) -> None:
    mutation = """mutation($input: SubmitRecordsInput!) { submitRecords(input: $input) {
        submissionId results { place outcome reason { code column zh en } } } }"""
    given = {
        "register": "household_registration",
        "idempotencyKey": "k1",
        "statedOn": "2024-05-01",
        "records": [
            {"recordType": "household", "values": {"公民身份号码": PERSON, "姓名": "王小明", "sex": {"code": "1"}}},
            {"recordType": "household", "values": {"idNumber": id_number(2), "nickname": "小明"}},
            {"recordType": "nothing", "values": {}},
        ],
    }
    police, civil = department("PUBLIC_SECURITY"), department("CIVIL_AFFAIRS")
    first = (await api.data(mutation, {"input": given}, police))["submitRecords"]
    assert [result["outcome"] for result in first["results"]] == ["CREATED", "QUARANTINED", "QUARANTINED"]
    assert first["results"][1]["reason"]["code"] == "UNKNOWN_ITEM"
    assert (await api.data(mutation, {"input": given}, police))["submitRecords"] == first
    other = await api.ask(mutation, {"input": given | {"records": []}}, police)
    assert other["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    foreign = await api.ask(mutation, {"input": given}, civil)
    assert foreign["errors"][0]["extensions"]["code"] == "NOT_YOUR_REGISTER"


async def test_every_read_leaves_a_row_in_the_access_log(api: Api) -> None:
    await fill(api)
    await api.ask("query($id: IdNumber!) { naturalPerson(idNumber: $id) { name household { photo } } }", {"id": PERSON})
    async with api.services.database.connection() as connection:
        (row,) = await connection.fetch("select * from audit.access_log")
    assert (row["agency"], row["roles"], row["purpose"]) == (
        "天河区政务服务局",
        ["query_officer"],
        "TEST; case=1",
    )
    assert (row["items"], row["denied"]) == (["household", "name"], ["household.photo"])
    assert len(row["entity_ids"]) == 1


async def test_a_state_that_begins_in_the_future_is_shown_on_its_day_and_not_before(api: Api) -> None:
    await api.office.household({"idNumber": PERSON, "name": "现名"}, stated_on=date(2024, 1, 1))
    await api.office.household({"idNumber": PERSON, "name": "将来名", "_valid_from": date(2999, 1, 1)})
    query = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { name version } }"
    assert (await api.data(query, {"id": PERSON}))["naturalPerson"] == {"name": "现名", "version": 1}
    async with api.services.database.connection() as connection:
        await connection.execute("update state set valid_from = current_date - 1 where valid_from = '2999-01-01'")
        await connection.execute("update view set due_on = current_date - 1")
    assert (await api.data(query, {"id": PERSON}))["naturalPerson"]["name"] == "将来名"


async def test_a_department_is_given_only_the_numbers_that_its_own_registers_bear(api: Api) -> None:
    await fill(api)
    query = '{ entity(scheme: SOCIAL_SECURITY_NUMBER, value: "ss-000-1") { ... on NaturalPerson { idNumber } } }'
    assert (await api.data(query, viewer=department("PUBLIC_SECURITY")))["entity"]["idNumber"] == PERSON
    for name in ("MARKET_REGULATION", "HUMAN_RESOURCES_SOCIAL_SECURITY"):
        answer = await api.ask(query, viewer=department(name))
        assert answer["data"]["entity"]["idNumber"] is None
        assert answer["errors"][0]["extensions"]["code"] == "FIELD_NOT_GRANTED"


async def test_the_key_of_a_record_gives_away_no_number(api: Api) -> None:
    await fill(api)
    allowance = {"recordedSubject.idNumber": PERSON, "certNumber": "DIBAO-7", "issuingAuthority": "天河区民政局"}
    await api.office.deliver("civil_affairs", "minimumLivingAllowances", [allowance])
    query = """query($id: IdNumber!) { naturalPerson(idNumber: $id) {
        minimumLivingAllowances { issuingAuthority { name } source { recordKey } } } }"""
    answer = await api.data(query, {"id": PERSON})
    assert len(answer["naturalPerson"]["minimumLivingAllowances"]) == 1
    assert "DIBAO" not in str(answer)
