"""What the desk decides on, reads at once, logs and leaves out."""

from typing import Any
from uuid import UUID

import pytest

from graphql_schema.global_id import global_id
from hub.catalog import EntityKind, Model
from hub.clock import now
from hub.desk import desk
from hub.identifiers.entity_id import new_id
from hub.vault.cipher import Vault
from tests.people import credit_code, id_number
from tests.served import Api
from tests.traced import traced_api

PEOPLE = [id_number(place) for place in range(50)]


async def fill(api: Api, people: list[str]) -> None:
    """Each person represents one company and is employed by the next one's."""
    await api.office.household(*({"idNumber": number, "name": "王小明", "photo": "p"} for number in people))
    await api.office.business(
        *(
            {
                "creditCode": credit_code(place),
                "name": f"第{place}公司",
                "legalRepresentative.idNumber": number,
                "legalRepresentative.name": "王小明",
            }
            for place, number in enumerate(people)
        )
    )
    summary = await api.office.deliver(
        "social_security",
        "socialInsurances",
        [
            {
                "recordedSubject.idNumber": number,
                "recordedSubject.name": "王小明",
                "socialSecurityNumber": f"SS-1{place}",
                "insuranceType": "养老",
                "enrolledOn": "2015-07",
                "employer.creditCode": credit_code((place + 1) % len(people)),
            }
            for place, number in enumerate(people)
        ],
    )
    assert [result.reason for result in summary.results if result.reason] == []


async def log(api: Api) -> list[Any]:
    async with api.services.database.connection() as connection:
        return await connection.fetch("select * from audit.access_log order by at, position")


LEASES = ("sql.budgets.", "sql.catalog.", "sql.grants.", "sql.sessions.")
"""What a process asks now and then, however many questions it answers."""
WALK = """query($ids: [IdNumber!]!) { naturalPersons(idNumbers: $ids) { naturalPerson {
    positions { legalEntity { businessRegistration { legalRepresentative { person {
        socialInsurances { employer { legalEntity { name } } } } } } } } } } }"""


async def test_all_edges_of_one_level_are_read_in_one_round_trip(database_url: str, model: Model, vault: Vault) -> None:
    async with traced_api(database_url, model, vault) as (api, recorded):
        await fill(api, PEOPLE)
        await api.data(WALK, {"ids": PEOPLE})  # a process reads the catalog in force once
        recorded.spans_in_memory.clear()
        answer = await api.data(WALK, {"ids": PEOPLE})
        for place, result in enumerate(answer["naturalPersons"]):
            (position,) = result["naturalPerson"]["positions"]
            person = position["legalEntity"]["businessRegistration"]["legalRepresentative"]["person"]
            (insurance,) = person["socialInsurances"]
            assert insurance["employer"]["legalEntity"]["name"] == f"第{(place + 1) % 50}公司"
        assert recorded.names["desk.answer"] == 4
        asked = {
            name: count
            for name, count in recorded.names.items()
            if name.startswith("sql.") and not name.startswith(LEASES)
        }
        assert asked == {
            "sql.desk.answer": 4,
            "sql.audit.keep": 4,
        }


async def test_keys_that_several_fields_ask_for_are_looked_up_together(
    database_url: str, model: Model, vault: Vault
) -> None:
    async with traced_api(database_url, model, vault) as (api, recorded):
        await fill(api, PEOPLE[:3])
        recorded.spans_in_memory.clear()
        fields = " ".join(f'p{place}: naturalPerson(idNumber: "{PEOPLE[place]}") {{ name }}' for place in range(10))
        answer = await api.data(f"{{ {fields} }}")
        assert [person is not None for person in answer.values()] == [True] * 3 + [False] * 7
        assert recorded.names["sql.desk.answer"] == 1


async def test_access_is_decided_on_exactly_what_is_asked(api: Api) -> None:
    await fill(api, PEOPLE[:2])
    document = """query($id: IdNumber!, $no: Boolean!, $yes: Boolean!) { naturalPerson(idNumber: $id) {
        first: name second: name
        ...Person @include(if: $yes)
        ...Person
        ... on Entity { version ... on NaturalPerson { sex { code } } }
        ... on Node { id ... on LegalEntity { creditCode } }
        household @include(if: $no) { photo }
        other: household { source { register } }
    } }
    fragment Person on NaturalPerson { provenance { birthDate { absence } } ethnicity @skip(if: $yes) { code } }"""
    answer = await api.ask(document, {"id": PEOPLE[0], "no": False, "yes": True})
    assert "errors" not in answer, answer
    (row,) = await log(api)
    assert set(row["items"]) >= {"name", "sex", "household", "birthDate"}
    assert not set(row["items"]) & {"ethnicity", "household.photo", "creditCode", "idNumber"}
    assert row["denied"] == []


async def test_one_item_read_under_two_names_with_different_parts(api: Api) -> None:
    await fill(api, PEOPLE[:2])
    answer = await api.data(
        """query($id: IdNumber!) { naturalPerson(idNumber: $id) {
            a: positions { legalEntity { name } }
            b: positions { legalEntity { creditCode businessRegistration { a: legalRepresentative { name }
                                                                         b: legalRepresentative { idNumber } } } }
            socialInsurances { a: employer { creditCode } b: employer { legalEntity { name } } } } }""",
        {"id": PEOPLE[0]},
    )
    person = answer["naturalPerson"]
    assert person["a"] == [{"legalEntity": {"name": "第0公司"}}]
    assert person["b"] == [
        {
            "legalEntity": {
                "creditCode": credit_code(0),
                "businessRegistration": {"a": {"name": "王小明"}, "b": {"idNumber": PEOPLE[0]}},
            }
        }
    ]
    assert person["socialInsurances"] == [
        {"a": {"creditCode": credit_code(1)}, "b": {"legalEntity": {"name": "第1公司"}}}
    ]


async def test_fragments_that_double_each_other_read_what_they_name_once(api: Api) -> None:
    await fill(api, PEOPLE[:1])
    fragments = " ".join(f"fragment F{n} on NaturalPerson {{ ...F{n + 1} ...F{n + 1} }}" for n in range(20))
    document = f"query($id: IdNumber!) {{ naturalPerson(idNumber: $id) {{ ...F0 }} }} {fragments} "
    answer = await api.data(document + "fragment F20 on NaturalPerson { name }", {"id": PEOPLE[0]})
    assert answer["naturalPerson"] == {"name": "王小明"}


async def test_what_is_denied_is_not_in_the_answer_by_any_path(api: Api) -> None:
    await fill(api, PEOPLE[:1])
    answer = await api.ask(
        """query($id: IdNumber!) { naturalPerson(idNumber: $id) {
            x: household { photo ...H } household { y: photo } ... on NaturalPerson { z: household { ...H } } } }
        fragment H on HouseholdRegistration { w: photo }""",
        {"id": PEOPLE[0]},
    )
    assert answer["data"]["naturalPerson"] == {
        "x": {"photo": None, "w": None},
        "household": {"y": None},
        "z": {"w": None},
    }
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"FIELD_NOT_GRANTED"}
    assert {row["denied"][0] for row in await log(api)} == {"household.photo"}


async def test_a_node_is_found_by_the_very_id_that_the_hub_gave_out(api: Api) -> None:
    await fill(api, PEOPLE[:1])
    (person_id, legal_id) = [await only_id(api, kind) for kind in EntityKind]
    document = "query($id: ID!) { node(id: $id) { __typename id } }"
    own = global_id(EntityKind.NATURAL_PERSON, person_id)
    assert (await api.data(document, {"id": own}))["node"] == {"__typename": "NaturalPerson", "id": own}
    for foreign in (
        global_id(EntityKind.NATURAL_PERSON, legal_id),
        global_id(EntityKind.LEGAL_ENTITY, person_id),
        global_id(EntityKind.NATURAL_PERSON, new_id(now())),
    ):
        assert (await api.data(document, {"id": foreign}))["node"] is None
    for wrong in ("", "x", own + "=", own[:-1], own + "A", f" {own}", str(person_id), "王" * 23, "A" * 100_000):
        answer = await api.ask(document, {"id": wrong})
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID_ID"], wrong


async def only_id(api: Api, kind: EntityKind) -> UUID:
    async with api.services.database.connection() as connection:
        found: UUID = await connection.fetchval("select entity_id from view where kind = $1", kind.value)
    return found


async def test_who_is_referred_to_by_too_many_is_told_so_and_nothing_is_cut_off(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "MOST_REFERRERS", 3)
    await api.office.household({"idNumber": PEOPLE[0], "name": "王小明"})
    companies = [
        {"creditCode": credit_code(place), "name": "公司", "legalRepresentative.idNumber": PEOPLE[0]}
        for place in range(4)
    ]
    document = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { name positions { legalEntity { name } } } }"
    await api.office.business(*companies[:3])
    assert len((await api.data(document, {"id": PEOPLE[0]}))["naturalPerson"]["positions"]) == 3
    await api.office.business(companies[3])
    answer = await api.ask(document, {"id": PEOPLE[0]})
    assert answer["data"]["naturalPerson"] == {"name": "王小明", "positions": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["TOO_MANY_REFERRERS"]
