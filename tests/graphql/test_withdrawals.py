"""A department takes back what it said, or ends it, with a reason; nothing that was ever known is lost by it."""

from typing import Any

from tests.people import id_number
from tests.served import Api, department

PERSON = id_number(1)
POLICE = department("PUBLIC_SECURITY")
SUBMIT = """mutation($input: SubmitRecordsInput!) { submitRecords(input: $input) { results { outcome } } }"""
ASK = """query($id: IdNumber!, $asOf: AsOf) { naturalPerson(idNumber: $id, asOf: $asOf) { id idNumber name version
    household { source { validFrom } } versions { nodes { version items reason } } } }"""


async def submit(api: Api, key: str, day: str, **record: object) -> Any:  # noqa: ANN401 - what JSON holds
    values = {"idNumber": PERSON} | ({"name": record.pop("name")} if "name" in record else {})
    line = {"recordType": "household", "values": values, "validFrom": day} | record
    given = {"register": "household_registration", "idempotencyKey": key, "records": [line], "reason": f"理由{key}"}
    answer = await api.data(SUBMIT, {"input": given}, POLICE)
    return answer["submitRecords"]["results"][0]["outcome"]


async def person(api: Api, as_of: object = None) -> Any:  # noqa: ANN401 - what JSON holds
    return (await api.data(ASK, {"id": PERSON, "asOf": as_of}))["naturalPerson"]


async def test_what_stood_before_shows_again_once_a_later_word_is_withdrawn(api: Api) -> None:
    assert await submit(api, "1", "2024-01-01", name="甲") == "CREATED"
    assert await submit(api, "2", "2024-02-01", name="乙") == "UPDATED"
    assert await submit(api, "3", "2024-02-01", operation="WITHDRAW") == "WITHDRAWN"
    found = await person(api)
    assert (found["name"], found["version"]) == ("甲", 3)
    assert [node["reason"] for node in found["versions"]["nodes"]] == ["理由3", "理由2", "理由1"]


async def test_an_entity_whose_last_record_ended_answers_with_all_its_versions(api: Api) -> None:
    await submit(api, "1", "2024-01-01", name="甲")
    assert await submit(api, "2", "2024-02-01", operation="END") == "ENDED"
    found = await person(api)
    assert (found["idNumber"], found["name"], found["household"], found["version"]) == (PERSON, None, None, 2)
    assert len(found["versions"]["nodes"]) == 2
    assert (await person(api, {"version": 1}))["name"] == "甲"
    assert (await person(api, {"validOn": "2024-01-15"}))["name"] == "甲"


async def test_nothing_is_ended_or_withdrawn_without_a_reason(api: Api) -> None:
    await submit(api, "1", "2024-01-01", name="甲")
    for operation in ("END", "WITHDRAW"):
        line = {"recordType": "household", "values": {"idNumber": PERSON}, "operation": operation}
        given = {"register": "household_registration", "idempotencyKey": operation, "records": [line]}
        for reason, code in (
            ({}, "REASON_REQUIRED"),
            ({"reason": ""}, "REASON_REQUIRED"),
            ({"reason": " "}, "INVALID_ARGUMENT"),
        ):
            answer = await api.ask(SUBMIT, {"input": given | reason}, POLICE)
            assert answer["errors"][0]["extensions"]["code"] == code
    assert (await person(api))["version"] == 1


async def test_a_department_takes_back_nothing_of_anothers_register(api: Api) -> None:
    await submit(api, "1", "2024-01-01", name="甲")
    line = {"recordType": "household", "values": {"idNumber": PERSON}, "operation": "WITHDRAW"}
    given = {"register": "household_registration", "idempotencyKey": "2", "records": [line], "reason": "误报"}
    answer = await api.ask(SUBMIT, {"input": given}, department("CIVIL_AFFAIRS"))
    assert answer["errors"][0]["extensions"]["code"] == "NOT_YOUR_REGISTER"
    assert (await person(api))["version"] == 1
