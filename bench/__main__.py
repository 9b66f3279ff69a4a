"""The command line of the measurement: build the city, serve it in every way, ask, and say what came of it."""

import asyncio
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Annotated

import msgspec
import typer
from msgspec import Struct
from rich.console import Console

from adapters.sample.city import make_city
from bench import peering, report
from bench.as_of import Figures
from bench.city import Outcome
from bench.processes import Server, parent_of, resident_bytes, run, serving
from bench.questions import QUESTIONS
from bench.reading import PEER, Asking, Effort, Reader
from bench.server import APPLICATIONS
from hub.access import Role, Viewer
from hub.identity import LocalIssuer
from hub.settings import Settings
from hub.store.pool import connect_database
from hub.store.seat import seat_in
from hub.vault.key_file import load_keys

KEYS = 1_000
"""Persons of the city that are asked for; every answer about them is compared before it is timed."""
AS_OF_ROUNDS_A_SECOND = 20
ASKER = Viewer(agency="bench", officer="bench", roles=frozenset({Role.QUERY_OFFICER}))
err = Console(stderr=True)


def main(
    persons: Annotated[int, typer.Option(min=1, help="Natural persons in the city.")] = 2_000,
    entities: Annotated[int, typer.Option(min=1, help="Legal entities in the city.")] = 200,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds for each question; figures are medians.")] = 3,
    seconds: Annotated[float, typer.Option(min=0.05, help="Seconds of load for each server in a round.")] = 2,
    concurrency: Annotated[int, typer.Option(min=1, help="Connections that ask at once.")] = 32,
    seed: Annotated[int, typer.Option(help="The same seed makes the same city and draws the same keys.")] = 1,
    folder: Annotated[Path, typer.Option(help="Where cities and the peer are kept between runs.")] = Path(".bench"),
    peer: Annotated[bool, typer.Option(help="Measure PostGraphile beside it, fetched with npm.")] = True,
    write: Annotated[Path | None, typer.Option(help="Put the figures into this document too.")] = None,
) -> None:
    """Measure what the hub costs, beside a hand-written service that gives the same answers."""
    effort = Effort(rounds, seconds, concurrency, seed)
    command = peering.install(folder.absolute() / PEER) if peer else None
    city = City(folder.absolute() / f"{persons}-{entities}-{seed}", persons, entities, seed)
    figures = asyncio.run(_measure(city, effort, command))
    typer.echo(figures)
    if write:
        report.put_into(write, figures)


@dataclass(frozen=True)
class City:
    """A city that is built once and kept."""

    directory: Path
    persons: int
    entities: int
    seed: int

    @property
    def files(self) -> Path:
        """What its departments deliver."""
        return self.directory / "city"

    def keys(self) -> list[str]:
        """ID numbers of its persons, in an order drawn with its seed."""
        with (self.files / "expected.jsonl").open("rb") as lines:
            expected = map(msgspec.json.decode, lines)
            keys = [line["key"] for line in expected if line["scheme"] == "ID_NUMBER"]
        return Random(self.seed).sample(keys, len(keys))  # noqa: S311 - a draw to be drawn again


class Built(Struct):
    """What was measured while a city was built."""

    loaded: Outcome
    past: list[Figures]


async def _measure(city: City, effort: Effort, peer: list[str] | None) -> str:
    settings = Settings(data_dir=str(city.directory / "hub"))
    if not settings.data_path.exists():
        err.print(f"Making a city of {city.persons:,} persons and {city.entities:,} legal entities (seed {city.seed})")
        make_city(city.files, city.persons, city.entities, city.seed)
    load_keys(settings.vault_key_path, create=True)
    async with connect_database(settings) as database:
        environment = {
            "HUB_DATA_DIR": settings.data_dir,
            "HUB_DATABASE_URL": database.direct_url,
            "HUB_PORT": "0",
            "HUB_LOG_LEVEL": "warning",
            "HUB_POINTS_PER_MINUTE": "1000000000",
            "HUB_PERSONS_PER_HOUR": "1000000000",
        }
        async with database.connection() as connection:
            postmaster = parent_of(await connection.fetchval("select pg_backend_pid()"))
            machine = report.machine(str(await connection.fetchval("show server_version")))
        built = _built(city, environment, effort)
        token = LocalIssuer.at(settings.data_path).mint(ASKER, timedelta(days=1))
        headers = {"Authorization": f"Bearer {token}", "Hub-Purpose": "bench", "Content-Type": "application/json"}
        with _served(environment, settings, peer) as servers:
            alone = _alone(settings, database.direct_url, len(city.keys())) if peer else None
            reading = _read(Reader(servers, postmaster, headers, effort, alone), city.keys()[:KEYS])
    command = f"`{shlex.join(['python', '-m', 'bench', *sys.argv[1:]])}`, keys drawn with seed {effort.seed}"
    past, intake = report.as_of(built.past), report.intake(built.loaded)
    return "\n\n".join([f"{command}; {machine}.", *reading, past, intake])


def _built(city: City, environment: Mapping[str, str], effort: Effort) -> Built:
    """What was measured while the city was built, which is done now if it was not done before."""
    told = city.directory / "built.json"
    if not told.exists():
        err.print("Loading it")
        loaded = msgspec.json.decode(run("city", environment, str(city.files)), type=Outcome)
        err.print("Asking about the past")
        turns = max(1, round(effort.rounds * effort.seconds * AS_OF_ROUNDS_A_SECOND))
        past = msgspec.json.decode(run("as_of", environment, str(turns)), type=list[Figures])
        err.print("Laying it out in tables")
        run("tables", environment, say=msgspec.json.encode(city.keys()))
        told.write_bytes(msgspec.json.encode(Built(loaded, past)))
    return msgspec.json.decode(told.read_bytes(), type=Built)


@contextmanager
def _served(environment: Mapping[str, str], settings: Settings, peer: list[str] | None) -> Iterator[dict[str, Server]]:
    """Every server, for as long as the block runs."""
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(name, environment)) for name in APPLICATIONS}
        if peer:
            where = peering.environment(environment["HUB_DATABASE_URL"], settings.pool_size)
            servers[PEER] = stack.enter_context(serving(PEER, where, peer))
        yield servers


def _alone(settings: Settings, url: str, persons: int) -> Asking:
    """What asks the database itself."""
    program = seat_in(settings.data_path).programs / "pgbench"
    where = peering.environment(url, settings.pool_size)
    return lambda seconds, seed: peering.ask_alone(program, where, persons, seconds, seed)


def _read(reader: Reader, keys: list[str]) -> list[str]:
    """The figures of every question and of the process that answered."""
    tables = []
    for question in QUESTIONS:
        err.print(f"Asking {question.title}")
        tables.append(report.reads(question.title, reader.measure(question, keys)))
    hub = reader.servers["hub"]
    return [*tables, report.worker(hub, resident_bytes(hub.pid))]


if __name__ == "__main__":
    typer.run(main)
