"""Over HTTP too a value appears only where a grant says so: every viewer and purpose, on every path at once."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from hub.access import Role, Viewer
from hub.catalog import EntityKind
from hub.store.grants import LEASE_SECONDS
from tests.granted import grant, issue, revoke_all
from tests.people import id_number
from tests.served import Api, department

PERSON = EntityKind.NATURAL_PERSON
ITEMS: Mapping[str, str] = {
    "name": "司马独一",
    "birthDate": "1977-07-07",
    "ethnicity": "畲族",
    "household.townOrSubdistrict": "440106021",
}
"""Items with values that nothing else in the answers holds."""
WAYS = ("spouse", "marriageRegistrations.spouse", "marriageRegistrations.recordedSubject")
FIELDS = "id name birthDate ethnicity { name } household { townOrSubdistrict { code } }"
PATHS: Mapping[str, str] = {
    "root": f"naturalPerson(idNumber: $one) {{ {FIELDS} }}",
    "list": f"naturalPersons(idNumbers: [$one]) {{ naturalPerson {{ {FIELDS} }} }}",
    "scheme": f"entity(scheme: ID_NUMBER, value: $number) {{ ... on NaturalPerson {{ {FIELDS} }} }}",
    "past": f'naturalPerson(idNumber: $one, asOf: {{validOn: "2024-06-01"}}) {{ {FIELDS} }}',
    "edge": f"naturalPerson(idNumber: $other) {{ spouse {{ person {{ {FIELDS} }} }} }}",
    "record": "naturalPerson(idNumber: $other) { marriageRegistrations { spouse { name person { name birthDate } } } }",
    "search": f"searchNaturalPersons(name: $name) {{ edges {{ node {{ {FIELDS} }} }} }}",
    "diff": "naturalPerson(idNumber: $one) { diff(from: 1, to: 2) { differences { before { text code } } } }",
    "history": "naturalPerson(idNumber: $one) { "
    + " ".join(
        f'{item}: history(item: "{item}") {{ value {{ text code }} }}' for item in ("name", "birthDate", "ethnicity")
    )
    + " }",
}
WELFARE, CREDIT, NONE = "WELFARE; case=1", "CREDIT; case=1", ""


def officer(agency: str, *roles: Role, divisions: tuple[str, ...] = ()) -> Viewer:
    return Viewer(agency, "o", frozenset(roles), divisions=divisions)


EXPECTED: Mapping[str, tuple[Viewer, Mapping[str, set[str]]]] = {
    "one item": (officer("甲", Role.QUERY_OFFICER), {WELFARE: {"name"}, CREDIT: {"name"}, NONE: {"name"}}),
    "for a purpose": (officer("乙", Role.QUERY_OFFICER), {WELFARE: set(ITEMS), CREDIT: set(), NONE: set()}),
    "forbidden by law": (
        officer("丙", Role.QUERY_OFFICER),
        {WELFARE: {"ethnicity"}, CREDIT: set(), NONE: {"ethnicity"}},
    ),
    "elsewhere": (
        officer("乙", Role.QUERY_OFFICER, divisions=("440113",)),
        {WELFARE: set(), CREDIT: set(), NONE: set()},
    ),
    "masked": (officer("丁", Role.QUERY_OFFICER), {WELFARE: {"birthDate"}, NONE: {"birthDate"}}),
    "nobody's": (officer("戊", Role.QUERY_OFFICER), {WELFARE: set(), CREDIT: set(), NONE: set()}),
    "verifier": (officer("乙", Role.VERIFIER), {WELFARE: set()}),
    "auditor": (officer("乙", Role.AUDITOR), {WELFARE: set()}),
    "administrator": (officer("乙", Role.SECURITY_ADMINISTRATOR), {WELFARE: set()}),
    "manager": (officer("乙", Role.INFORMATION_MANAGER), {WELFARE: set()}),
    "catalog office": (officer("乙", Role.CATALOG_OFFICE), {WELFARE: set()}),
    "developer": (officer("乙", Role.DEVELOPER), {WELFARE: set()}),
    "department": (
        department("PUBLIC_SECURITY"),
        {WELFARE: set(ITEMS), CREDIT: set(ITEMS) - {"ethnicity"}},
    ),
    "another department": (department("TAX"), {WELFARE: set()}),
}


REFUSED = [
    ("one item", WELFARE, "FIELD_NOT_GRANTED"),
    ("for a purpose", NONE, "FIELD_NOT_FOR_PURPOSE"),
    ("forbidden by law", CREDIT, "FIELD_FORBIDDEN"),
    ("nobody's", WELFARE, "FIELD_NOT_GRANTED"),
    ("auditor", WELFARE, "FIELD_NOT_GRANTED"),
]
"""Who is refused the origin of a person for which purpose, and with which code."""


async def fill(api: Api) -> None:
    one, other = id_number(1, "19770707"), id_number(2)
    person = {"idNumber": one, "name": "司马独一", "ethnicity.code": "22", "townOrSubdistrict": "440106021"}
    await api.office.household(person, {"idNumber": other, "name": "王某某", "townOrSubdistrict": "440106022"})
    wife = {"recordedSubject.idNumber": other, "recordedSubject.name": "王某某"}
    husband = {"spouse.idNumber": one, "spouse.name": "司马独一"}
    said = {"marriedOn": "2020-05-20", "issuingAuthority": "天河区民政局", "maritalStatus": "20"}
    summary = await api.office.marriage(wife | husband | said)
    assert [result.reason for result in summary.results if result.reason] == []
    await revoke_all(api.services.database)
    held = [
        grant(PERSON, ["name"], agency="甲"),
        grant(PERSON, [*ITEMS, *WAYS], agency="乙", purpose="WELFARE"),
        grant(PERSON, ["ethnicity"], agency="丙"),
        grant(PERSON, ["name", "birthDate"], agency="丁", masked=True),
    ]
    await issue(api.services.database, *held)
    await asyncio.sleep(LEASE_SECONDS)


async def shown(api: Api, viewer: Viewer, purpose: str) -> dict[str, set[str]]:
    """The items of which a value appears in the answer, by path."""
    paths = " ".join(f"{name}: {path}" for name, path in PATHS.items())
    document = f"query($one: IdNumber!, $other: IdNumber!, $number: String!, $name: String!) {{ {paths} }}"
    one = id_number(1, "19770707")
    variables = {"one": one, "other": id_number(2), "number": one, "name": "司马独一"}
    body: dict[str, Any] = {"query": document, "variables": variables}
    headers = api.headers(viewer) | {"Hub-Purpose": purpose}
    answer = (await api.client.post("/graphql", json=body, headers=headers)).json()
    told = {name: msgspec.json.encode(value).decode() for name, value in (answer["data"] or {}).items()}
    assert not any(marker in str(answer.get("errors")) for marker in ITEMS.values())
    return {name: {item for item, marker in ITEMS.items() if marker in told.get(name, "")} for name in PATHS}


async def refused(api: Api, viewer: Viewer, purpose: str) -> str:
    """The code with which somebody's origin is denied."""
    body = {"query": "query($one: IdNumber!) { naturalPerson(idNumber: $one) { ethnicity { name } } }"}
    headers = api.headers(viewer) | {"Hub-Purpose": purpose}
    asked = body | {"variables": {"one": id_number(1, "19770707")}}
    answer = (await api.client.post("/graphql", json=asked, headers=headers)).json()
    code: str = answer["errors"][0]["extensions"]["code"]
    return code


async def test_a_value_appears_on_a_path_only_where_a_grant_says_so(api: Api) -> None:
    await fill(api)
    for name, (viewer, purposes) in EXPECTED.items():
        for purpose, expected in purposes.items():
            found = await shown(api, viewer, purpose)
            for path, items in found.items():
                assert items <= expected, (name, purpose, path)
            assert found["root"] == found["list"] == found["scheme"] == found["past"] == expected, (name, purpose)
    for name, purpose, code in REFUSED:
        assert await refused(api, EXPECTED[name][0], purpose) == code, (name, purpose)
    everything = await shown(api, EXPECTED["for a purpose"][0], WELFARE)
    assert {path for path, items in everything.items() if items} == set(PATHS) - {"diff"}
