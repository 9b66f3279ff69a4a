"""Measure intake against raw COPY of the same bytes: `python -m bench.intake`, or `make bench-intake`.

New records, the same again, and single changed submissions, by one process and by several, in a hub that knows nobody
and in one that grows. Every case is a process of its own; ratios are those of one run, and rows are told as they come.
"""

import asyncio
import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from bench import report
from bench.processes import run
from bench.taking import Single, Taken, Task
from hub.settings import Settings
from hub.store.pool import connect_database, connect_directly
from hub.vault.key_file import load_keys

HEADS = ("processes, entities", "lines/s", "of COPY", "CPU ms a line: loader", "PostgreSQL", "of COPY", "MiB")
SINGLE = ("processes, entities", "one submission ms", "one row ms", "of a row")
GROWN = "bench_grown"
err = Console(stderr=True, highlight=False, soft_wrap=True)


def main(
    lines: Annotated[int, typer.Option(min=10, help="Records of half a kilobyte.")] = 20_000,
    entities: Annotated[
        list[int] | None, typer.Option(min=1, help="Entities that a hub knows before; it grows from each to the next.")
    ] = None,
    workers: Annotated[
        list[int] | None, typer.Option(min=1, help="Processes that share the file; once for each case.")
    ] = None,
    submissions: Annotated[int, typer.Option(min=1, help="Single submissions, one after another.")] = 200,
) -> None:
    """Measure what intake costs, as a ratio of COPY into a logged table in the same run."""
    processes = workers or [1, 2]
    cases = [(f"bench_{count}", Task(lines, 0, count, submissions)) for count in processes]
    cases += [(GROWN, task) for task in _growing(entities or [], processes, lines, submissions)]
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as name:
        Path(name).chmod(0o755)
        typer.echo(asyncio.run(_measure(Settings(data_dir=f"{name}/hub"), cases)))


def _growing(entities: list[int], processes: list[int], lines: int, submissions: int) -> Iterator[Task]:
    """The cases of one hub, which knows more from each to the next."""
    known = 0
    for step in sorted(entities):
        if step > known:
            yield Task(step - known, known, max(processes), 0, is_growth=True)
            known = step
        for count in processes:
            yield Task(lines, known, count, submissions)
            known += lines


async def _measure(settings: Settings, cases: Sequence[tuple[str, Task]]) -> str:
    load_keys(settings.vault_key_path, create=True)
    rows, single = [], []
    async with connect_database(settings) as database:
        async with database.connection() as connection:
            machine = report.machine(str(await connection.fetchval("show server_version")))
        for name, case in cases:
            url = await _own_database(database.direct_url, name)
            environment = {"HUB_DATA_DIR": settings.data_dir, "HUB_DATABASE_URL": url}
            printed = await asyncio.to_thread(run, "taking", environment, say=msgspec.json.encode(case))
            taken = msgspec.json.decode(printed, type=Taken)
            told = [*_rows(case, taken)]
            rows += told
            if taken.single:
                told.append(_single(case, taken.single))
                single.append(told[-1])
            for cells in told:
                err.print(" | ".join(cells))
    return "\n\n".join(
        [
            f"`{shlex.join(['python', '-m', 'bench.intake', *sys.argv[1:]])}`; {machine}.",
            report.table(HEADS, rows),
            report.table(SINGLE, single),
        ]
    )


async def _own_database(url: str, name: str) -> str:
    """The address of the database of a name, made where it does not exist."""
    async with connect_directly(url) as connection:
        if not await connection.fetchval("select true from pg_database where datname = $1", name):
            await connection.execute(f"create database {name}")
    return url.replace("/hub?", f"/{name}?")


def _rows(case: Task, taken: Taken) -> Iterator[list[str]]:
    copied = taken.ways.get("COPY")
    for way, took in taken.ways.items():
        work = took.loader + took.database
        yield [
            f"{case.workers}, {case.known:,}: {f'{case.lines:,} ' if case.is_growth else ''}{way}",
            f"{case.lines / took.seconds:,.0f}",
            f"{copied.seconds / took.seconds:.3f}" if copied else "",
            f"{1000 * took.loader / case.lines:.3f}",
            f"{1000 * took.database / case.lines:.3f}",
            f"{(copied.loader + copied.database) / work:.3f}" if copied and work else "",
            f"{taken.peak_bytes / report.MEBIBYTE:.0f}" if way == "new" else "",
        ]


def _single(case: Task, single: Single) -> list[str]:
    return [
        f"{case.workers}, {case.known:,}",
        f"{1000 * single.submission:.1f}",
        f"{1000 * single.inserted:.1f}",
        f"{single.inserted / single.submission:.2f}",
    ]


if __name__ == "__main__":
    typer.run(main)
