"""Measure how cost grows with the city: `python -m bench.growth` prints a table, a row for each question and size.

The city is built once through the intake, then padded (``bench/padding.py``) from one size to the next; the same
persons are asked for at each. Padding stays: a city that was padded serves no measurement of a smaller one.
"""

import asyncio
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from bench import report
from bench.__main__ import KEYS
from bench.cities import City, Standing, err, standing
from bench.processes import serving
from bench.questions import QUESTIONS
from bench.reading import Effort, Figures, Reader

Sizes = Mapping[int, Mapping[str, Figures]]
"""The hub's figures for each question, by its title, and each size."""


def main(
    persons: Annotated[int, typer.Option(min=1, help="Natural persons in the city.")] = 100_000,
    entities: Annotated[int, typer.Option(min=1, help="Legal entities in the city.")] = 10_000,
    padding: Annotated[
        list[int] | None, typer.Option(min=1, help="How many times the city's rows are there; several times.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds for each question and size; figures are medians.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.05, help="Seconds of load in a round.")] = 5,
    concurrency: Annotated[int, typer.Option(min=1, help="Connections that ask at once.")] = 32,
    seed: Annotated[int, typer.Option(help="The same seed makes the same city and draws the same keys.")] = 1,
    folder: Annotated[Path, typer.Option(help="Where cities are kept between runs.")] = Path(".bench"),
    write: Annotated[Path | None, typer.Option(help="Put the figures into this document too.")] = None,
) -> None:
    """Measure what a question costs in cities of several sizes."""
    city = City.kept_in(folder, persons, entities, seed)
    effort = Effort(rounds, seconds, concurrency, seed)
    figures = asyncio.run(_measure(city, effort, sorted(padding or [1, 9, 45])))
    typer.echo(figures)
    if write:
        report.put_into(write, figures, "<!-- growth -->", "<!-- end of growth -->")


async def _measure(city: City, effort: Effort, paddings: list[int]) -> str:
    async with standing(city) as stands:
        sizes = {}
        for times in paddings:
            await stands.built(1, times)
            err.print(f"Asking a city of {times} times its rows")
            sizes[await stands.entities()] = await _asked(stands, effort)
    command = shlex.join(["python", "-m", "bench.growth", *sys.argv[1:]])
    return f"`{command}`; {stands.machine}.\n\n{report.table(HEADS, _rows(sizes))}"


async def _asked(stands: Standing, effort: Effort) -> dict[str, Figures]:
    """The hub's figures for each question."""
    keys = stands.city.keys()[:KEYS]
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(name, stands.environment)) for name in ("hub", "floor")}
        reader = Reader(servers, stands.postmaster, stands.headers, effort, await stands.known_at())
        return {question.title: reader.measure(question, keys)["hub"] for question in QUESTIONS}


HEADS = ["entities", "question", "p50 ms", "p99 ms", "CPU s per 1,000: server", "PostgreSQL", "both, of the smallest"]


def _rows(sizes: Sizes) -> Iterator[list[str]]:
    smallest = next(iter(sizes.values()))
    for entities, figures in sizes.items():
        for title, row in figures.items():
            first = smallest[title]
            ratio = (row.server + row.database) / ((first.server + first.database) or 1.0)
            told = [f"{row.p50:.1f}", f"{row.p99:.1f}", f"{row.server:.2f}", f"{row.database:.2f}", f"{ratio:.2f}"]
            yield [f"{entities:,}", title.partition(":")[0], *told]


if __name__ == "__main__":
    typer.run(main)
