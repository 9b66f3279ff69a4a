"""Verification (核验): match or no match, whoever asks learns nothing else, and it is logged like any read."""

from typing import Any

import pytest

from hub.access import Role, Viewer
from tests.people import id_number
from tests.served import AGENCY, DEVELOPER, Api

PERSON, DEAD, NAMELESS, NOBODY = id_number(1), id_number(2), id_number(3), id_number(4)
VERIFIER = Viewer(agency="天河区某银行", officer="clerk-1", roles=frozenset({Role.VERIFIER}))
VERIFY = "query($id: IdNumber!, $name: String!) { verifyIdentity(idNumber: $id, name: $name) }"


async def fill(api: Api) -> None:
    cancelled = {"status": "注销", "cancelReason": "死亡", "cancelledOn": "2024-01-01"}
    await api.office.household(
        {"idNumber": PERSON, "name": "买买提·艾力"},
        {"idNumber": DEAD, "name": "李明"} | cancelled,
        {"idNumber": NAMELESS, "sex": "男"},
    )


async def answer(api: Api, number: str, name: str, viewer: Viewer = VERIFIER) -> Any:  # noqa: ANN401
    return (await api.data(VERIFY, {"id": number, "name": name}, viewer))["verifyIdentity"]


@pytest.mark.parametrize("viewer", [VERIFIER, AGENCY], ids=["verifier", "agency"])
async def test_a_number_and_a_name_match_or_do_not(api: Api, viewer: Viewer) -> None:
    await fill(api)
    assert await answer(api, PERSON, "买买提艾力", viewer) == "MATCH"
    assert await answer(api, f" {PERSON} ", "买买提•艾力", viewer) == "MATCH"
    assert await answer(api, PERSON, "买买提", viewer) == "NO_MATCH"
    assert await answer(api, NOBODY, "买买提艾力", viewer) == "NO_MATCH"


async def test_nothing_shows_that_a_person_is_dead_nameless_or_unknown(api: Api) -> None:
    await fill(api)
    assert await answer(api, DEAD, "李明") == "MATCH"
    for number in (DEAD, NAMELESS, NOBODY):
        for name in ("王小明", "", "·"):
            assert await answer(api, number, name) == "NO_MATCH"


async def test_who_may_verify_sees_no_person(api: Api) -> None:
    await fill(api)
    query = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { name } }"
    shown, unknown = [await api.ask(query, {"id": number}, VERIFIER) for number in (PERSON, NOBODY)]
    assert (shown["errors"], shown["data"]) == (unknown["errors"], unknown["data"])
    assert shown["errors"][0]["extensions"]["code"] == "FIELD_NOT_GRANTED"


async def test_who_has_no_grant_to_verify_is_refused_alike_for_everybody(api: Api) -> None:
    await fill(api)
    given = [{"id": number, "name": name} for number, name in ((PERSON, "买买提艾力"), (NOBODY, "李明"))]
    known, unknown = [await api.ask(VERIFY, variables, DEVELOPER) for variables in given]
    assert (known["errors"], known["data"]) == (unknown["errors"], unknown["data"])
    assert known["errors"][0]["extensions"]["code"] == "VERIFY_NOT_GRANTED"


async def test_every_verification_is_logged_with_the_person_it_was_of(api: Api) -> None:
    await fill(api)
    await answer(api, PERSON, "别人")
    await answer(api, NOBODY, "别人")
    await api.ask(VERIFY, {"id": PERSON, "name": "别人"}, DEVELOPER)
    async with api.services.database.connection() as connection:
        rows = await connection.fetch("select * from audit.access_log order by at")
    assert [(row["operation"], *row["roles"], row["items"], row["denied"]) for row in rows] == [
        ("verify", "verifier", ["name"], []),
        ("verify", "verifier", ["name"], []),
        ("verify", "developer", [], ["name"]),
    ]
    assert [len(row["entity_ids"]) for row in rows] == [1, 0, 0]


async def test_several_claims_are_answered_in_their_order_and_a_misspelt_one_spoils_no_other(api: Api) -> None:
    await fill(api)
    query = "query($claims: [IdentityClaim!]!) { verifyIdentities(claims: $claims) { result problem } }"
    claims = [
        {"idNumber": DEAD, "name": "李明"},
        {"idNumber": "440106199001010000", "name": "李明"},
        {"idNumber": PERSON, "name": "李明"},
    ]
    first, misspelt, last = (await api.data(query, {"claims": claims}, VERIFIER))["verifyIdentities"]
    assert (first["result"], last["result"]) == ("MATCH", "NO_MATCH")
    assert misspelt["result"] is None
    assert "440106" not in misspelt["problem"]
    many = await api.ask(query, {"claims": claims[:1] * 2_000}, VERIFIER)
    assert many["errors"][0]["extensions"]["code"] == "LIST_TOO_LONG"
