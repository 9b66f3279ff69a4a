"""Measure what one process of the hub takes to start and to hold: `python -m bench.start` prints it.

Starts the hub with the full model over a database that is up to date, one process after another; figures are medians.
"""

import asyncio
import tempfile
from pathlib import Path
from statistics import median
from typing import Annotated, NamedTuple

import msgspec
import typer

from bench import report
from bench.processes import processor_seconds, resident_bytes, run, serving
from hub.settings import Settings
from hub.store.migrate import migrate
from hub.store.pool import connect_database
from hub.vault.key_file import load_keys


class Start(NamedTuple):
    """What one start took, until the process gave its address."""

    seconds: float
    processor: float
    resident: int
    own: int


def main(rounds: Annotated[int, typer.Option(min=1, help="How many processes are started.")] = 5) -> None:
    """Measure what one process of the hub takes to start and to hold."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as directory:
        Path(directory).chmod(0o755)
        typer.echo(asyncio.run(_measure(Settings(data_dir=directory), rounds)))


async def _measure(settings: Settings, rounds: int) -> str:
    async with connect_database(settings) as database:
        await migrate(database.direct_url)
        load_keys(settings.vault_key_path, create=True)
        environment = {
            "HUB_DATA_DIR": settings.data_dir,
            "HUB_DATABASE_URL": database.direct_url,
            "HUB_PORT": "0",
            "HUB_LOG_LEVEL": "warning",
        }
        async with database.connection() as connection:
            machine = report.machine(str(await connection.fetchval("show server_version")))
        parts = [msgspec.json.decode(run("parts", {}), type=dict[str, float]) for _ in range(rounds)]
        starts = [_start(environment) for _ in range(rounds)]
    rows = [[part, f"{median(one[part] for one in parts):.2f} s of processor time"] for part in parts[0]]
    rows += [
        ["all until it serves", f"{median(start.processor for start in starts):.2f} s of processor time"],
        ["the same", f"{median(start.seconds for start in starts):.2f} s of time"],
        ["memory then", f"{median(start.resident for start in starts) / report.MEBIBYTE:.0f} MiB"],
        ["of it its own, shared with no file", f"{median(start.own for start in starts) / report.MEBIBYTE:.0f} MiB"],
    ]
    return f"{machine}\n\n{report.table(['one process', 'figure'], rows)}"


def _start(environment: dict[str, str]) -> Start:
    """Start one process of the hub and stop it once it has told its address."""
    with serving("hub", environment) as server:
        processor = processor_seconds(server.pid)
        return Start(server.start_seconds, processor, server.start_bytes, resident_bytes(server.pid, "RssAnon"))


if __name__ == "__main__":
    typer.run(main)
