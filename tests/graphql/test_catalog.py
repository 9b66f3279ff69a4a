"""The catalog over GraphQL: what it says now and said then, its versions, and another that two officers publish."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from hub.access import Role, Viewer
from hub.catalog import EntityKind, SharingType, Terms
from hub.errors import RemovalNotApproved
from hub.intake.catalog import publish_catalog
from hub.intake.remerge import remerge
from hub.store.catalogs import Catalogs
from tests.feed.reader import Reader
from tests.intake.test_catalog import insured, marriage, pension, remerged
from tests.people import id_number
from tests.served import Api

OFFICE, OTHER = (
    Viewer(agency="platform office", officer=name, roles=frozenset({Role.CATALOG_OFFICE}))
    for name in ("office-1", "office-2")
)
PERSON = EntityKind.NATURAL_PERSON
CATALOG = """query($version: Int, $asOf: AsOf) { catalog(version: $version, asOf: $asOf) {
    entity item sensitivity deciders granted catalogVersion rules { source department standing basis since } } }"""
VERSIONS = """query($first: Int, $after: String) { catalogVersions(first: $first, after: $after) {
    nodes { number since until publishedBy reason followedSince progress { followers total }
            changes { topic entity name before after } }
    pageInfo { hasNextPage endCursor } } }"""
DRAFT = "mutation($input: DraftCatalogChangeInput!) { draftCatalogChange(input: $input) { id } }"
APPROVE = 'mutation($id: ID!) { approveCatalogChange(id: $id, reason: "已核对") { id } }'
PUBLISH = "mutation($id: ID!) { publishCatalogChange(id: $id) { id } }"


async def named_by(api: Api, **asked: object) -> Any:  # noqa: ANN401 - what JSON holds
    """What the catalog says of the names of persons."""
    items = (await api.data(CATALOG, asked))["catalog"]
    return next((one for one in items if (one["entity"], one["item"]) == ("NATURAL_PERSON", "name")), None)


async def reorder(api: Api) -> Any:  # noqa: ANN401 - what JSON holds
    """Let marriages decide names first, by two officers; gives the version that says so."""
    sources = [rule["source"] for rule in (await named_by(api))["rules"]]
    order = sorted(sources, key=lambda source: not source.startswith("marriage"))
    change = {"entity": "NATURAL_PERSON", "item": "name", "authority": order, "reason": "《管理办法》第七条"}
    draft = (await api.data(DRAFT, {"input": change}, OFFICE))["draftCatalogChange"]
    await api.data(APPROVE, draft, OTHER)
    await api.data(PUBLISH, draft, OFFICE)
    return (await api.data(VERSIONS, {"first": 1, "after": None}))["catalogVersions"]["nodes"][0]


async def test_the_catalog_answers_in_the_version_of_the_moment_asked_about(api: Api) -> None:
    before = await named_by(api)
    assert (before["catalogVersion"], before["deciders"][0]) == (1, "PUBLIC_SECURITY")
    published = await reorder(api)
    after = await named_by(api)
    assert (after["catalogVersion"], after["deciders"][0]) == (2, "CIVIL_AFFAIRS")
    assert await named_by(api, version=1) == before
    assert await named_by(api, version=2) == await named_by(api, asOf={"knownAt": published["since"]}) == after
    (first,) = (await api.data(VERSIONS, {"first": 1, "after": None}))["catalogVersions"]["nodes"]
    assert first["since"] == published["since"]
    assert await named_by(api, asOf={"knownAt": "2020-01-01"}) is None


async def test_a_moment_of_the_catalog_that_cannot_be_meant_is_refused(api: Api) -> None:
    for asked, code in (
        ({"version": 9}, "NO_SUCH_CATALOG_VERSION"),
        ({"version": 0}, "NO_SUCH_CATALOG_VERSION"),
        ({"version": 1, "asOf": {"validOn": "2024-01-01"}}, "AS_OF_CONTRADICTION"),
        ({"asOf": {"version": 1}}, "VERSION_OF_MANY"),
        ({"asOf": {"knownAt": "2999-01-01"}}, "KNOWN_TIME_IN_FUTURE"),
    ):
        answer = await api.ask(CATALOG, asked)
        assert [error["extensions"]["code"] for error in answer["errors"]] == [code], asked


async def test_rules_are_told_for_every_day_and_deciders_for_the_day_asked_about(api: Api) -> None:
    async with api.services.database.connection() as connection:
        catalog = await Catalogs(api.services.model).in_force(connection)
    names = catalog.content.authority[PERSON]["name"]
    later = (replace(names[-1], since=date(2030, 1, 1)), *names[:-1])
    authority = catalog.content.authority | {PERSON: catalog.content.authority[PERSON] | {"name": later}}
    await publish_catalog(
        api.services.database, api.services.model, 1, replace(catalog.content, authority=authority), "office-1", "later"
    )
    found = await named_by(api)
    assert (found["rules"][0]["since"], found["deciders"][0]) == ("2030-01-01", "PUBLIC_SECURITY")
    then = await named_by(api, asOf={"validOn": "2030-01-01"})
    assert (then["rules"], then["deciders"][0]) == (found["rules"], found["rules"][0]["department"])


async def test_every_version_says_who_published_it_why_what_it_changed_and_how_far_entities_follow(api: Api) -> None:
    await insured(api.office, pension(1), pension(2))
    await api.office.marriage(marriage(1))
    made = await reorder(api)
    assert (made["number"], made["publishedBy"], made["reason"]) == (2, "office-1", "《管理办法》第七条")
    assert (made["followedSince"], made["progress"]) == (None, {"followers": 0, "total": 2})
    async for _ in remerge(api.services.database, api.services.model, 1):
        break
    half = (await api.data(VERSIONS, {"first": 1, "after": None}))["catalogVersions"]["nodes"][0]
    assert (half["followedSince"], half["progress"]) == (None, {"followers": 1, "total": 2})
    assert await remerged(api.office.intake) == [1]
    page = (await api.data(VERSIONS, {"first": 1, "after": None}))["catalogVersions"]
    (second,) = page["nodes"]
    assert second["followedSince"]
    assert second["progress"] is None
    (change,) = second["changes"]
    assert (change["topic"], change["entity"], change["name"]) == ("AUTHORITY", "NATURAL_PERSON", "name")
    assert sorted(change["before"]) == sorted(change["after"])
    assert change["after"][0].startswith("marriageRegistrations.recordedSubject.name · ")
    assert page["pageInfo"]["hasNextPage"]
    rest = await api.data(VERSIONS, {"first": 5, "after": page["pageInfo"]["endCursor"]})
    (first,) = rest["catalogVersions"]["nodes"]
    assert (first["number"], first["publishedBy"], first["until"], first["changes"]) == (1, "hub", second["since"], [])
    wrong = await api.ask(VERSIONS, {"after": "x"})
    assert wrong["errors"][0]["extensions"]["code"] == "INVALID_CURSOR"


async def test_a_change_that_another_version_brought_names_it_wherever_it_is_told(api: Api) -> None:
    await insured(api.office, pension(1))
    await api.office.marriage(marriage(1))
    await reorder(api)
    await remerged(api.office.intake)
    reader = Reader(api)
    await reader.catch_up()
    told = [(one["version"], one["items"], one["catalogVersion"], one["submissionId"] is None) for one in reader.told]
    assert told[0][2:] == (1, False)
    assert told[-1] == (len(told), ["name"], 2, True)
    question = """query($id: IdNumber!) { naturalPerson(idNumber: $id) {
        versions { nodes { version items catalogVersion } } diff(from: 2, to: 3) { after { catalogVersion } } } }"""
    person = (await api.data(question, {"id": id_number(1)}))["naturalPerson"]
    assert person["versions"]["nodes"][0] == {"version": 3, "items": ["name"], "catalogVersion": 2}
    assert person["diff"]["after"] == {"catalogVersion": 2}


async def test_access_is_decided_by_the_version_in_force(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.store.catalogs.FRESH_SECONDS", 0)
    await api.office.household({"idNumber": id_number(1), "name": "甲"})
    question = """query($id: IdNumber!, $asOf: AsOf) {
        naturalPerson(idNumber: $id, asOf: $asOf) { name asOf { knownAt } } }"""
    told = (await api.data(question, {"id": id_number(1)}))["naturalPerson"]
    async with api.services.database.connection() as connection:
        catalog = await Catalogs(api.services.model).in_force(connection)
    closed = {"name": Terms(type=SharingType.NOT_SHARED)}
    sharing = catalog.content.sharing | {PERSON: catalog.content.sharing[PERSON] | closed}
    content, services = replace(catalog.content, sharing=sharing), api.services
    with pytest.raises(RemovalNotApproved, match=r"NaturalPerson\.name"):
        await publish_catalog(services.database, services.model, 1, content, "office-1", "shared no more")
    await publish_catalog(
        services.database, services.model, 1, content, "office-1", "shared no more", "府函〔2024〕1号"
    )
    for as_of in (None, told["asOf"]):
        answer = await api.ask(question, {"id": id_number(1), "asOf": as_of})
        assert (answer["data"]["naturalPerson"]["name"], answer["errors"][0]["extensions"]["item"]) == (
            None,
            "NaturalPerson.name",
        )
    assert not (await named_by(api))["granted"]
    assert await named_by(api, version=1) | {"sensitivity": "P", "granted": False} == await named_by(api, version=1)
