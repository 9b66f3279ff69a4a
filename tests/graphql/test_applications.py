"""Applications over GraphQL: asked with a legal basis, answered by the department, confirmed, provided, granted."""

import asyncio
from typing import Any

import pytest

from hub.access import Role, Viewer
from hub.store.grants import LEASE_SECONDS
from tests.granted import revoke_all
from tests.people import id_number
from tests.served import AGENCY, Api, department

OFFICE = Viewer(agency="platform office", officer="catalog-1", roles=frozenset({Role.CATALOG_OFFICE}))
POLICE = department("PUBLIC_SECURITY")
OTHER = Viewer(agency="another agency", officer="o", roles=frozenset({Role.QUERY_OFFICER}))
SHOWN = "id stage due overdue byCalendar steps months department history { step party words published }"
APPLY = f"mutation($input: ApplyForSharingInput!) {{ applyForSharing(input: $input) {{ {SHOWN} }} }}"
ADVANCE = f"""mutation($id: ID!, $step: ApplicationStep!, $words: String! = "") {{
    advanceApplication(id: $id, step: $step, words: $words) {{ {SHOWN} }} }}"""
LIST = "{ sharingApplications { nodes { id stage } pageInfo { hasNextPage } } }"
BIRTH = {"item": "birthDate", "basis": "《社会救助暂行办法》第五十八条"}


def asking(*items: dict[str, str], **others: object) -> dict[str, Any]:
    said = {"entity": "NATURAL_PERSON", "items": list(items) or [BIRTH], "purpose": "TEST"}
    return {"input": said | others}


async def applied(api: Api, *items: dict[str, str], **others: object) -> Any:  # noqa: ANN401 - what JSON holds
    return (await api.data(APPLY, asking(*items, **others)))["applyForSharing"]


async def step(api: Api, made: Any, name: str, viewer: Viewer, words: str = "") -> Any:  # noqa: ANN401
    answer = await api.data(ADVANCE, {"id": made["id"], "step": name, "words": words}, viewer)
    return answer["advanceApplication"]


async def code_of(api: Api, document: str, variables: dict[str, Any], viewer: Viewer) -> str:
    answer = await api.ask(document, variables, viewer)
    code: str = answer["errors"][0]["extensions"]["code"]
    return code


async def test_what_is_applied_for_is_granted_once_it_is_provided(api: Api) -> None:
    await api.office.household({"idNumber": id_number(1), "name": "甲"})
    await revoke_all(api.services.database)
    await asyncio.sleep(LEASE_SECONDS)
    question = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { birthDate } }"
    assert await code_of(api, question, {"id": id_number(1)}, AGENCY) == "FIELD_NOT_GRANTED"
    made = await applied(api)
    assert (made["stage"], made["steps"], made["department"]) == ("DECISION", ["WITHDRAW"], "PUBLIC_SECURITY")
    made = await step(api, made, "APPROVE", POLICE)
    assert (made["stage"], made["steps"]) == ("PROVISION", ["PROVIDE"])
    made = await step(api, made, "PROVIDE", POLICE)
    assert (made["stage"], made["due"], made["steps"]) == ("PROVIDED", None, [])
    await asyncio.sleep(LEASE_SECONDS)
    assert (await api.data(question, {"id": id_number(1)}))["naturalPerson"] == {"birthDate": "1990-01-01"}
    (grant,) = [
        one
        for one in (await api.data("{ me { grants { basis state items endsSoon } } }"))["me"]["grants"]
        if one["basis"] == "APPLICATION"
    ]
    assert grant == {"basis": "APPLICATION", "state": "IN_FORCE", "items": ["birthDate"], "endsSoon": False}


async def test_what_is_sensitive_is_approved_twice(api: Api) -> None:
    made = await applied(api, {"item": "minimumLivingAllowances.certNumber", "basis": "《办法》第一条"})
    civil = department("CIVIL_AFFAIRS")
    made = await step(api, made, "APPROVE", civil)
    assert (made["stage"], made["steps"]) == ("CONFIRMATION", [])
    assert await code_of(api, ADVANCE, {"id": made["id"], "step": "CONFIRM"}, civil) == "NOT_YOUR_STEP"
    assert (await step(api, made, "CONFIRM", OFFICE))["stage"] == "PROVISION"


async def test_a_refusal_goes_to_mediation_whose_result_everybody_reads_and_on_to_the_ruling(api: Api) -> None:
    made = await applied(api)
    made = await step(api, made, "REFUSE", POLICE, "超出职责范围")
    made = await step(api, made, "ASK_MEDIATION", AGENCY)
    made = await step(api, made, "REFER", OFFICE, "双方未达成一致")
    assert made["history"][-1]["published"]
    told = (await api.data("{ mediations { application settled words items } }", viewer=OTHER))["mediations"]
    assert told == [{"application": made["id"], "settled": False, "words": "双方未达成一致", "items": ["birthDate"]}]
    made = await step(api, made, "REVIEW", OFFICE)
    made = await step(api, made, "RULE_FOR", OFFICE)
    assert made["stage"] == "PROVISION"
    assert (await step(api, made, "PROVIDE", POLICE))["stage"] == "PROVIDED"


async def test_silence_lets_the_applicant_ask_for_mediation(api: Api) -> None:
    made = await applied(api)
    assert await code_of(api, ADVANCE, {"id": made["id"], "step": "ASK_MEDIATION"}, AGENCY) == "STEP_NOT_POSSIBLE"
    async with api.services.database.connection() as connection:
        await connection.execute("update application set submitted_at = submitted_at - interval '40 days'")
    (listed,) = (await api.data("{ sharingApplications { nodes { overdue steps } } }"))["sharingApplications"]["nodes"]
    assert listed == {"overdue": True, "steps": ["ASK_MEDIATION", "WITHDRAW"]}
    assert (await step(api, made, "ASK_MEDIATION", AGENCY))["stage"] == "MEDIATION"


@pytest.mark.parametrize(
    "items",
    [
        [{"item": "nothing", "basis": "x"}],
        [{"item": "birthDate", "basis": " "}],
        [{"item": "household.photo", "basis": "x"}],
        [BIRTH, {"item": "minimumLivingAllowances.certNumber", "basis": "x"}],
    ],
)
async def test_items_that_cannot_be_applied_for_are_refused(api: Api, items: list[dict[str, str]]) -> None:
    assert await code_of(api, APPLY, asking(*items), AGENCY) == "NOT_APPLICABLE"


async def test_who_has_nothing_to_do_with_an_application_does_not_learn_that_it_is_there(api: Api) -> None:
    made = await applied(api)
    assert await code_of(api, ADVANCE, {"id": made["id"], "step": "WITHDRAW"}, OTHER) == "UNKNOWN_APPLICATION"
    assert await code_of(api, ADVANCE, {"id": "nothing", "step": "WITHDRAW"}, AGENCY) == "UNKNOWN_APPLICATION"
    assert await code_of(api, APPLY, asking(), POLICE) == "APPLY_NOT_GRANTED"
    seen = {
        viewer.officer + viewer.agency: len((await api.data(LIST, viewer=viewer))["sharingApplications"]["nodes"])
        for viewer in (AGENCY, POLICE, OFFICE, OTHER, department("TAX"))
    }
    assert list(seen.values()) == [1, 1, 1, 0, 0]
