"""Edges between entities: where they lead, by which record, what they do not tell, and what they cost."""

import math
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from hub.access import Viewer
from hub.catalog import Model
from hub.settings import Settings
from hub.sql import name_of
from hub.store.pool import open_pool
from hub.vault.cipher import Vault
from tests.conftest import services_on
from tests.offices import Values
from tests.people import credit_code, id_number
from tests.served import AGENCY, Api, department, served

MOTHER, FATHER, WIFE = id_number(2), id_number(3), id_number(4)
CHILD = id_number(1, birth="20150601")


BESIDES = {"sessions", "grants", "budgets"}


@dataclass
class Counted(Api):
    """A hub of one connection, with every statement that reached its server."""

    statements: list[str] = field(default_factory=list)

    def note(self, statement: str) -> None:
        """Keep a statement that reads entities, and not what is read of sessions, grants and budgets besides."""
        name = name_of(statement)  # none where the driver asks for itself
        if name and name.partition(".")[0] not in BESIDES:
            self.statements.append(statement)


@pytest.fixture
async def counted(
    database_url: str, model: Model, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Counted]:
    monkeypatch.setattr("hub.store.catalogs.FRESH_SECONDS", math.inf)  # or the catalog is looked for meanwhile
    monkeypatch.setattr("hub.store.pool.PLANNED_ONCE", 1)
    database = await open_pool(Settings(pool_size=1), database_url)
    services = services_on(database, model, vault)
    async with served(services) as client:
        api = Counted(client, services)
        async with database.connection() as connection, database.planned_connection() as planned:
            await services.desk.catalogs.in_force(connection)  # which the first question of a process reads
            for one in (connection, planned):
                one.add_query_logger(lambda query: api.note(query.query))
        yield api
    await database.close()


async def people(api: Api, *numbers: str) -> None:
    await api.office.household(*({"idNumber": number, "name": f"人{number[14:17]}"} for number in numbers))


async def births(api: Api, *lines: Values) -> None:
    summary = await api.office.deliver("health", "birthCertificate", lines)
    assert [result.reason for result in summary.results if result.reason] == []


async def marriages(api: Api, *lines: Values) -> None:
    summary = await api.office.marriage(*({"issuingAuthority": "天河区民政局", **line} for line in lines))
    assert [result.reason for result in summary.results if result.reason] == []


def birth(place: int, child: str, **parents: str) -> Values:
    named = {f"{role}.idNumber": number for role, number in parents.items()}
    return {"recordedSubject.idNumber": child, "certificateNumber": f"B1{place:08d}", "newbornName": "新生儿", **named}


async def insured(api: Api, *lines: Values) -> None:
    rows = (
        {
            "socialSecurityNumber": f"SS-{line['recordedSubject.idNumber']}",
            "insuranceType": "养老",
            "enrolledOn": "2015-07",
            **line,
        }
        for line in lines
    )
    summary = await api.office.deliver("social_security", "socialInsurances", rows)
    assert [result.reason for result in summary.results if result.reason] == []


async def company(api: Api, place: int, representative: str) -> None:
    await api.office.business(
        {
            "creditCode": credit_code(place),
            "name": f"第{place}公司",
            "legalRepresentative.name": "某人",
            "legalRepresentative.idNumber": representative,
        }
    )


async def person(api: Api, number: str, fields: str, viewer: Viewer = AGENCY) -> dict[str, Any]:
    query = f"query($id: IdNumber!) {{ naturalPerson(idNumber: $id) {{ {fields} }} }}"
    found: dict[str, Any] = (await api.data(query, {"id": number}, viewer))["naturalPerson"]
    return found


WALK = """query($ids: [IdNumber!]!) { naturalPersons(idNumbers: $ids) { naturalPerson { name
  parents { role match source { register recordType validFrom department } person { name
    employers { role match source { recordType } legalEntity { name creditCode
      representatives { role source { recordType } person { name
        positions { role source { register } legalEntity { name creditCode } } } } } } } } } } }"""


async def test_one_query_walks_over_five_levels_with_one_statement_for_each(counted: Counted) -> None:
    boss = id_number(9)
    await people(counted, CHILD, MOTHER, FATHER, boss)
    await births(counted, birth(1, CHILD, mother=MOTHER, father=FATHER))
    for place in (1, 2, 3):
        await company(counted, place, boss)
    await insured(counted, {"recordedSubject.idNumber": MOTHER, "employer.creditCode": credit_code(1)})
    counted.statements.clear()
    (result,) = (await counted.data(WALK, {"ids": [CHILD]}))["naturalPersons"]
    assert len(counted.statements) == 5
    mother, father = sorted(result["naturalPerson"]["parents"], key=lambda tie: str(tie["role"]), reverse=True)
    assert (mother["role"], mother["match"], mother["person"]["name"]) == ("mother", "IDENTITY_NUMBER", "人002")
    assert mother["source"]["recordType"] == "birthCertificate"
    assert father["person"]["employers"] == []
    (employer,) = mother["person"]["employers"]
    assert (employer["match"], employer["source"]) == ("CREDIT_CODE", {"recordType": "socialInsurances"})
    (representative,) = employer["legalEntity"]["representatives"]
    assert representative["person"]["name"] == "人009"
    assert {position["legalEntity"]["name"] for position in representative["person"]["positions"]} == {
        "第1公司",
        "第2公司",
        "第3公司",
    }


async def test_fifty_people_cost_no_more_statements_than_one(counted: Counted) -> None:
    children = [id_number(place, birth="20150601") for place in range(50)]
    parents = [id_number(place) for place in range(50)]
    await people(counted, *children, *parents)
    await births(counted, *(birth(n, child, mother=parents[n]) for n, child in enumerate(children)))
    for n, parent in enumerate(parents):
        await company(counted, n, parent)
    await insured(
        counted,
        *(
            {"recordedSubject.idNumber": parent, "employer.creditCode": credit_code((n + 1) % 50)}
            for n, parent in enumerate(parents)
        ),
    )
    counted.statements.clear()
    results = (await counted.data(WALK, {"ids": children}))["naturalPersons"]
    assert len(counted.statements) == 5
    for n, result in enumerate(results):
        (mother,) = result["naturalPerson"]["parents"]
        (employer,) = mother["person"]["employers"]
        assert employer["legalEntity"]["name"] == f"第{(n + 1) % 50}公司"
        (representative,) = employer["legalEntity"]["representatives"]
        assert len(representative["person"]["positions"]) == 1


async def test_edges_of_one_level_that_ask_the_same_are_read_by_one_statement(counted: Counted) -> None:
    await people(counted, CHILD, MOTHER, FATHER, WIFE)
    await births(counted, birth(1, CHILD, mother=MOTHER, father=FATHER))
    await marriages(counted, {"recordedSubject.idNumber": FATHER, "marriedOn": "2010-05-01", "spouse.idNumber": MOTHER})
    counted.statements.clear()
    father = await person(counted, FATHER, "parents { person { name } } spouse { person { name } }")
    assert father == {"parents": [], "spouse": {"person": {"name": "人002"}}}
    assert len(counted.statements) == 2


async def test_views_whose_day_has_come_cost_four_statements_more_however_many_they_are(counted: Counted) -> None:
    await people(counted, MOTHER, FATHER, WIFE)
    for number in (MOTHER, FATHER):
        await counted.office.household({"idNumber": number, "name": "将来名", "_valid_from": date(2999, 1, 1)})
    async with counted.services.database.connection() as connection:
        await connection.execute("update state set valid_from = current_date - 1 where valid_from = '2999-01-01'")
        await connection.execute("update view set due_on = current_date - 1 where due_on is not null")
    for numbers, statements in (([MOTHER], 5), ([MOTHER, FATHER, WIFE], 5), ([WIFE], 1)):
        counted.statements.clear()
        asked = "query ($ids: [IdNumber!]!) { naturalPersons(idNumbers: $ids) { naturalPerson { name } } }"
        found = (await counted.data(asked, {"ids": numbers}))["naturalPersons"]
        names = [result["naturalPerson"]["name"] for result in found]
        assert names == ["人004" if number == WIFE else "将来名" for number in numbers]
        assert len(counted.statements) == statements


SPOUSE = "spouse { match source { validFrom } person { name } }"


async def test_a_spouse_is_shown_from_both_sides_though_one_record_names_the_other(api: Api) -> None:
    await people(api, FATHER, MOTHER)
    await marriages(api, {"recordedSubject.idNumber": FATHER, "marriedOn": "2010-05-01", "spouse.idNumber": MOTHER})
    for number, other in ((FATHER, "人002"), (MOTHER, "人003")):
        assert (await person(api, number, SPOUSE))["spouse"] == {
            "match": "IDENTITY_NUMBER",
            "source": {"validFrom": "2010-05-01"},
            "person": {"name": other},
        }


async def test_who_is_divorced_has_no_spouse_whichever_side_says_so(api: Api) -> None:
    await people(api, FATHER, MOTHER)
    pair = {"recordedSubject.idNumber": FATHER, "marriedOn": "2010-05-01", "spouse.idNumber": MOTHER}
    await marriages(api, pair, pair | {"recordedSubject.idNumber": MOTHER, "spouse.idNumber": FATHER})
    await marriages(api, pair | {"divorcedOn": "2020-01-01"})
    assert [(await person(api, number, SPOUSE))["spouse"] for number in (FATHER, MOTHER)] == [None, None]


async def test_who_married_again_has_the_new_spouse_and_the_former_one_none(api: Api) -> None:
    await people(api, FATHER, MOTHER, WIFE)
    first = {"recordedSubject.idNumber": FATHER, "marriedOn": "2010-05-01", "spouse.idNumber": MOTHER}
    await marriages(api, first, first | {"recordedSubject.idNumber": MOTHER, "spouse.idNumber": FATHER})
    await marriages(api, first | {"divorcedOn": "2015-01-01"})
    await marriages(api, {"recordedSubject.idNumber": WIFE, "marriedOn": "2016-01-01", "spouse.idNumber": FATHER})
    names = [((await person(api, number, SPOUSE))["spouse"] or {}).get("person") for number in (FATHER, MOTHER, WIFE)]
    assert names == [{"name": "人004"}, None, {"name": "人003"}]


async def test_a_parent_is_named_before_the_hub_knows_them_and_found_once_it_does(api: Api) -> None:
    await people(api, CHILD)
    await births(api, {**birth(1, CHILD, mother=MOTHER), "father.name": "李某"})
    fields = "parents { role match person { name children { role person { name } } } }"
    unknown = [{"role": role, "match": None, "person": None} for role in ("mother", "father")]
    assert (await person(api, CHILD, fields))["parents"] == unknown
    await people(api, MOTHER)
    mother, father = (await person(api, CHILD, fields))["parents"]
    assert father == unknown[1]
    assert mother == {
        "role": "mother",
        "match": "IDENTITY_NUMBER",
        "person": {"name": "人002", "children": [{"role": "mother", "person": {"name": "人001"}}]},
    }


async def test_an_adoption_is_told_by_no_edge_to_who_may_not_see_adoptions(api: Api) -> None:
    await people(api, CHILD, MOTHER)
    adoption = {"recordedSubject.idNumber": CHILD, "adoptionCertNumber": "穗收养1号", "adoptiveMother.idNumber": MOTHER}
    await api.office.deliver("civil_affairs", "adoptionRegistrations", [adoption])
    assert await person(api, CHILD, "parents { role }") == {"parents": []}
    assert await person(api, MOTHER, "children { role }") == {"children": []}
    told = await person(api, CHILD, "parents { role }", viewer=department("CIVIL_AFFAIRS"))
    assert told == {"parents": [{"role": "adoptiveMother"}]}


async def test_several_records_that_name_one_employer_make_one_tie_and_those_that_ended_none(api: Api) -> None:
    await people(api, MOTHER)
    for place in (1, 2):
        await company(api, place, FATHER)
    line = {"recordedSubject.idNumber": MOTHER, "employer.creditCode": credit_code(1)}
    await insured(api, line, line | {"insuranceType": "医疗", "enrolledOn": "2016-01"})
    await insured(api, line | {"employer.creditCode": credit_code(2), "insuranceType": "失业", "stoppedOn": "2014-01"})
    mother = await person(
        api, MOTHER, "employers { role source { validFrom } alsoSaidBy { validFrom } legalEntity { name } }"
    )
    assert mother["employers"] == [
        {
            "role": "employer",
            "source": {"validFrom": "2016-01-01"},
            "alsoSaidBy": [{"validFrom": "2015-07-01"}],
            "legalEntity": {"name": "第1公司"},
        }
    ]


async def test_a_reference_is_governed_by_its_item_and_who_it_leads_to_by_their_own(api: Api) -> None:
    await people(api, FATHER)
    await company(api, 1, FATHER)
    query = """query($code: CreditCode!) { legalEntity(creditCode: $code) {
        businessRegistration { legalRepresentative { name idNumber person { __typename name } } } } }"""
    answer = await api.ask(query, {"code": credit_code(1)}, department("MARKET_REGULATION"))
    shown = answer["data"]["legalEntity"]["businessRegistration"]["legalRepresentative"]
    assert shown == {"name": "某人", "idNumber": FATHER, "person": {"__typename": "NaturalPerson", "name": None}}
    assert [error["extensions"]["item"] for error in answer["errors"]] == ["NaturalPerson.name"]


EMPLOYERS = "employers { match role legalEntity { name } }"


async def test_an_employer_is_found_by_a_number_that_some_record_gives_together_with_its_code(api: Api) -> None:
    await people(api, MOTHER, FATHER)
    number = {"employerSocialSecurityNumber": "sb-440106-7"}
    await insured(api, {"recordedSubject.idNumber": MOTHER, "employerName": "旧称", **number})
    unknown = {"match": None, "role": "employer", "legalEntity": None}
    assert (await person(api, MOTHER, EMPLOYERS))["employers"] == [unknown]
    await insured(api, {"recordedSubject.idNumber": FATHER, "employer.creditCode": credit_code(1), **number})
    assert (await person(api, MOTHER, EMPLOYERS))["employers"] == [unknown]
    await company(api, 1, FATHER)
    known = {"match": "EMPLOYER_NUMBER", "role": "employer", "legalEntity": {"name": "第1公司"}}
    assert (await person(api, MOTHER, EMPLOYERS))["employers"] == [known]
    await company(api, 2, FATHER)
    other = {
        "employer.creditCode": credit_code(2),
        "employerSocialSecurityNumber": "SB4401067",
        "insuranceType": "医疗",
    }
    await insured(api, {"recordedSubject.idNumber": FATHER, **other})
    assert (await person(api, MOTHER, EMPLOYERS))["employers"] == [unknown]


async def test_an_employer_is_found_by_its_name_only_while_no_other_bears_it(counted: Counted) -> None:
    await people(counted, MOTHER)
    await counted.office.business({"creditCode": credit_code(1), "name": "基准（广州）公司"})
    await insured(counted, {"recordedSubject.idNumber": MOTHER, "employerName": "基准(广州) 公司"})
    counted.statements.clear()
    assert (await person(counted, MOTHER, EMPLOYERS))["employers"] == [
        {"match": "NAME", "role": "employer", "legalEntity": {"name": "基准（广州）公司"}}
    ]
    assert len(counted.statements) == 2
    await counted.office.business({"creditCode": credit_code(2), "name": "基准(广州)公司"})
    assert [tie["match"] for tie in (await person(counted, MOTHER, EMPLOYERS))["employers"]] == [None]


async def test_an_authority_that_a_record_names_is_found_and_says_by_what(api: Api) -> None:
    await people(api, MOTHER)
    await api.office.business({"creditCode": credit_code(1), "name": "天河区民政局"})
    await marriages(api, {"recordedSubject.idNumber": MOTHER, "marriedOn": "2010-05-01"})
    fields = "marriageRegistrations { issuingAuthority { match legalEntity { creditCode } } }"
    (marriage,) = (await person(api, MOTHER, fields))["marriageRegistrations"]
    assert marriage["issuingAuthority"] == {"match": "NAME", "legalEntity": {"creditCode": credit_code(1)}}
