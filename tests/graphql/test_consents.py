"""Consent and approval over GraphQL: an item that needs them is given while they stand, for what they say."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.access import Role, Viewer
from hub.catalog import EntityKind
from hub.clock import now
from hub.store.grants import LEASE_SECONDS
from tests.granted import grant, issue
from tests.people import id_number
from tests.served import AGENCY, Api

PERSON = EntityKind.NATURAL_PERSON
HEAD = Viewer(agency=AGENCY.agency, officer="head-1", roles=frozenset({Role.UNIT_HEAD}))
OTHER = replace(AGENCY, agency="another agency")
NUMBER, CAUSE = "housingFundAccounts.accountNumber", "deathCertificate.causeOfDeath"
RECORD = "mutation($input: RecordConsentInput!) { recordConsent(input: $input) }"
WITHDRAW = "mutation($subject: ID!, $id: ID!) { withdrawConsent(subject: $subject, id: $id) }"
APPROVE = "mutation($input: ApproveUseInput!) { approveUse(input: $input) }"
QUESTION = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { housingFundAccounts { accountNumber } } }"
WITHHELD = "query($items: [String!]!) { me { withheld(entity: NATURAL_PERSON, items: $items) { reason } } }"


async def fill(api: Api) -> str:
    """A person with an account, and grants of what needs more; gives the person's id."""
    await api.office.household({"idNumber": id_number(1), "name": "甲"})
    account = {"recordedSubject.idNumber": id_number(1), "accountNumber": "GJJ-1", "employerName": "公司"}
    summary = await api.office.deliver("housing_fund", "housingFundAccounts", [account])
    assert [result.reason for result in summary.results if result.reason] == []
    await issue(api.services.database, grant(PERSON, [NUMBER, CAUSE]))
    await asyncio.sleep(LEASE_SECONDS)
    found = await api.data("query($id: IdNumber!) { naturalPerson(idNumber: $id) { id } }", {"id": id_number(1)})
    identifier: str = found["naturalPerson"]["id"]
    return identifier


async def account(api: Api, viewer: Viewer = AGENCY) -> str | None:
    """The number of the person's account, as far as it is shown."""
    answer = await api.ask(QUESTION, {"id": id_number(1)}, viewer)
    shown: str | None = answer["data"]["naturalPerson"]["housingFundAccounts"][0]["accountNumber"]
    assert (shown is None) == ("errors" in answer)
    return shown


async def why_not(api: Api, viewer: Viewer = AGENCY) -> list[str]:
    """Why the cause of death is withheld."""
    found = (await api.data(WITHHELD, {"items": [CAUSE]}, viewer))["me"]["withheld"]
    return [one["reason"] for one in found]


async def code_of(api: Api, document: str, variables: dict[str, Any], viewer: Viewer = AGENCY) -> str:
    answer = await api.ask(document, variables, viewer)
    code: str = answer["errors"][0]["extensions"]["code"]
    return code


def consent(subject: str, **others: object) -> dict[str, Any]:
    said = {"subject": subject, "items": [NUMBER], "purpose": "TEST", "documentDigest": "ab" * 32}
    return {"input": said | {"until": (now() + timedelta(days=30)).isoformat()} | others}


async def test_what_needs_consent_is_given_of_who_consents_until_it_is_withdrawn(api: Api) -> None:
    subject = await fill(api)
    assert await account(api) is None
    kept = (await api.data(RECORD, consent(subject)))["recordConsent"]
    assert await account(api) == "GJJ-1"
    assert await account(api, OTHER) is None
    assert await code_of(api, WITHDRAW, {"subject": subject, "id": kept}, OTHER) == "UNKNOWN_CONSENT"
    await api.data(WITHDRAW, {"subject": subject, "id": kept})
    assert await account(api) is None
    assert await code_of(api, WITHDRAW, {"subject": subject, "id": kept}) == "UNKNOWN_CONSENT"


async def test_a_consent_that_cannot_be_meant_is_refused(api: Api) -> None:
    subject = await fill(api)
    wrongs: list[dict[str, object]] = [{"items": ["name"]}, {"items": []}, {"documentDigest": "ab"}]
    wrongs.append({"until": "2001-01-01T00:00:00Z"})
    for wrong in wrongs:
        assert await code_of(api, RECORD, consent(subject, **wrong)) == "INVALID_ARGUMENT"
    assert await code_of(api, RECORD, consent(subject), HEAD) == "NOT_YOURS"


async def test_the_head_of_the_unit_approves_a_case_and_nobody_approves_for_themselves(api: Api) -> None:
    await fill(api)
    until = (now() + timedelta(days=3)).isoformat()
    wish = {"entity": "NATURAL_PERSON", "items": [CAUSE], "purpose": "TEST; case=1", "until": until}
    assert await why_not(api) == ["UNIT_HEAD"]
    assert await code_of(api, APPROVE, {"input": wish}) == "NOT_YOURS"
    assert await code_of(api, APPROVE, {"input": wish | {"purpose": "TEST"}}, HEAD) == "INVALID_ARGUMENT"
    await api.data(APPROVE, {"input": wish | {"purpose": "TEST; case=2"}}, HEAD)
    await asyncio.sleep(LEASE_SECONDS)
    assert await why_not(api) == ["UNIT_HEAD"]
    await api.data(APPROVE, {"input": wish}, HEAD)
    await asyncio.sleep(LEASE_SECONDS)
    assert await why_not(api) == []
    assert await why_not(api, OTHER) == ["UNIT_HEAD"]
