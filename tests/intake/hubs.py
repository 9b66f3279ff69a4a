"""Hubs for tests that compare one with another: each on a database of its own, all with one vault."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from uuid import UUID

from hub.catalog import EntityKind, Model
from hub.clock import now, shanghai_date
from hub.intake.submission import Intake
from hub.merge import Card, card_of, decode, encode, merge
from hub.stewardship.claims import claims
from hub.stewardship.discrepancy import Discrepancy, discrepancies
from hub.store.as_of import records_in_force
from hub.store.pool import Database
from hub.timeline import Moment
from hub.vault.cipher import Vault
from hub.vault.keys import new_keys
from tests.conftest import Server, opened, temporary_database
from tests.offices import Office

VAULT = Vault(new_keys())
"""One vault for all, so that one key has one look-up in every hub."""
CLOCKS_DIFFER = timedelta(minutes=1)


@asynccontextmanager
async def offices(server: Server, model: Model, count: int = 1) -> AsyncIterator[list[Office]]:
    """Desks of ``count`` processes at one hub that has heard nothing yet."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(temporary_database(server.url, server.template))
        desks = []
        for _ in range(count):
            database = await stack.enter_async_context(opened(url, 1))
            desks.append(Office(Intake(database, model, VAULT)))
        yield desks


async def assert_versions_have_no_gaps(database: Database) -> None:
    """Every entity's versions run from 1 to the one that stands, each known later than the one before."""
    async with database.connection() as connection:
        changes = await connection.fetch(
            "select entity_id, array_agg(version order by version) as versions, "
            "array_agg(recorded_at order by version) as known from change group by entity_id"
        )
        views = await connection.fetch("select entity_id, version, recorded_at from view")
    stands = {view["entity_id"]: (view["version"], view["recorded_at"]) for view in views}
    assert stands == {row["entity_id"]: (row["versions"][-1], row["known"][-1]) for row in changes}
    for row in changes:
        assert row["versions"] == list(range(1, len(row["versions"]) + 1))
        assert row["known"] == sorted(set(row["known"]))


async def assert_views_are_what_a_new_merge_gives(intake: Intake) -> None:
    """Every view that stands is what merging the states in force now gives, to the letter."""
    async with intake.database.connection() as connection:
        views = await connection.fetch(
            "select entity_id, kind, merged, records from view where linked_into is null and due_on is null"
        )
        at = now()
        ids = [view["entity_id"] for view in views]
        in_force = await records_in_force(connection, ids, Moment(shanghai_date(at), at + CLOCKS_DIFFER))
    for view in views:
        items = intake.model.merged[EntityKind(view["kind"])].values()
        assert (view["merged"], view["records"]) == encode(merge(items, in_force[view["entity_id"]]))


async def assert_discrepancies_are_what_a_new_look_gives(intake: Intake) -> None:
    """What stands open is what looking at all views anew finds."""
    async with intake.database.connection() as connection:
        rows = await connection.fetch("select * from view where linked_into is null")
        links = await connection.fetch("select entity_id, into_id from link where unlinked_at is null")
        stood = await connection.fetch("select entity_id, digest from discrepancy where closed_at is null")
    views = {row["entity_id"]: decode(row["merged"], row["records"]) for row in rows}
    referred = views | {link["entity_id"]: views[link["into_id"]] for link in links}
    standing: set[tuple[UUID, bytes]] = set()
    claimed: dict[str, dict[UUID, set[Discrepancy]]] = {}
    for row in rows:
        entity_id, kind = row["entity_id"], EntityKind(row["kind"])
        found = discrepancies(intake.model, kind, views[entity_id], referred)
        standing |= {(entity_id, one.digest) for one in found}
        for claim, shown in claims(intake.model, kind, views[entity_id]).items():
            claimed.setdefault(claim, {})[entity_id] = shown
    for claimants in claimed.values():
        if len(claimants) > 1:
            standing |= {(entity_id, one.digest) for entity_id, shown in claimants.items() for one in shown}
    assert {(row["entity_id"], row["digest"]) for row in stood} == standing


async def assert_cards_are_those_of_the_views(intake: Intake) -> None:
    """Every view that stands for itself has the card that it gives, and no other entity has one."""
    async with intake.database.connection() as connection:
        views = await connection.fetch("select entity_id, kind, merged, records from view where linked_into is null")
        cards = await connection.fetch("select * from card")
    assert {card["entity_id"]: Card(**{name: card[name] for name in Card.__struct_fields__}) for card in cards} == {
        view["entity_id"]: card_of(
            decode(view["merged"], view["records"]), intake.model.cards[EntityKind(view["kind"])]
        )
        for view in views
    }
