"""The order in which deliveries arrive changes no view, and neither does their arriving twice."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.loading import load
from adapters.recognising import recognise
from adapters.sample.city import make_city
from adapters.transports.content import Limits
from hub.catalog import Model
from hub.demo import SampleDelivery, deliveries
from hub.intake.submission import Intake
from hub.settings import Settings
from hub.store.pool import Database
from hub.vault.cipher import Vault
from hub.vault.keys import new_keys
from tests.city.snapshot import everything_refused, everything_told
from tests.conftest import Server, fresh_database
from tests.properties import tried

PERSONS, ENTITIES = 150, 40
Heard = tuple[dict[str, tuple[str, ...]], list[tuple[object, ...]]]
"""What a hub tells, and what it refused."""
VAULT = Vault(new_keys())
"""One vault for all hubs that are compared, so that one key has one look-up in all of them."""


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("city")
    make_city(directory, PERSONS, ENTITIES, seed=1)
    return directory


@asynccontextmanager
async def a_hub(server: Server, model: Model) -> AsyncIterator[Intake]:
    """A hub that has heard nothing yet."""
    async with fresh_database(server, 2) as database:
        yield Intake(database, model, VAULT)


async def load_all(intake: Intake, city: Path, order: Iterable[SampleDelivery]) -> Counter[str]:
    """Load deliveries as `hub load` does; gives how many lines had each outcome."""
    outcomes: Counter[str] = Counter()
    for delivery in order:
        (recognised,) = recognise(
            intake.model,
            delivery.register,
            [city / delivery.file],
            record=None,
            stated_on=delivery.stated_on,
            source_unit="",
            limits=Limits.of(Settings()),
        )
        report = await load(intake, recognised, "test", lambda file: None)
        outcomes += report.summary.counts
    return outcomes


async def versions(database: Database) -> list[tuple[object, ...]]:
    """Every version of every entity, and what stands now."""
    async with database.connection() as connection:
        changes = await connection.fetch(
            "select entity_id, version, recorded_at, items from change order by entity_id, version"
        )
        views = await connection.fetch("select entity_id, version, recorded_at, merged, records from view order by 1")
        states = await connection.fetch("select * from state order by entity_id, state_id")
    return [tuple(row) for row in (*changes, *views, *states)]


async def heard(server: Server, model: Model, city: Path, order: Iterable[SampleDelivery]) -> Heard:
    async with a_hub(server, model) as intake:
        await load_all(intake, city, order)
        return await everything_told(intake.database), await everything_refused(intake.database)


@pytest.fixture(scope="session")
async def in_order(embedded_server: Server, model: Model, city: Path) -> Heard:
    """What the hub tells and refuses when everything arrives as it was said."""
    return await heard(embedded_server, model, city, deliveries(city))


def assert_same(one: Heard, other: Heard) -> None:
    (told, refused), (told_too, refused_too) = one, other
    assert told.keys() == told_too.keys()
    assert [entity for entity in told if told[entity] != told_too[entity]] == []
    assert refused == refused_too


@tried(3, 60)
@given(random=st.randoms(use_true_random=False))
async def test_deliveries_in_any_order_give_the_same_views(
    embedded_server: Server, model: Model, city: Path, in_order: Heard, random: Random
) -> None:
    listed = deliveries(city)
    assert_same(await heard(embedded_server, model, city, random.sample(listed, len(listed))), in_order)


async def test_deliveries_backwards_give_the_same_views(
    embedded_server: Server, model: Model, city: Path, in_order: Heard
) -> None:
    assert_same(await heard(embedded_server, model, city, reversed(deliveries(city))), in_order)


async def test_the_same_deliveries_twice_change_nothing(embedded_server: Server, model: Model, city: Path) -> None:
    async with a_hub(embedded_server, model) as intake:
        first = await load_all(intake, city, deliveries(city))
        before = await versions(intake.database)
        again = await load_all(intake, city, deliveries(city))
        assert await versions(intake.database) == before
    assert again == {"UNCHANGED": first.total() - first["QUARANTINED"], "QUARANTINED": first["QUARANTINED"]}
