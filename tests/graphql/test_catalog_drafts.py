"""The catalog is changed over GraphQL by two officers: drafted, approved, published, all of it kept."""

import asyncio
from typing import Any

import pytest

from hub.access import Role, Viewer
from hub.clock import now
from hub.intake.drafts import Said, draft_model
from hub.stewardship.catalog_draft import THE_MACHINE
from tests.intake.test_catalog import let_marriages_name_first
from tests.people import id_number
from tests.served import AGENCY, DEVELOPER, Api, department


def officer(name: str) -> Viewer:
    return Viewer(agency="platform office", officer=name, roles=frozenset({Role.CATALOG_OFFICE}))


DRAFTER, SECOND = officer("office-1"), officer("office-2")
SHOWN = "id state entity item after next steps { state officer words } changes { topic name before after }"
DRAFT = f"mutation($input: DraftCatalogChangeInput!) {{ draftCatalogChange(input: $input) {{ {SHOWN} }} }}"
APPROVE = f'mutation($id: ID!) {{ approveCatalogChange(id: $id, reason: "已核对") {{ {SHOWN} }} }}'
PUBLISH = f"""mutation($id: ID!, $approval: String! = "") {{
    publishCatalogChange(id: $id, approval: $approval) {{ {SHOWN} }} }}"""
WITHDRAW = f'mutation($id: ID!) {{ withdrawCatalogChange(id: $id, reason: "不再需要") {{ {SHOWN} }} }}'
LIST = f"""query($state: CatalogDraftState, $first: Int, $after: String) {{
    catalogChanges(state: $state, first: $first, after: $after) {{
        nodes {{ {SHOWN} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
TERMS = {"type": "CONDITIONAL", "modes": ["QUERY", "VERIFY"], "months": 6, "masked": True, "basis": "《条例》第八条"}
CLOSED = {"type": "NOT_SHARED", "modes": [], "basis": "《条例》第九条"}


def change(**others: object) -> dict[str, Any]:
    said = {"entity": "NATURAL_PERSON", "item": "name", "terms": TERMS, "reason": "《条例》第八条"}
    return {"input": said | others}


async def drafted(api: Api, **others: object) -> Any:  # noqa: ANN401 - what JSON holds
    return (await api.data(DRAFT, change(**others), DRAFTER))["draftCatalogChange"]


async def moved(api: Api, document: str, made: Any, viewer: Viewer, **others: object) -> Any:  # noqa: ANN401
    (told,) = (await api.data(document, {"id": made["id"]} | others, viewer)).values()
    return told


async def code_of(api: Api, document: str, variables: dict[str, Any], viewer: Viewer) -> str:
    answer = await api.ask(document, variables, viewer)
    code: str = answer["errors"][0]["extensions"]["code"]
    return code


async def listed(api: Api, state: str | None = None) -> list[str]:
    found = (await api.data(LIST, {"state": state}, SECOND))["catalogChanges"]["nodes"]
    return [one["id"] for one in found]


async def name_in_force(api: Api) -> Any:  # noqa: ANN401
    question = "{ catalog { entity item catalogVersion sharing { type modes months masked basis } rules { source } } }"
    return next(
        one
        for one in (await api.data(question))["catalog"]
        if (one["entity"], one["item"]) == ("NATURAL_PERSON", "name")
    )


async def test_terms_are_in_force_once_a_second_officer_has_approved_and_one_has_published(api: Api) -> None:
    before = await name_in_force(api)
    made = await drafted(api)
    assert (made["state"], made["after"], made["next"]) == ("DRAFTED", 1, ["WITHDRAWN"])
    assert [(one["topic"], one["name"]) for one in made["changes"]] == [("SHARING", "name")]
    assert "months: 6" in made["changes"][0]["after"][0]
    approved = await moved(api, APPROVE, made, SECOND)
    assert (approved["state"], approved["next"]) == ("APPROVED", ["PUBLISHED", "WITHDRAWN"])
    assert await name_in_force(api) == before
    published = await moved(api, PUBLISH, made, DRAFTER)
    assert (published["state"], published["next"], published["changes"]) == ("PUBLISHED", [], made["changes"])
    assert [(one["state"], one["officer"], one["words"]) for one in published["steps"]] == [
        ("DRAFTED", "office-1", "《条例》第八条"),
        ("APPROVED", "office-2", "已核对"),
        ("PUBLISHED", "office-1", ""),
    ]
    after = await name_in_force(api)
    assert after == before | {"catalogVersion": 2, "sharing": TERMS}
    version = (
        "{ catalogVersions(first: 1) { nodes { number publishedBy reason changes { topic name before after } } } }"
    )
    assert (await api.data(version))["catalogVersions"]["nodes"] == [
        {"number": 2, "publishedBy": "office-1", "reason": "《条例》第八条", "changes": made["changes"]}
    ]


async def test_an_order_of_authority_goes_the_same_way(api: Api) -> None:
    sources = [rule["source"] for rule in (await name_in_force(api))["rules"]]
    made = await drafted(api, terms=None, authority=sources[::-1])
    assert [one["topic"] for one in made["changes"]] == ["AUTHORITY"]
    await moved(api, APPROVE, made, SECOND)
    await moved(api, PUBLISH, made, SECOND)
    assert [rule["source"] for rule in (await name_in_force(api))["rules"]] == sources[::-1]


async def test_nobody_approves_their_own_draft_and_nothing_is_published_unapproved(api: Api) -> None:
    made = await drafted(api)
    given = {"id": made["id"]}
    assert await code_of(api, APPROVE, given, DRAFTER) == "OWN_DRAFT"
    assert await code_of(api, PUBLISH, given, SECOND) == "DRAFT_STEP_NOT_POSSIBLE"
    codes = await asyncio.gather(*(api.ask(APPROVE, given, SECOND) for _ in range(4)))
    assert sorted("errors" in one for one in codes) == [False, True, True, True]
    assert (await name_in_force(api))["catalogVersion"] == 1
    for unknown in ("x", "00000000-0000-0000-0000-000000000000"):
        for document in (APPROVE, PUBLISH, WITHDRAW):
            assert await code_of(api, document, {"id": unknown}, SECOND) == "UNKNOWN_DRAFT"


async def test_a_draft_is_refused_where_the_catalog_has_moved_on_and_is_withdrawn(api: Api) -> None:
    made = await drafted(api)
    await moved(api, APPROVE, made, SECOND)
    await let_marriages_name_first(api.office.intake)
    assert await code_of(api, PUBLISH, {"id": made["id"]}, SECOND) == "CATALOG_CHANGED"
    assert (await listed(api, "APPROVED"), await listed(api, "PUBLISHED")) == ([made["id"]], [])
    assert (await moved(api, WITHDRAW, made, SECOND))["state"] == "WITHDRAWN"
    for document in (APPROVE, PUBLISH, WITHDRAW):
        assert await code_of(api, document, {"id": made["id"]}, SECOND) == "DRAFT_STEP_NOT_POSSIBLE"
    assert (await name_in_force(api))["catalogVersion"] == 2


async def test_of_two_approved_drafts_against_one_version_one_is_published(api: Api) -> None:
    made = [await drafted(api), await drafted(api, item="birthDate", terms=TERMS | {"masked": False})]
    for one in made:
        await moved(api, APPROVE, one, SECOND)
    answers = await asyncio.gather(*(api.ask(PUBLISH, {"id": one["id"]}, SECOND) for one in made))
    assert [error["extensions"]["code"] for one in answers for error in one.get("errors", [])] == ["CATALOG_CHANGED"]
    assert len(await listed(api, "PUBLISHED")) == len(await listed(api, "APPROVED")) == 1


async def test_an_item_is_shared_no_more_only_with_the_approval_of_the_government(api: Api) -> None:
    made = await drafted(api, terms=CLOSED)
    await moved(api, APPROVE, made, SECOND)
    assert await code_of(api, PUBLISH, {"id": made["id"]}, SECOND) == "REMOVAL_NOT_APPROVED"
    assert await code_of(api, PUBLISH, {"id": made["id"], "approval": " "}, SECOND) == "INVALID_ARGUMENT"
    assert (await name_in_force(api))["catalogVersion"] == 1
    published = await moved(api, PUBLISH, made, SECOND, approval="府函〔2024〕1号")
    assert published["steps"][-1]["words"] == "府函〔2024〕1号"
    assert (await name_in_force(api))["sharing"]["type"] == "NOT_SHARED"
    versions = await api.data("{ catalogVersions(first: 1) { nodes { reason } } }")
    assert versions["catalogVersions"]["nodes"][0]["reason"] == "《条例》第八条 · approved by 府函〔2024〕1号"


@pytest.mark.parametrize(
    "others",
    [
        {"terms": None},
        {"authority": ["household.name"]},
        {"terms": None, "authority": ["household.name"]},
        {"item": "no such item"},
        {"item": "birthDate"},
        {"terms": TERMS | {"modes": []}},
        {"terms": TERMS | {"months": 0}},
        {"terms": TERMS | {"forbidden": ["NO_SUCH_PURPOSE"]}},
        {"terms": TERMS | {"basis": f"见 {id_number(1)}"}},
        {"terms": TERMS | {"scope": [""]}},
        {"reason": " "},
        {"reason": f"见 {id_number(1)}"},
    ],
)
async def test_a_draft_that_could_never_be_published_is_not_kept(api: Api, others: dict[str, object]) -> None:
    assert await code_of(api, DRAFT, change(**others), DRAFTER) == "INVALID_ARGUMENT"
    assert await listed(api) == []


async def test_an_order_names_each_source_of_a_merged_item_once(api: Api) -> None:
    sources = [rule["source"] for rule in (await name_in_force(api))["rules"]]
    for wrong in (sources, sources[1:], [*sources, sources[0]]):
        assert await code_of(api, DRAFT, change(terms=None, authority=wrong), DRAFTER) == "INVALID_ARGUMENT"
    reversed_ = sources[::-1]
    for item in ("idNumber", "no such item"):
        assert await code_of(api, DRAFT, change(item=item, terms=None, authority=reversed_), DRAFTER) == (
            "INVALID_ARGUMENT"
        )
    assert await listed(api) == []


async def test_what_the_model_says_is_drafted_on_the_machine_and_published_by_two_officers(api: Api) -> None:
    await let_marriages_name_first(api.office.intake)
    said = Said(THE_MACHINE, now(), "《条例》第七条")
    database, model = api.services.database, api.services.model
    draft_id = await draft_model(database, model, said)
    (made,) = (await api.data(LIST, {}, SECOND))["catalogChanges"]["nodes"]
    assert (made["id"], made["entity"], made["item"], made["after"]) == (str(draft_id), None, None, 2)
    assert [(one["topic"], one["name"]) for one in made["changes"]] == [("AUTHORITY", "name")]
    assert (await moved(api, APPROVE, made, SECOND))["next"] == ["WITHDRAWN"]
    assert await code_of(api, PUBLISH, {"id": made["id"]}, SECOND) == "OWN_APPROVAL"
    await moved(api, PUBLISH, made, DRAFTER)
    assert (await name_in_force(api))["catalogVersion"] == 3
    assert await draft_model(database, model, said) is None


async def test_terms_that_are_in_force_already_are_no_change(api: Api) -> None:
    made = await drafted(api)
    await moved(api, APPROVE, made, SECOND)
    await moved(api, PUBLISH, made, SECOND)
    assert await code_of(api, DRAFT, change(), DRAFTER) == "INVALID_ARGUMENT"


async def test_drafts_are_read_page_by_page_and_by_state(api: Api) -> None:
    made = [(await drafted(api))["id"] for _ in range(3)]
    await moved(api, WITHDRAW, {"id": made[1]}, DRAFTER)
    page = (await api.data(LIST, {"first": 2}, SECOND))["catalogChanges"]
    rest = (await api.data(LIST, {"first": 2, "after": page["pageInfo"]["endCursor"]}, SECOND))["catalogChanges"]
    assert [one["id"] for one in page["nodes"] + rest["nodes"]] == made
    assert (page["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert (await listed(api, "DRAFTED"), await listed(api, "WITHDRAWN")) == ([made[0], made[2]], [made[1]])
    assert await code_of(api, LIST, {"after": "x"}, SECOND) == "INVALID_CURSOR"


async def test_only_the_catalog_office_has_to_do_with_drafts_and_every_order_is_logged(api: Api) -> None:
    made = await drafted(api)
    for viewer in (AGENCY, DEVELOPER, department("CIVIL_AFFAIRS")):
        assert await code_of(api, DRAFT, change(), viewer) == "PUBLISH_NOT_GRANTED"
        assert await code_of(api, LIST, {}, viewer) == "PUBLISH_NOT_GRANTED"
        for document in (APPROVE, PUBLISH, WITHDRAW):
            assert await code_of(api, document, {"id": made["id"]}, viewer) == "PUBLISH_NOT_GRANTED"
    assert await code_of(api, APPROVE, {"id": made["id"]}, DRAFTER) == "OWN_DRAFT"
    async with api.services.database.connection() as connection:
        rows = await connection.fetch("select operation, officer, items, denied from audit.access_log order by at")
    name = ["NaturalPerson.name"]
    steps = [f"catalog change: {state}" for state in ("APPROVED", "PUBLISHED", "WITHDRAWN")]
    refused: list[tuple[object, ...]] = []
    for who in ("officer-1", "developer-1", "reporter-1"):
        refused.append(("draft catalog change", who, [], name))
        refused += [(step, who, [], [made["id"]]) for step in steps]
    assert [tuple(row) for row in rows] == [
        ("draft catalog change", "office-1", name, []),
        *refused,
        (steps[0], "office-1", [made["id"]], []),
    ]
