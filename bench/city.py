"""Load a city as a department would, and time it: `python -m bench.city DIRECTORY` prints an ``Outcome`` as JSON.

Its first deliveries are loaded, then loaded again, then their lines are copied into a table that knows nothing; the
other deliveries follow untimed. Workbooks are loaded but not counted, for what they hold compressed has no lines.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import asyncpg
import msgspec
from msgspec import Struct

from adapters.loading import load
from adapters.recognising import recognise
from adapters.transports.content import Limits
from bench.processes import resident_bytes
from hub.demo import SampleDelivery, deliveries
from hub.opening import Hub, open_hub
from hub.settings import load_settings
from hub.stewardship.granting import fill_development_grants

COPIES = 5
TABLE = "bench_line"


class Outcome(Struct):
    """Lines and seconds of each way to take in the same files, and the most memory that the process held."""

    lines: int
    bytes: int
    new: float
    unchanged: float
    copied: float
    peak_bytes: int


async def take_in(hub: Hub, directory: Path, delivery: SampleDelivery) -> tuple[int, float]:
    """Load one delivery; gives its lines and how long it took."""
    begun = perf_counter()
    (recognised,) = recognise(
        hub.model,
        delivery.register,
        [directory / delivery.file],
        record=delivery.record,
        stated_on=delivery.stated_on,
        source_unit="",
        limits=Limits.of(hub.settings),
    )
    report = await load(hub.intake, recognised, "bench", lambda file: None)
    return sum(report.summary.counts.values()), perf_counter() - begun


async def take_in_all(hub: Hub, directory: Path, chosen: Sequence[SampleDelivery]) -> tuple[int, float]:
    """Load deliveries; gives the lines and the seconds of those that have lines."""
    took = [(delivery, await take_in(hub, directory, delivery)) for delivery in chosen]
    counted = [each for delivery, each in took if has_lines(delivery)]
    return sum(lines for lines, _ in counted), sum(seconds for _, seconds in counted)


def has_lines(delivery: SampleDelivery) -> bool:
    """Whether the file is text."""
    return not delivery.file.endswith(".xlsx")


async def copy(hub: Hub, content: Sequence[bytes]) -> float:
    """How long COPY takes for the lines of files, into a table that is logged as every other; the median of some."""
    lines = [(line,) for text in content for line in text.splitlines()]
    took = []
    async with hub.database.connection() as connection:
        await connection.execute(f"create table {TABLE} (line bytea not null)")
        for _ in range(COPIES):
            begun = perf_counter()
            await connection.copy_records_to_table(TABLE, records=lines)
            took.append(perf_counter() - begun)
        await connection.execute(f"drop table {TABLE}")
    return median(took)


async def measure(directory: Path) -> Outcome:
    """Build the city and time its first deliveries."""
    listed = deliveries(directory)
    first = [delivery for delivery in listed if delivery.stated_on == listed[0].stated_on]
    async with open_hub(load_settings()) as hub:
        await fill_development_grants(hub.database, hub.model)
        lines, new = await take_in_all(hub, directory, first)
        _, unchanged = await take_in_all(hub, directory, first)
        peak = resident_bytes("self", "VmHWM")
        content = [(directory / delivery.file).read_bytes() for delivery in first if has_lines(delivery)]
        copied = await copy(hub, content)
        await take_in_all(hub, directory, listed[len(first) :])
        await settle(hub.database.direct_url)
    return Outcome(lines, sum(map(len, content)), new, unchanged, copied, peak)


async def settle(url: str) -> None:
    """Leave tables as a hub has them that was loaded a while ago, however long that takes."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(measure(Path(sys.argv[1])))))
