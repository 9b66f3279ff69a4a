"""The command line of the measurement: build the city, serve it in every way, ask, and say what came of it."""

import asyncio
import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bench import peering, report
from bench.cities import City, Standing, err, standing
from bench.processes import Server, resident_bytes, serving
from bench.questions import QUESTIONS, Question
from bench.reading import PEER, Asking, Effort, Figures, Reader
from bench.server import APPLICATIONS
from hub.settings import Settings
from hub.store.seat import seat_in

KEYS = 1_000
"""Persons of the city that are asked for; every answer about them is compared before it is timed."""
AS_OF_ROUNDS_A_SECOND = 20


def main(
    persons: Annotated[int, typer.Option(min=1, help="Natural persons in the city.")] = 2_000,
    entities: Annotated[int, typer.Option(min=1, help="Legal entities in the city.")] = 200,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds for each question; figures are medians.")] = 3,
    seconds: Annotated[float, typer.Option(min=0.05, help="Seconds of load for each server in a round.")] = 2,
    concurrency: Annotated[int, typer.Option(min=1, help="Connections that ask at once.")] = 32,
    seed: Annotated[int, typer.Option(help="The same seed makes the same city and draws the same keys.")] = 1,
    folder: Annotated[Path, typer.Option(help="Where cities and the peer are kept between runs.")] = Path(".bench"),
    peer: Annotated[bool, typer.Option(help="Measure PostGraphile beside it, fetched with npm.")] = True,
    write: Annotated[
        Path | None, typer.Option(help="Put the figures into this document too, and plots into `plots` beside it.")
    ] = None,
) -> None:
    """Measure what the hub costs, beside a hand-written service that gives the same answers."""
    effort = Effort(rounds, seconds, concurrency, seed)
    command = peering.install(folder.absolute() / PEER) if peer else None
    figures, plots = asyncio.run(_measure(City.kept_in(folder, persons, entities, seed), effort, command))
    typer.echo(figures)
    if write:
        report.put_into(write, figures)
        report.put_beside(write, plots)


async def _measure(city: City, effort: Effort, peer: list[str] | None) -> tuple[str, dict[str, str]]:
    """The figures as text, and plots of them by name."""
    async with standing(city) as stands:
        built = await stands.built(max(1, round(effort.rounds * effort.seconds * AS_OF_ROUNDS_A_SECOND)))
        with _served(stands, peer) as servers:
            alone = _alone(city.settings, stands.url, len(city.keys())) if peer else None
            reader = Reader(servers, stands.postmaster, stands.headers, effort, await stands.known_at(), alone)
            read = _read(reader, city.keys()[:KEYS])
            worker = report.worker(servers["hub"], resident_bytes(servers["hub"].pid))
    command = f"`{shlex.join(['python', '-m', 'bench', *sys.argv[1:]])}`, keys drawn with seed {effort.seed}"
    intake = [report.intake(built.loaded)] if built.loaded else []
    tables = [report.reads(question.title, figures) for question, figures in read]
    text = "\n\n".join([f"{command}; {stands.machine}.", *tables, worker, report.as_of(built.past), *intake])
    return text, {question.name: report.plot(question.title, figures) for question, figures in read}


@contextmanager
def _served(stands: Standing, peer: list[str] | None) -> Iterator[dict[str, Server]]:
    """Every server, for as long as the block runs."""
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(name, stands.environment)) for name in APPLICATIONS}
        if peer:
            where = peering.environment(stands.url, stands.city.settings.pool_size)
            servers[PEER] = stack.enter_context(serving(PEER, where, peer))
        yield servers


def _alone(settings: Settings, url: str, persons: int) -> Asking:
    """What asks the database itself."""
    program = seat_in(settings.data_path).programs / "pgbench"
    where = peering.environment(url, settings.pool_size)
    return lambda seconds, seed: peering.ask_alone(program, where, persons, seconds, seed)


def _read(reader: Reader, keys: list[str]) -> list[tuple[Question, dict[str, Figures]]]:
    """The figures of every server for each question."""
    read = []
    for question in QUESTIONS:
        err.print(f"Asking {question.title}")
        read.append((question, reader.measure(question, keys)))
    return read


if __name__ == "__main__":
    typer.run(main)
