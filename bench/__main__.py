"""The command line of the measurement: build the city, serve it in every way, ask, and say what came of it."""

import asyncio
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from adapters.sample.city import make_city
from bench import report
from bench.as_of import Figures
from bench.city import Outcome
from bench.processes import parent_of, resident_bytes, run, serving
from bench.questions import QUESTIONS
from bench.reading import Effort, Reader
from bench.server import APPLICATIONS
from hub.access import Role, Viewer
from hub.identity import LocalIssuer
from hub.settings import Settings
from hub.store.pool import connect_database
from hub.vault.keys import load_keys

KEYS = 1_000
"""Persons of the city that are asked for; every answer about them is compared before it is timed."""
AS_OF_ROUNDS_A_SECOND = 20
ASKER = Viewer(agency="bench", officer="bench", roles=frozenset({Role.QUERY_OFFICER}))
err = Console(stderr=True)


def main(
    persons: Annotated[int, typer.Option(min=1, help="Natural persons in the city.")] = 10_000,
    entities: Annotated[int, typer.Option(min=1, help="Legal entities in the city.")] = 1_000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds for each question; figures are medians.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.05, help="Seconds of load for each server in a round.")] = 4,
    concurrency: Annotated[int, typer.Option(min=1, help="Connections that ask at once.")] = 32,
    seed: Annotated[int, typer.Option(help="The same seed makes the same city and draws the same keys.")] = 1,
    data_dir: Annotated[Path | None, typer.Option(help="A new directory to keep the city and its database in.")] = None,
    write: Annotated[Path | None, typer.Option(help="Put the figures into this document too.")] = None,
) -> None:
    """Measure what the hub costs, beside a hand-written service that gives the same answers."""
    effort = Effort(rounds, seconds, concurrency, seed)
    with _directory(data_dir) as directory:
        figures = asyncio.run(_measure(directory, persons, entities, effort))
    typer.echo(figures)
    if write:
        report.put_into(write, figures)


@contextmanager
def _directory(kept: Path | None) -> Iterator[Path]:
    """A new directory that the database's own user can enter."""
    if kept:
        kept.mkdir(parents=True)
        yield kept.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory


async def _measure(directory: Path, persons: int, entities: int, effort: Effort) -> str:
    settings = Settings(data_dir=str(directory / "hub"))
    city = directory / "city"
    err.print(f"Making a city of {persons:,} persons and {entities:,} legal entities (seed {effort.seed})")
    make_city(city, persons, entities, effort.seed)
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
        err.print("Loading it")
        loaded = msgspec.json.decode(run("city", environment, str(city)), type=Outcome)
        past = _as_of(environment, effort)
        token = LocalIssuer.at(settings.data_path).mint(ASKER, timedelta(days=1))
        headers = {"Authorization": f"Bearer {token}", "Hub-Purpose": "bench", "Content-Type": "application/json"}
        reading = _read(environment, headers, postmaster, _keys(city, effort.seed), effort)
    command = f"`{shlex.join(['python', '-m', 'bench', *sys.argv[1:]])}`, keys drawn with seed {effort.seed}"
    return "\n\n".join([f"{command}; {machine}.", *reading, past, report.intake(loaded)])


def _read(
    environment: dict[str, str], headers: dict[str, str], postmaster: int, keys: list[str], effort: Effort
) -> list[str]:
    """The figures of every question and of the process that answered."""
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(name, environment)) for name in APPLICATIONS}
        reader = Reader(servers, postmaster, headers, effort)
        tables = []
        for question in QUESTIONS:
            err.print(f"Asking {question.title}")
            tables.append(report.reads(question.title, reader.measure(question, keys)))
        return [*tables, report.worker(servers["hub"], resident_bytes(servers["hub"].pid))]


def _as_of(environment: dict[str, str], effort: Effort) -> str:
    """The figures of questions about past moments."""
    err.print("Asking about the past")
    rounds = max(1, round(effort.rounds * effort.seconds * AS_OF_ROUNDS_A_SECOND))
    return report.as_of(msgspec.json.decode(run("as_of", environment, str(rounds)), type=list[Figures]))


def _keys(city: Path, seed: int) -> list[str]:
    """ID numbers of persons in the city's answer key, drawn with ``seed``."""
    with (city / "expected.jsonl").open("rb") as lines:
        expected = map(msgspec.json.decode, lines)
        keys = [line["key"] for line in expected if line["kind"] == "NATURAL_PERSON"]
    return Random(seed).sample(keys, min(KEYS, len(keys)))  # noqa: S311 - a draw to be drawn again


if __name__ == "__main__":
    typer.run(main)
