"""Watch what a hub holds under mixed load for a long time: `python -m bench.plateau` prints a table of thirds.

One process of the hub is asked all questions in turn, about now and the past, while subscribers follow the changes that
are made meanwhile. Every few seconds its memory is noted, and what all processes of PostgreSQL hold for themselves.
"""

import asyncio
import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from typing import Annotated, NamedTuple

import msgspec
import typer

from bench import load, mixing, report
from bench.__main__ import KEYS
from bench.cities import City, Standing, err, standing
from bench.plots import lines
from bench.processes import Server, private_bytes_below, resident_bytes, run, serving
from bench.questions import QUESTIONS, past_bodies

THIRDS = ("first third", "middle", "last third")
AS_OF_ROUNDS = 1


def main(
    minutes: Annotated[float, typer.Option(min=0.05, help="How long to watch.")] = 30,
    persons: Annotated[int, typer.Option(min=1, help="Natural persons in the city.")] = 2_000,
    entities: Annotated[int, typer.Option(min=1, help="Legal entities in the city.")] = 200,
    subscribers: Annotated[int, typer.Option(min=0, help="Subscriptions to all changes.")] = 20,
    concurrency: Annotated[int, typer.Option(min=1, help="Connections that ask at once.")] = 16,
    interval: Annotated[float, typer.Option(min=0.5, help="Seconds between two looks.")] = 5,
    seed: Annotated[int, typer.Option(help="A city of its own, since it is changed.")] = 2,
    folder: Annotated[Path, typer.Option(help="Where cities are kept between runs.")] = Path(".bench"),
    write: Annotated[
        Path | None, typer.Option(help="Put the table into this document too, and the plot into `plots` beside it.")
    ] = None,
) -> None:
    """Watch the memory of one process of the hub, and of its database, under mixed load."""
    watch = Watch(minutes * 60, interval, concurrency, subscribers, seed)
    figures, plot = asyncio.run(_measure(City.kept_in(folder, persons, entities, seed), watch))
    typer.echo(figures)
    if write:
        report.put_into(write, figures, "<!-- plateau -->", "<!-- end of plateau -->")
        report.put_beside(write, {"plateau": plot})


@dataclass(frozen=True)
class Watch:
    """How long to watch, how often to look, and how hard to ask meanwhile."""

    seconds: float
    interval: float
    connections: int
    subscribers: int
    seed: int


class Look(NamedTuple):
    """What is held at one time: minutes since the beginning, bytes of the hub and of PostgreSQL."""

    at: float
    hub: int
    database: int


class Third(NamedTuple):
    """A third of the time: what was held, how the hub answered, and how many events its subscribers were told."""

    looks: list[Look]
    answered: load.Outcome
    events: int


async def _measure(city: City, watch: Watch) -> tuple[str, str]:
    """The table and the plot."""
    async with standing(city) as stands:
        await stands.built(AS_OF_ROUNDS)
        bodies = await _bodies(stands, watch)
        with serving("hub", stands.environment) as server:
            err.print(f"Watching for {watch.seconds / 60:g} minutes")
            begun = time.monotonic()
            thirds = [await _third(stands, watch, server, bodies, begun) for _ in THIRDS]
    command = shlex.join(["python", "-m", "bench.plateau", *sys.argv[1:]])
    looks = [look for third in thirds for look in third.looks]
    return f"`{command}`; {stands.machine}.\n\n{_table(thirds)}\n\n![Memory](plots/plateau.svg)", _plot(looks)


async def _bodies(stands: Standing, watch: Watch) -> list[str]:
    """Requests of all kinds, about now and the past."""
    keys = stands.city.keys()[:KEYS]
    draw = Random(watch.seed)  # noqa: S311 - a draw to be drawn again
    now = [body for question in QUESTIONS for body in question.bodies(keys)]
    return [*now, *past_bodies(keys, await stands.known_at(), draw)]


async def _third(stands: Standing, watch: Watch, server: Server, bodies: list[str], begun: float) -> Third:
    """Watch for a third of the time."""
    headers, keys, seconds = dict(stands.headers), stands.city.keys()[:KEYS], watch.seconds / len(THIRDS)
    asked = load.Task(f"{server.url}/graphql", headers, bodies, watch.seed, watch.connections, seconds)
    mixed = mixing.Task(server.url, headers, keys, watch.subscribers, seconds)
    work = asyncio.gather(
        asyncio.to_thread(run, "load", {}, say=msgspec.json.encode(asked)),
        asyncio.to_thread(run, "mixing", stands.environment, say=msgspec.json.encode(mixed)),
    )
    looks: list[Look] = []
    while not work.done():
        await asyncio.wait({work}, timeout=watch.interval)
        minutes = (time.monotonic() - begun) / 60
        looks.append(Look(minutes, resident_bytes(server.pid), private_bytes_below(stands.postmaster)))
    answered, events = work.result()
    return Third(looks, msgspec.json.decode(answered, type=load.Outcome), int(events))


def _table(thirds: Sequence[Third]) -> str:
    heads = ["", "hub MiB", "at most", "PostgreSQL, private MiB", "at most", "requests/s", "p99 ms", "events told"]
    rows = []
    for name, third in zip(THIRDS, thirds, strict=True):
        held = [[one / report.MEBIBYTE for one in column] for column in list(zip(*third.looks, strict=True))[1:]]
        memory = [figure for column in held for figure in (median(column), max(column))]
        answered = third.answered
        told = [f"{answered.requests / answered.seconds:,.0f}", f"{answered.p99:,.1f}", f"{third.events:,}"]
        rows.append([name, *(f"{figure:,.0f}" for figure in memory), *told])
    return report.table(heads, rows)


def _plot(looks: Sequence[Look]) -> str:
    series = {
        "hub, one process": [(look.at, look.hub / report.MEBIBYTE) for look in looks],
        "PostgreSQL, private": [(look.at, look.database / report.MEBIBYTE) for look in looks],
    }
    return lines("Memory under mixed load", "MiB", series)


if __name__ == "__main__":
    typer.run(main)
