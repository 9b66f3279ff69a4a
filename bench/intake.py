"""Measure intake against raw COPY of the same bytes: `python -m bench.intake`, or `make bench-intake`.

New records, the same again, and single changed submissions, by one process and by several, in a hub that knows nobody
and in one that knows many. Every case is a process and a database of its own; ratios are those of one run.
"""

import asyncio
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from bench import report
from bench.processes import run
from bench.taking import Taken, Task
from hub.settings import Settings
from hub.store.pool import connect_database, connect_directly
from hub.vault.keys import load_keys

HEADS = ("processes, entities", "lines/s", "of COPY", "CPU ms a line: loader", "PostgreSQL", "of COPY", "MiB")
SINGLE = ("processes, entities", "one submission ms", "one row ms", "of a row")
err = Console(stderr=True)


def main(
    lines: Annotated[int, typer.Option(min=10, help="Records of half a kilobyte.")] = 20_000,
    entities: Annotated[int, typer.Option(min=0, help="Entities that the hub knows before, in a case of its own.")] = 0,
    workers: Annotated[
        list[int] | None, typer.Option(min=1, help="Processes that share the file; once for each case.")
    ] = None,
    submissions: Annotated[int, typer.Option(min=1, help="Single submissions, one after another.")] = 200,
) -> None:
    """Measure what intake costs, as a ratio of COPY into a logged table in the same run."""
    cases = [Task(lines, known, count, submissions) for known in sorted({0, entities}) for count in workers or [1, 2]]
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as name:
        Path(name).chmod(0o755)
        typer.echo(asyncio.run(_measure(Settings(data_dir=f"{name}/hub"), cases)))


async def _measure(settings: Settings, cases: list[Task]) -> str:
    load_keys(settings.vault_key_path, create=True)
    taken = []
    async with connect_database(settings) as database:
        async with database.connection() as connection:
            machine = report.machine(str(await connection.fetchval("show server_version")))
        for number, case in enumerate(cases):
            err.print(f"{case.workers} processes, {case.entities:,} entities known")
            url = await _empty_database(database.direct_url, f"bench_{number}")
            environment = {"HUB_DATA_DIR": settings.data_dir, "HUB_DATABASE_URL": url}
            printed = await asyncio.to_thread(run, "taking", environment, say=msgspec.json.encode(case))
            taken.append((case, msgspec.json.decode(printed, type=Taken)))
    return "\n\n".join(
        [
            f"`{shlex.join(['python', '-m', 'bench.intake', *sys.argv[1:]])}`; {machine}.",
            report.table(HEADS, [row for case, one in taken for row in _rows(case, one)]),
            report.table(SINGLE, [_single(case, one) for case, one in taken]),
        ]
    )


async def _empty_database(url: str, name: str) -> str:
    async with connect_directly(url) as connection:
        await connection.execute(f"create database {name}")
    return url.replace("/hub?", f"/{name}?")


def _rows(case: Task, taken: Taken) -> Iterator[list[str]]:
    peak = max(taken.peak_bytes, taken.worker_peak_bytes if case.workers > 1 else 0)
    ways = {"new": taken.new, "again": taken.again, "COPY": taken.copied}
    for way, took in ways.items():
        work, floor = took.loader + took.database, taken.copied.loader + taken.copied.database
        yield [
            f"{case.workers}, {case.entities:,}: {way}",
            f"{case.lines / took.seconds:,.0f}",
            f"{taken.copied.seconds / took.seconds:.3f}",
            f"{1000 * took.loader / case.lines:.3f}",
            f"{1000 * took.database / case.lines:.3f}",
            f"{floor / work:.3f}" if work else "",
            f"{peak / report.MEBIBYTE:.0f}" if way == "new" else "",
        ]


def _single(case: Task, taken: Taken) -> list[str]:
    ratio = taken.inserted / taken.submission
    return [
        f"{case.workers}, {case.entities:,}",
        f"{1000 * taken.submission:.1f}",
        f"{1000 * taken.inserted:.1f}",
        f"{ratio:.2f}",
    ]


if __name__ == "__main__":
    typer.run(main)
