"""The order of authority changes while others read and write: what was told before stays told."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from hub.catalog import EntityKind, Model, Topic, differences, reordered
from hub.errors import CatalogChanged
from hub.intake.catalog import fill_catalog, publish_catalog
from hub.intake.remerge import remerge
from hub.intake.submission import Intake
from hub.merge import encode, merge
from hub.store import catalogs
from hub.store.as_of import records_in_force
from hub.store.catalogs import Catalogs
from hub.store.pool import Database
from hub.timeline import END_OF_TIME, Moment
from tests.catalog.registers import FOUNDATIONS, load_with
from tests.conftest import Server
from tests.intake.hubs import assert_versions_have_no_gaps, offices
from tests.offices import Office, Values
from tests.people import credit_code, id_number

PERSON = EntityKind.NATURAL_PERSON


def residence(place: int, name: str = "暂住") -> Values:
    return {
        "recordedSubject.idNumber": id_number(place),
        "recordedSubject.name": name,
        "permitNumber": f"P1{place}",
        "residenceAddress": "体育东路",
    }


def pension(place: int, name: str = "参保") -> Values:
    return {
        "recordedSubject.idNumber": id_number(place),
        "recordedSubject.name": name,
        "socialSecurityNumber": f"S1{place}",
        "insuranceType": "310",
        "enrolledOn": "2022-01-01",
    }


def marriage(place: int, name: str = "结婚") -> Values:
    return {
        "recordedSubject.idNumber": id_number(place),
        "recordedSubject.name": name,
        "marriedOn": "2020-05-20",
        "issuingAuthority": "天河区民政局",
        "maritalStatus": "20",
    }


async def insured(office: Office, *lines: Values, **options: object) -> None:
    await office.deliver("social_security", "socialInsurances", lines, **options)  # type: ignore[arg-type]


async def let_marriages_name_first(intake: Intake, *, first: bool = True) -> int:
    """Publish that civil affairs decides names before all others, or after them."""
    async with intake.database.connection() as connection:
        catalog = await Catalogs(intake.model).in_force(connection)
    rules = catalog.content.authority[PERSON]["name"]
    order = sorted((rule.source for rule in rules), key=lambda source: source.startswith("marriage") != first)
    content = reordered(catalog.content, PERSON, "name", order)
    return await publish_catalog(intake.database, intake.model, catalog.number, content, "officer", "City Rules Art. 7")


async def remerged(intake: Intake, at_once: int = 500) -> list[int]:
    return [progress.done async for progress in remerge(intake.database, intake.model, at_once)]


async def now_of(database: Database) -> datetime:
    async with database.connection() as connection:
        at: datetime = await connection.fetchval("select clock_timestamp()")
    return at


async def assert_all_follow(intake: Intake) -> None:
    """Every view is what merging its states by the catalog in force gives."""
    async with intake.database.connection() as connection:
        catalog = await Catalogs(intake.model).in_force(connection)
        views = await connection.fetch("select * from view where linked_into is null")
        today = datetime.now(UTC).date()
        in_force = await records_in_force(connection, [view["entity_id"] for view in views], Moment(today))
    for view in views:
        items = catalog.items(EntityKind(view["kind"]), today).values()
        assert (view["merged"], view["records"]) == encode(merge(items, in_force[view["entity_id"]]))


async def test_entities_follow_another_order_of_authority_and_only_what_changed_gets_a_version(office: Office) -> None:
    await insured(office, pension(1), pension(2))
    await office.marriage(marriage(1))
    assert [view[1]["name"] for view in (await office.views()).values()] == ["参保", "参保"]
    number = await let_marriages_name_first(office.intake)
    assert await remerged(office.intake) == [2]
    assert await remerged(office.intake) == []
    assert {(view[0], view[1]["name"]) for view in (await office.views()).values()} == {(1, "参保"), (3, "结婚")}
    async with office.intake.database.connection() as connection:
        (change,) = await connection.fetch("select * from change where submission_id is null")
        followed = await catalogs.followed(connection, list(await office.views()), END_OF_TIME)
    assert change["items"] == ["name"]
    assert change["catalog_version"] == number
    assert set(followed.values()) == {number}
    await assert_all_follow(office.intake)
    await assert_versions_have_no_gaps(office.intake.database)


async def test_what_is_said_after_a_publication_is_merged_by_it_before_others_are(office: Office) -> None:
    await insured(office, pension(1), pension(2))
    await office.marriage(marriage(2))
    number = await let_marriages_name_first(office.intake)
    await office.marriage(marriage(1))
    assert {str(view[1]["name"]) for view in (await office.views()).values()} == {"参保", "结婚"}
    async with office.intake.database.connection() as connection:
        versions = await connection.fetch("select catalog_version from view order by catalog_version")
    assert [row["catalog_version"] for row in versions] == [number - 1, number]


async def test_a_broken_off_remerge_goes_on_where_it_stopped(office: Office) -> None:
    people = range(1, 8)
    await insured(office, *map(pension, people))
    await office.marriage(*map(marriage, people))
    await let_marriages_name_first(office.intake)
    async for progress in remerge(office.intake.database, office.intake.model, 2):
        assert (progress.done, progress.total) == (2, 7)
        break
    assert await remerged(office.intake, 2) == [2, 4, 5]
    await assert_all_follow(office.intake)


async def test_entities_that_a_version_does_not_concern_are_passed_over_many_at_once(office: Office) -> None:
    await office.business(*({"creditCode": credit_code(place), "name": f"公司{place}"} for place in range(1, 13)))
    await insured(office, *map(pension, range(1, 6)))
    await let_marriages_name_first(office.intake)
    done = await remerged(office.intake, 2)
    assert (done[-1], len(done)) == (17, 3)
    async with office.intake.database.connection() as connection:
        followed = await connection.fetch("select kind, catalog_version from view group by kind, catalog_version")
    assert sorted(map(tuple, followed)) == [("LEGAL_ENTITY", 1), ("NATURAL_PERSON", 2)]


async def test_a_version_that_merges_nothing_differently_is_followed_at_once(office: Office) -> None:
    await insured(office, pension(1))
    async with office.intake.database.connection() as connection:
        catalog = await Catalogs(office.intake.model).in_force(connection)
    terms = catalog.content.terms | {PERSON: catalog.content.terms[PERSON] | {"name": "S"}}
    content = replace(catalog.content, terms=terms)
    number = await publish_catalog(office.intake.database, office.intake.model, 1, content, "officer", "now sensitive")
    assert await remerged(office.intake) == []
    async with office.intake.database.connection() as connection:
        assert await catalogs.outstanding(connection) is None
        assert await catalogs.followers(connection, number) == (1, 1)


async def test_a_version_that_was_overtaken_is_not_published(office: Office) -> None:
    await let_marriages_name_first(office.intake)
    async with office.intake.database.connection() as connection:
        catalog = await office.intake.publisher.catalogs.at(connection, 1)
    with pytest.raises(CatalogChanged):
        await publish_catalog(office.intake.database, office.intake.model, 1, catalog.content, "officer", "too late")


async def test_the_model_is_published_once(database: Database, model: Model) -> None:
    assert await fill_catalog(database, model) is None
    async with database.connection() as connection:
        (row,) = await catalogs.versions(connection, 100, 100)
    assert (row["number"], row["published_by"]) == (1, "hub")


async def test_what_only_a_deployments_model_has_is_published_by_itself(database: Database, tmp_path: Path) -> None:
    model = load_with(tmp_path, FOUNDATIONS)
    assert await fill_catalog(database, model) == 2
    assert await fill_catalog(database, model) is None
    async with database.connection() as connection:
        before, after = [(await Catalogs(model).at(connection, number)).content for number in (1, 2)]
        found = list(differences(before, after))
        (row, _) = await catalogs.versions(connection, 100, 100)
    assert (row["published_by"], row["reason"]) == ("hub", "the model has more items")
    assert [one.name for one in found if one.topic is Topic.UPDATE_DUTY] == ["foundations"]
    assert all(one.before is None for one in found)


async def test_four_write_while_entities_follow_another_catalog(embedded_server: Server, model: Model) -> None:
    people = range(1, 41)
    async with offices(embedded_server, model, 5) as (office, *writers):
        await insured(office, *map(pension, people))
        await office.marriage(*map(marriage, people))

        async def write(writer: int, desk: Office) -> None:
            for place in people:
                await insured(desk, pension(place + 20, f"参{writer}"), unit=f"u{writer}")
                await desk.marriage(marriage(place, f"结{writer}"), unit=f"u{writer}")

        async def publish() -> None:
            for first in (True, False, True):
                await let_marriages_name_first(office.intake, first=first)
                await remerged(office.intake, 5)

        await asyncio.gather(publish(), *(write(*each) for each in enumerate(writers)))
        await assert_all_follow(office.intake)
        await assert_versions_have_no_gaps(office.intake.database)
        async with office.intake.database.connection() as connection:
            told = await connection.fetchval("select count(*) from feed")
            versions = await connection.fetchval("select sum(version) from view")
        assert told == versions
