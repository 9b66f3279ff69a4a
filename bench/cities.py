"""Cities that are built once and kept between runs: made, loaded as departments would, laid out in tables for the peer.

Takes where a city is kept; gives what was measured while it was built, whom it has, and how its servers are started.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import msgspec
from msgspec import Struct
from rich.console import Console

from adapters.sample.city import make_city
from bench import padding, report
from bench.as_of import Figures
from bench.city import Outcome
from bench.processes import parent_of, run
from hub.access import Role, Viewer
from hub.identity import LocalIssuer
from hub.settings import Settings
from hub.store.pool import connect_database
from hub.vault.key_file import load_keys

ASKER = Viewer(agency="bench", officer="bench", roles=frozenset({Role.QUERY_OFFICER}))
err = Console(stderr=True)


@dataclass(frozen=True)
class City:
    """A city that is built once and kept."""

    directory: Path
    persons: int
    entities: int
    seed: int

    @classmethod
    def kept_in(cls, folder: Path, persons: int, entities: int, seed: int) -> "City":
        """The city of such a size in a folder of cities."""
        return cls(folder.absolute() / f"{persons}-{entities}-{seed}", persons, entities, seed)

    @property
    def files(self) -> Path:
        """What its departments deliver."""
        return self.directory / "city"

    @property
    def settings(self) -> Settings:
        """The settings of its hub."""
        return Settings(data_dir=str(self.directory / "hub"))

    def keys(self) -> list[str]:
        """ID numbers of its persons, in an order drawn with its seed."""
        with (self.files / "expected.jsonl").open("rb") as lines:
            expected = map(msgspec.json.decode, lines)
            keys = [line["key"] for line in expected if line["scheme"] == "ID_NUMBER"]
        return Random(self.seed).sample(keys, len(keys))  # noqa: S311 - a draw to be drawn again


class Built(Struct):
    """What was measured while a city was built, unless that was lost, and how many times its rows are there."""

    loaded: Outcome | None
    past: list[Figures]
    times: int = 1


@dataclass(frozen=True)
class Standing:
    """A city whose database runs: how its servers are started and asked, and who the parent of its processes is."""

    city: City
    url: str
    environment: Mapping[str, str]
    headers: Mapping[str, str]
    postmaster: int
    machine: str

    async def built(self, turns: int, times: int | None = None) -> Built:
        """What was measured while the city was built, which is done now if it was not done before.

        The past is asked ``turns`` times. Where ``times`` is given, the rows of entities are there so many times.
        """
        told = self.city.directory / "built.json"
        built = msgspec.json.decode(told.read_bytes(), type=Built) if told.exists() else self._build(turns)
        if times and built.times > times:
            raise ValueError(f"the city was padded to {built.times} times already, and is never made smaller")
        if times and times > built.times:
            err.print(f"Padding it from {built.times} to {times} times its rows")
            await padding.pad(self.url, built.times, times)
            built.times = times
        told.write_bytes(msgspec.json.encode(built))
        return built

    def _build(self, turns: int) -> Built:
        err.print("Loading it")
        loaded = msgspec.json.decode(run("city", self.environment, str(self.city.files)), type=Outcome)
        err.print("Asking about the past")
        past = msgspec.json.decode(run("as_of", self.environment, str(turns)), type=list[Figures])
        err.print("Laying it out in tables")
        run("tables", self.environment, say=msgspec.json.encode(self.city.keys()))
        return Built(loaded, past)

    async def known_at(self) -> datetime:
        """The instant since when the hub knows nothing more."""
        latest: datetime = await self._value("select max(recorded_at) from change")
        return latest

    async def entities(self) -> int:
        """How many entities the hub has views of."""
        count: int = await self._value("select count(*) from view")
        return count

    async def _value(self, query: str) -> Any:  # noqa: ANN401
        connection = await asyncpg.connect(self.url)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()


@asynccontextmanager
async def standing(city: City) -> AsyncIterator[Standing]:
    """A city, made unless it was made before, whose database runs for as long as the block."""
    settings = city.settings
    if not settings.data_path.exists():
        err.print(f"Making a city of {city.persons:,} persons and {city.entities:,} legal entities (seed {city.seed})")
        make_city(city.files, city.persons, city.entities, city.seed)
    load_keys(settings.vault_key_path, create=True)
    async with connect_database(settings) as database:
        async with database.connection() as connection:
            postmaster = parent_of(await connection.fetchval("select pg_backend_pid()"))
            machine = report.machine(str(await connection.fetchval("show server_version")))
        url = database.direct_url
        yield Standing(city, url, _environment(settings, url), _headers(settings), postmaster, machine)


def _environment(settings: Settings, url: str) -> dict[str, str]:
    return {
        "HUB_DATA_DIR": settings.data_dir,
        "HUB_DATABASE_URL": url,
        "HUB_PORT": "0",
        "HUB_LOG_LEVEL": "warning",
        "HUB_POINTS_PER_MINUTE": "1000000000",
        "HUB_PERSONS_PER_HOUR": "1000000000",
    }


def _headers(settings: Settings) -> dict[str, str]:
    token = LocalIssuer.at(settings.data_path).mint(ASKER, timedelta(days=1))
    return {"Authorization": f"Bearer {token}", "Hub-Purpose": "bench", "Content-Type": "application/json"}
