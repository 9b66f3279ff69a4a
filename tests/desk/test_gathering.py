"""Questions that share statements never learn of each other."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from random import Random
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.catalog import EntityKind, Model
from hub.clock import today
from hub.desk.gathering import AT_ONCE, Gathering, Led, Shape
from hub.identifiers.schemes import Scheme
from hub.store.reading import Key, Wanted
from hub.timeline import Moment
from hub.vault.cipher import Vault
from hub.vault.keys import new_keys
from tests.conftest import Server, fresh_database, services_on
from tests.offices import Office
from tests.people import id_number

POISON = "marriageRegistrations"
PEOPLE = 8
SHAPE = Shape(EntityKind.NATURAL_PERSON, Wanted(True, ("ID_NUMBER",), ((POISON, "spouse"),)), Moment(today()), None, 10)


class Town:
    """Some people, of whom the last one's view cannot be read by a statement that wants its numbers."""

    def __init__(self, gathering: Gathering, keys: Sequence[Key], entities: Sequence[UUID]) -> None:
        self.gathering = gathering
        self.keys = keys
        self.entities = entities

    async def ask(self, places: Sequence[int]) -> None:
        """Ask for some of them; raises where another is told of, or one is missing."""
        led = await self.gathering.read(SHAPE, [self.keys[place] for place in places])
        assert _told(led) == {place: self.entities[of] for place, of in enumerate(places)}


def _told(led: Sequence[Led]) -> dict[int, UUID]:
    return {lead.place: row["entity_id"] for row, leads in led for lead in leads}


@pytest.fixture(scope="module")
async def town(embedded_server: Server, model: Model) -> AsyncIterator[Town]:
    async with fresh_database(embedded_server) as database:
        services = services_on(database, model, Vault(new_keys()))
        people = [id_number(place) for place in range(PEOPLE)]
        await Office(services.intake).household(*({"idNumber": number, "name": "王小明"} for number in people))
        keys = [services.desk.key(Scheme.ID_NUMBER, number) for number in people]
        async with database.connection() as connection:
            rows = await connection.fetch("select lookup, entity_id from vault.identifier")
            entities = {row["lookup"]: row["entity_id"] for row in rows}
            spoilt = f'{{"{POISON}": [{{"values": {{"spouse": "no id"}}}}]}}'
            lookups = [key.lookup for key in keys if key]
            poisoned = entities[lookups[-1]]
            await connection.execute("update view set records = $1::json where entity_id = $2", spoilt, poisoned)
        gathering = Gathering(database, services.desk.vault)
        yield Town(gathering, [key for key in keys if key], [entities[lookup] for lookup in lookups])


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    asked=st.lists(st.lists(st.integers(0, PEOPLE - 2), min_size=1, max_size=6), min_size=1, max_size=30),
    poisoned=st.integers(0, 3),
    draw=st.integers(0, 1_000),
)
async def test_each_is_told_of_whom_it_asked_whoever_fails_or_goes_away(
    town: Town, asked: list[list[int]], poisoned: int, draw: int
) -> None:
    random = Random(draw)  # noqa: S311 - a draw to be drawn again
    good = [asyncio.create_task(town.ask(places)) for places in asked]
    bad = [asyncio.create_task(town.ask([PEOPLE - 1])) for _ in range(poisoned)]
    leaving = [asyncio.create_task(town.ask(places)) for places in asked[::2]]
    everyone = [*good, *bad, *leaving]
    for task in leaving:
        await asyncio.sleep(random.choice((0, 0.001)))
        task.cancel()
    told = await asyncio.gather(*everyone, return_exceptions=True)
    assert told[: len(good)] == [None] * len(good)
    for failure in told[len(good) : len(good) + len(bad)]:
        assert isinstance(failure, asyncpg.DataError)
    for gone in told[len(good) + len(bad) :]:
        assert gone is None or isinstance(gone, asyncio.CancelledError)
    assert not town.gathering._lines  # noqa: SLF001 - nothing is kept of questions that have ended


async def test_who_comes_while_statements_run_shares_the_next_one(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    rows = Gathering._rows  # noqa: SLF001 - what is counted are statements

    async def counted(self: Gathering, shape: Shape, keys: Sequence[Key]) -> list[asyncpg.Record]:
        sizes.append(len(keys))
        return await rows(self, shape, keys)

    monkeypatch.setattr(Gathering, "_rows", counted)
    await asyncio.gather(*(town.ask([place % (PEOPLE - 1)]) for place in range(20)))
    assert sizes == [*[1] * AT_ONCE, 20 - AT_ONCE]


async def test_what_fails_for_all_is_told_to_each(embedded_server: Server) -> None:
    async with fresh_database(embedded_server, 2) as database:
        async with database.connection() as connection:
            await connection.execute("drop table view cascade")
        gathering = Gathering(database, Vault(new_keys()))
        asked = [Key(lookup=bytes([place])) for place in range(10)]
        told = await asyncio.gather(*(gathering.read(SHAPE, [key]) for key in asked), return_exceptions=True)
        assert {type(one) for one in told} == {asyncpg.UndefinedTableError}
