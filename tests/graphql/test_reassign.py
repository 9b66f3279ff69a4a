"""A number that was given to the wrong entity is led to the one it belongs to (rule R11); what was said stays said."""

import asyncio
from datetime import date
from typing import Any

from hub.access import Viewer
from tests.graphql.test_links import LINK, OFFICE, REASON, UNLINK
from tests.people import credit_code, id_number
from tests.served import AGENCY, Api, department

NUMBER, OWN, OTHER = id_number(1), id_number(2), id_number(3)
POLICE = department("PUBLIC_SECURITY")
REASSIGN = "mutation($input: ReassignIdentifierInput!) { reassignIdentifier(input: $input) { submissionId } }"
PERSON = """query($id: IdNumber!) { naturalPerson(idNumber: $id) { id idNumber name version
    identifiers(history: true) { value status } } }"""


def order(**given: object) -> dict[str, object]:
    plain = {"register": "household_registration", "idempotencyKey": "k1", "scheme": "ID_NUMBER", "value": NUMBER}
    return {"input": plain | {"reason": "两人登记为同一号码"} | given}


async def person(api: Api, number: str) -> Any:  # noqa: ANN401
    return (await api.data(PERSON, {"id": number}))["naturalPerson"]


async def code_of(api: Api, viewer: Viewer = POLICE, **given: object) -> str:
    answer = await api.ask(REASSIGN, order(**given), viewer)
    code: str = answer["errors"][0]["extensions"]["code"]
    return code


async def test_r11_a_reassigned_number_leads_to_its_owner_and_the_records_stay(api: Api) -> None:
    await api.office.household({"idNumber": NUMBER, "name": "甲"}, {"idNumber": OTHER, "name": "乙"})
    wrong, owner = await person(api, NUMBER), await person(api, OTHER)
    await api.data(REASSIGN, order(to=owner["id"], ownValue=OWN), POLICE)
    moved, corrected = await person(api, NUMBER), await person(api, OWN)
    assert (moved["id"], moved["name"], moved["version"]) == (owner["id"], "乙", 2)
    assert (corrected["id"], corrected["name"], corrected["idNumber"]) == (wrong["id"], "甲", OWN)
    assert {one["value"]: one["status"] for one in corrected["identifiers"]} == {NUMBER: "REVOKED", OWN: "CURRENT"}
    assert {one["value"]: one["status"] for one in moved["identifiers"]} == {OTHER: "CURRENT", NUMBER: "CURRENT"}


async def test_r11_a_number_may_belong_to_somebody_who_is_not_known_yet(api: Api) -> None:
    await api.office.household({"idNumber": NUMBER, "name": "甲"})
    wrong = await person(api, NUMBER)
    await api.data(REASSIGN, order(ownValue=OWN), POLICE)
    assert await person(api, NUMBER) is None
    await api.office.household({"idNumber": NUMBER, "name": "乙"}, stated_on=date(2024, 2, 1))
    found = await person(api, NUMBER)
    assert (found["name"], found["idNumber"]) == ("乙", NUMBER)
    assert found["id"] != wrong["id"]
    assert (await person(api, OWN))["name"] == "甲"


async def test_r11_what_still_names_both_joins_nobody(api: Api) -> None:
    permit = {"permitNumber": "P-1", "recordedSubject.idNumber": NUMBER, "recordedSubject.name": "甲"}
    await api.office.deliver("migrant_services", "residencePermits", [permit])
    wrong = await person(api, NUMBER)
    await api.data(REASSIGN, order(), POLICE)
    await api.office.household({"idNumber": NUMBER, "name": "乙"})
    await api.office.deliver("migrant_services", "residencePermits", [permit], stated_on=date(2024, 2, 1))
    former = {"idNumber": OWN, "formerIdNumber": NUMBER, "name": "甲"}
    await api.office.household(former, stated_on=date(2024, 2, 1))
    query = '{ entity(scheme: RESIDENCE_PERMIT, value: "P-1") { id } }'
    assert (await api.data(query))["entity"]["id"] == wrong["id"]
    ids = {(await person(api, number))["id"] for number in (NUMBER, OWN)} | {wrong["id"]}
    assert len(ids) == 3


async def test_r11_a_reassigned_credit_code_takes_what_it_embeds_along(api: Api) -> None:
    wrong, right = credit_code(1), credit_code(2)
    await api.office.business({"creditCode": wrong, "name": "甲公司"}, {"creditCode": right, "name": "乙公司"})
    query = (
        "query($s: IdentifierScheme!, $v: String!) { entity(scheme: $s, value: $v) { id ... on LegalEntity { name } } }"
    )
    owner = (await api.data(query, {"s": "CREDIT_CODE", "v": right}))["entity"]
    given = {"register": "business_registration", "scheme": "CREDIT_CODE", "value": wrong, "to": owner["id"]}
    await api.data(REASSIGN, order(**given), department("MARKET_REGULATION"))
    for scheme, value in (("CREDIT_CODE", wrong), ("ORGANIZATION_CODE", wrong[8:17])):
        assert (await api.data(query, {"s": scheme, "v": value}))["entity"] == owner


async def test_r11_a_number_reassigned_to_one_who_is_linked_stays_its_own_once_they_are_parted(api: Api) -> None:
    third = id_number(4)
    lines = [{"idNumber": number, "name": name} for number, name in ((NUMBER, "甲"), (OTHER, "乙"), (third, "丙"))]
    await api.office.household(*lines)
    owner, standing = (await person(api, OTHER))["id"], (await person(api, third))["id"]
    await api.data(LINK, {"entity": owner, "into": standing, "reason": REASON}, OFFICE)
    await api.data(REASSIGN, order(to=owner), POLICE)
    assert (await person(api, NUMBER))["id"] == standing
    await api.data(UNLINK, {"entity": owner, "reason": REASON}, OFFICE)
    assert [(await person(api, number))["id"] for number in (NUMBER, third)] == [owner, standing]


async def test_only_who_answers_for_the_numbers_may_reassign_them(api: Api) -> None:
    await api.office.household({"idNumber": NUMBER, "name": "甲"})
    assert await code_of(api, AGENCY) == "NOT_YOUR_REGISTER"
    assert await code_of(api, department("CIVIL_AFFAIRS")) == "NOT_YOUR_REGISTER"
    civil = {"register": "civil_affairs", "viewer": department("CIVIL_AFFAIRS")}
    assert await code_of(api, **civil) == "INVALID_ARGUMENT"  # type: ignore[arg-type]
    assert await code_of(api, register="nothing") == "UNKNOWN_REGISTER"


async def test_an_order_that_makes_no_sense_changes_nothing(api: Api) -> None:
    await api.office.household({"idNumber": NUMBER, "name": "甲"}, {"idNumber": OTHER, "name": "乙"})
    await api.office.business({"creditCode": credit_code(1), "name": "甲公司"})
    before = [await person(api, number) for number in (NUMBER, OTHER)]
    firm = await api.data('{ entity(scheme: CREDIT_CODE, value: "%s") { id } }' % credit_code(1))  # noqa: UP031
    assert await code_of(api, value=OWN, idempotencyKey="a") == "UNKNOWN_IDENTIFIER"
    assert await code_of(api, to=before[0]["id"], idempotencyKey="b") == "INVALID_ARGUMENT"
    assert await code_of(api, to=firm["entity"]["id"], idempotencyKey="c") == "INVALID_ARGUMENT"
    assert await code_of(api, ownValue=OTHER, idempotencyKey="d") == "INVALID_ARGUMENT"
    assert await code_of(api, reason=f"见 {NUMBER}", idempotencyKey="e") == "INVALID_ARGUMENT"
    assert [await person(api, number) for number in (NUMBER, OTHER)] == before


async def test_the_same_order_again_and_at_once_is_carried_out_once_and_kept(api: Api) -> None:
    await api.office.household({"idNumber": NUMBER, "name": "甲"}, {"idNumber": OTHER, "name": "乙"})
    given = order(to=(await person(api, OTHER))["id"])
    done = await asyncio.gather(*(api.ask(REASSIGN, given, POLICE) for _ in range(4)))
    again = await api.data(REASSIGN, given, POLICE)
    assert again in [one["data"] for one in done]
    assert (await person(api, NUMBER))["version"] == 2
    changed = await api.ask(REASSIGN, order(to=given["input"]["to"], reason="别的"), POLICE)  # type: ignore[index]
    assert changed["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    async with api.services.database.connection() as connection:
        (kept,) = await connection.fetch(
            "select register, sender, counts, submission.reason "
            "from submission join vault.reassignment using (submission_id)"
        )
    assert (kept["register"], kept["sender"], kept["reason"]) == (
        "household_registration",
        "reporter-1",
        "两人登记为同一号码",
    )
