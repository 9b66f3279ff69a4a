"""What a refusal asks of the database: nothing, and of somebody who is hidden what nobody would cost."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graphql_schema.global_id import global_id
from hub.access import Role, Viewer
from hub.catalog import EntityKind
from hub.clock import now
from hub.identifiers.entity_id import new_id
from hub.sql import name_of
from tests.desk.test_edges import Counted, counted
from tests.people import id_number
from tests.served import AGENCY

__all__ = ["counted"]
NEAR, FAR, UNKNOWN = id_number(1), id_number(2), id_number(9)
TIANHE = replace(AGENCY, divisions=("440106",))
FIELDS = "name birthDate household { townOrSubdistrict { code } }"
BOMB = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(20))
REFUSED: Mapping[str, str] = {
    "a fragment bomb": f"{{ ...F0 }} {BOMB} fragment F20 on Query {{ {' '.join(['me { agency }'] * 30)} }}",
    "a thousand aliases": "{ " + " ".join(f"a{n}: me {{ agency }}" for n in range(1_000)) + " }",
    "too deep": "{ naturalPerson(idNumber: $one) " + "{ spouse { person " * 40 + "{ name }" + "}}" * 40 + " }",
    "too many directives": "{ me " + "@include(if: true) " * 200 + "{ agency } }",
    "too many keys": f"{{ naturalPersons(idNumbers: {[NEAR] * 1_001}) {{ outcome }} }}".replace("'", '"'),
    "an unknown field": "{ naturalPerson(idNumber: $one) { nickname } }",
    "a misspelt number": '{ naturalPerson(idNumber: "1") { name } }',
    "no document": "{",
}
ASKED: Mapping[str, str] = {
    "look-up": f"query($number: IdNumber!) {{ naturalPerson(idNumber: $number) {{ {FIELDS} }} }}",
    "list": f"query($number: IdNumber!) {{ naturalPersons(idNumbers: [$number]) {{ naturalPerson {{ {FIELDS} }} }} }}",
    "scheme": "query($text: String!) { entity(scheme: ID_NUMBER, value: $text) { version } }",
    "id": f"query($id: ID!) {{ node(id: $id) {{ ... on NaturalPerson {{ {FIELDS} }} }} }}",
    "past": """query($number: IdNumber!) {
        naturalPerson(idNumber: $number, asOf: {validOn: "2024-06-01"}) { name birthDate } }""",
    "version": "query($number: IdNumber!) { naturalPerson(idNumber: $number, asOf: {version: 1}) { name } }",
    "nested": "query($number: IdNumber!) { naturalPerson(idNumber: $number) "
    "{ name spouse { person { name } } versions { nodes { version } } identifiers { value } } }",
    "changes": "query($id: ID!) { changesOf(id: $id) { nodes { version } } }",
    "verify": 'query($number: IdNumber!) { verifyIdentity(idNumber: $number, name: "王家远") }',
}
"""Every way to ask about somebody whose key is known."""


async def sent(api: Counted, query: str, viewer: Viewer, variables: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """The answer, and every statement about entities that reached the server for it."""
    api.statements.clear()
    body = {"query": query, "variables": variables}
    answer = (await api.client.post("/graphql", json=body, headers=api.headers(viewer))).json()
    return answer, list(api.statements)


async def fill(api: Counted) -> None:
    await api.office.household(
        {"idNumber": NEAR, "name": "王家近", "townOrSubdistrict": "440106001"},
        {"idNumber": FAR, "name": "王家远", "townOrSubdistrict": "440113001"},
    )


async def test_a_query_that_is_refused_sends_no_statement(counted: Counted) -> None:
    for what, query in REFUSED.items():
        answer, statements = await sent(counted, query, AGENCY, {})
        assert answer["errors"], what
        assert statements == [], what
    entitled, statements = await sent(counted, ASKED["look-up"], AGENCY, {"number": NEAR})
    assert "errors" not in entitled
    assert statements, "what is not refused is seen here"


async def test_who_is_given_nothing_has_nothing_read_of_anybody(counted: Counted) -> None:
    await fill(counted)
    for role in (Role.AUDITOR, Role.SECURITY_ADMINISTRATOR, Role.INFORMATION_MANAGER, Role.DEVELOPER):
        viewer = Viewer("platform office", f"{role}-1", frozenset({role}))
        for way in ("look-up", "list", "scheme", "past", "version"):
            answer, statements = await sent(counted, ASKED[way], viewer, {"number": NEAR, "text": NEAR})
            assert {error["extensions"]["code"] for error in answer["errors"]} == {"FIELD_NOT_GRANTED"}, way
            assert set(map(name_of, statements)) <= {"known_time.settled"}, (role, way)


async def test_who_lives_elsewhere_costs_the_statements_of_who_does_not_exist(counted: Counted) -> None:
    await fill(counted)
    found = await counted.data("query($number: IdNumber!) { naturalPerson(idNumber: $number) { id } }", {"number": FAR})
    far: dict[str, Any] = {"number": FAR, "text": FAR, "id": found["naturalPerson"]["id"]}
    nobody = {"number": UNKNOWN, "text": UNKNOWN, "id": global_id(EntityKind.NATURAL_PERSON, new_id(now()))}
    for way, query in ASKED.items():
        await sent(counted, query, TIANHE, nobody)  # what the first question of its kind reads
        unknown, of_unknown = await sent(counted, query, TIANHE, nobody)
        hidden, of_hidden = await sent(counted, query, TIANHE, far)
        assert of_hidden == of_unknown, way
        assert hidden["data"] == unknown["data"], way
        assert [error["message"] for error in hidden.get("errors", [])] == [
            error["message"] for error in unknown.get("errors", [])
        ], way
        told, of_told = await sent(counted, query, AGENCY, far)
        assert told["data"] != hidden["data"], way
        assert of_told, way
