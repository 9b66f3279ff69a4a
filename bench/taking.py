"""Take in records of half a kilobyte and time it: `python -m bench.taking`, told what by JSON on standard input.

A process of its own for each case, so that the most memory it held is the case's. Everybody is made up.
"""

import asyncio
import csv
import os
import resource
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import msgspec
from msgspec import Struct
from stdnum.iso7064 import mod_11_2

from adapters.recognising import RecognisedFile, recognise
from adapters.transports.content import Limits
from bench.processes import parent_of, processor_seconds, resident_bytes
from hub.clock import now
from hub.collector import spare_collector
from hub.intake.delivery import Line
from hub.intake.submission import Delivery
from hub.loaders import load_shared
from hub.opening import Hub, open_hub
from hub.settings import load_settings
from hub.timeline import Outcome

REGISTER, RECORD = "household_registration", "household"
TITLES = ("公民身份号码", "姓名", "性别", "民族", "户籍地镇(街道)", "户籍信息状态", "户主姓名", "户籍地址")
ADDRESS = "广州市天河区" + "长路" * 60
FIRST_DAY, DAYS, A_DAY = date(1930, 1, 1), 30_000, 999
COPIES = 20
TABLE = "bench_record"


class Task(Struct):
    """Take in so many ``lines`` where so many entities are ``known``, again and by COPY; then single ``submissions``.

    With ``is_growth`` the lines are taken in once, and that is all.
    """

    lines: int
    known: int
    workers: int
    submissions: int
    is_growth: bool = False


class Effort(Struct):
    """What a way to take in records took: seconds, and processor seconds of the loader's processes and PostgreSQL's."""

    seconds: float
    loader: float
    database: float


class Single(Struct):
    """The median of the seconds that one ``submission`` takes, and one row that is ``inserted``."""

    submission: float
    inserted: float


class Taken(Struct):
    """What each way to take in the same records took, the most memory that a loader held, and single submissions."""

    ways: dict[str, Effort]
    peak_bytes: int
    single: Single | None = None


def person(place: int) -> tuple[str, ...]:
    """The record of a person, another for each place."""
    day, turn = place % DAYS, place // DAYS
    body = f"440106{FIRST_DAY + timedelta(days=day):%Y%m%d}{turn % A_DAY:03}"
    number = body + mod_11_2.calc_check_digit(body)
    return (number, f"某{place}", "男" if turn % 2 else "女", "汉族", "440106001", "正常", f"某{place}", ADDRESS)


def write(path: Path, start: int, lines: int) -> None:
    """A file of the persons from a place on."""
    with path.open("w", encoding="utf-8", newline="") as text:
        rows = csv.writer(text)
        rows.writerow(TITLES)
        rows.writerows(person(place) for place in range(start, start + lines))


def recognised(hub: Hub, path: Path) -> RecognisedFile:
    """The file, ready to be loaded."""
    limits = Limits.of(hub.settings)
    (file,) = recognise(
        hub.model, REGISTER, [path], record=RECORD, stated_on=date(2025, 1, 6), source_unit="", limits=limits
    )
    return file


async def effort_of(hub: Hub, act: Callable[[], Awaitable[object]]) -> Effort:
    """What something takes, all that PostgreSQL does meanwhile included."""
    async with hub.database.connection() as connection:
        postmaster = parent_of(await connection.fetchval("select pg_backend_pid()"))
    pids = (os.getpid(), postmaster)
    before, begun = [processor_seconds(pid) for pid in pids], perf_counter()
    await act()
    seconds = perf_counter() - begun
    loader, database = (processor_seconds(pid) - spent for pid, spent in zip(pids, before, strict=True))
    return Effort(seconds, loader, database)


async def taken_in(hub: Hub, path: Path, workers: int, outcome: Outcome) -> Effort:
    """What it takes to load a file, every line of which should come to ``outcome``."""

    async def take_in() -> None:
        file = recognised(hub, path)
        report = await load_shared(hub.settings, hub.intake, file, "bench", workers, lambda file: None)
        if set(report.summary.counts) != {outcome}:
            raise RuntimeError(f"not every line was {outcome}")

    return await effort_of(hub, take_in)


@asynccontextmanager
async def a_table(hub: Hub) -> AsyncIterator[None]:
    """A table that knows nothing, logged as every other."""
    async with hub.database.connection() as connection:
        await connection.execute(f"create table {TABLE} (line bytea not null)")
    yield
    async with hub.database.connection() as connection:
        await connection.execute(f"drop table {TABLE}")


def records_of(path: Path) -> list[tuple[bytes]]:
    """The lines of a file, as COPY takes them."""
    return [(line,) for line in path.read_bytes().splitlines()[1:]]


async def copied(hub: Hub, lines: list[tuple[bytes]]) -> Effort:
    """What COPY takes for lines, on average of some times."""

    async def copy() -> None:
        async with hub.database.connection() as connection:
            for _ in range(COPIES):
                await connection.copy_records_to_table(TABLE, records=lines)

    took = await effort_of(hub, copy)
    return Effort(took.seconds / COPIES, took.loader / COPIES, took.database / COPIES)


async def each(times: int, act: Callable[[int], Awaitable[object]]) -> float:
    """The median of how long it takes, one after another."""
    took = []
    for turn in range(times):
        begun = perf_counter()
        await act(turn)
        took.append(perf_counter() - begun)
    return median(took)


async def submissions(hub: Hub, start: int, times: int) -> Single:
    """How long a changed record of a known person takes as a submission of its own, and a row of the same bytes."""
    turns = count()

    async def submit(place: int) -> None:
        number, name, *_ = person(start + place)
        values = {"idNumber": number, "name": f"{name}又{next(turns)}", "householdAddress": ADDRESS}
        line = Line(1, RECORD, values, values, valid_from=date(2025, 2, 3))
        key = f"{name} {now().isoformat()}"
        delivery = Delivery(
            register=REGISTER,
            source_unit="",
            idempotency_key=key,
            digest=key.encode(),
            stated_at=now(),
            sender="bench",
        )
        summary = await hub.intake.take_in(delivery, lambda after: [line], keep_results=True)
        if set(summary.counts) != {Outcome.UPDATED}:
            raise RuntimeError("a changed record was not UPDATED")

    async def insert(place: int) -> None:
        async with hub.database.connection() as connection:
            await connection.execute(f"insert into {TABLE} values ($1)", ",".join(person(place)).encode())  # noqa: S608

    return Single(await each(times, submit), await each(times, insert))


def peak_bytes(workers: int) -> int:
    """The most memory that this process has held, or one of its ``workers`` where there are several."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 if workers > 1 else 0
    return max(resident_bytes("self", "VmHWM"), children)


async def measure(task: Task) -> Taken:
    """Time every way to take in persons whom the hub does not know."""
    with TemporaryDirectory(prefix="hub-bench-") as folder:
        path = Path(folder, "new.csv")
        write(path, task.known, task.lines)
        async with open_hub(load_settings()) as hub:
            spare_collector()
            ways = {"new": await taken_in(hub, path, task.workers, Outcome.CREATED)}
            if task.is_growth:
                return Taken(ways, peak_bytes(task.workers))
            ways["again"] = await taken_in(hub, path, task.workers, Outcome.UNCHANGED)
            peak = peak_bytes(task.workers)
            async with a_table(hub):
                ways["COPY"] = await copied(hub, records_of(path))
                single = await submissions(hub, task.known, min(task.submissions, task.lines))
        return Taken(ways, peak, single)


if __name__ == "__main__":
    taken = asyncio.run(measure(msgspec.json.decode(sys.stdin.buffer.read(), type=Task)))
    sys.stdout.buffer.write(msgspec.json.encode(taken))
