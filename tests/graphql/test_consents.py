"""Consent and approval over GraphQL: an item that needs them is given while they stand, to whom and for what they say."""

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
QUESTION = """query($id: IdNumber!) { naturalPerson(idNumber: $id) { id
    housingFundAccounts { accountNumber } deathCertificate { causeOfDeath } } }"""


async def fill(api: Api) -> str:
    """A person with an account, and grants of what needs more; gives the person's id."""
    await api.office.household({"idNumber": id_number(1), "name": "甲"})
    await issue(api.services.database, grant(PERSON, [NUMBER, CAUSE]))
    await asyncio.sleep(LEASE_SECONDS)
    found = await api.data("query($id: IdNumber!) { naturalPerson(idNumber: $id) { id } }", {"id": id_number(1)})
    identifier: str = found["naturalPerson"]["id"]
    return identifier


async def denied(api: Api, viewer: Viewer = AGENCY) -> set[str]:
    """The items that are denied to a viewer."""
    answer = await api.ask(QUESTION, {"id": id_number(1)}, viewer)
    return {error["extensions"]["item"].rpartition(".")[0] for error in answer.get("errors", ())} | {
        error["extensions"]["item"] for error in answer.get("errors", ())
    }


async def code_of(api: Api, document: str, variables: dict[str, Any], viewer: Viewer = AGENCY) -> str:
    answer = await api.ask(document, variables, viewer)
    code: str = answer["errors"][0]["extensions"]["code"]
    return code


def consent(subject: str, **others: object) -> dict[str, Any]:
    said = {"subject": subject, "items": [NUMBER], "purpose": "TEST", "documentDigest": "ab" * 32}
    return {"input": said | {"until": (now() + timedelta(days=30)).isoformat()} | others}


async def test_what_needs_consent_is_given_of_who_consents_until_it_is_withdrawn(api: Api) -> None:
    subject = await fill(api)
    item = "NaturalPerson.housingFundAccounts"
    assert item in await denied(api)
    kept = (await api.data(RECORD, consent(subject)))["recordConsent"]
    assert item not in await denied(api)
    assert item in await denied(api, OTHER)
    assert await code_of(api, WITHDRAW, {"subject": subject, "id": kept}, OTHER) == "UNKNOWN_CONSENT"
    await api.data(WITHDRAW, {"subject": subject, "id": kept})
    assert item in await denied(api)
    assert await code_of(api, WITHDRAW, {"subject": subject, "id": kept}) == "UNKNOWN_CONSENT"


async def test_a_consent_that_cannot_be_meant_is_refused(api: Api) -> None:
    subject = await fill(api)
    for wrong in ({"items": ["name"]}, {"items": []}, {"until": "2001-01-01T00:00:00Z"}, {"documentDigest": "ab"}):
        assert await code_of(api, RECORD, consent(subject, **wrong)) == "INVALID_ARGUMENT"
    assert await code_of(api, RECORD, consent(subject), HEAD) == "NOT_YOURS"


async def test_the_head_of_the_unit_approves_a_case_and_nobody_approves_for_themselves(api: Api) -> None:
    await fill(api)
    item = "NaturalPerson.deathCertificate"
    until = (now() + timedelta(days=3)).isoformat()
    wish = {"entity": "NATURAL_PERSON", "items": [CAUSE], "purpose": "TEST; case=1", "until": until}
    assert item in await denied(api)
    assert await code_of(api, APPROVE, {"input": wish}) == "NOT_YOURS"
    assert await code_of(api, APPROVE, {"input": wish | {"purpose": "TEST"}}, HEAD) == "INVALID_ARGUMENT"
    await api.data(APPROVE, {"input": wish | {"purpose": "TEST; case=2"}}, HEAD)
    await asyncio.sleep(LEASE_SECONDS)
    assert item in await denied(api)
    await api.data(APPROVE, {"input": wish}, HEAD)
    await asyncio.sleep(LEASE_SECONDS)
    assert item not in await denied(api)
    assert item in await denied(api, OTHER)
