"""Measure how fast a request that would cost too much is refused: `python -m bench.refusing` prints it.

Sends each to a hub in a process of its own, over HTTP, while another client asks something small all the time: what is
told are medians, the processor time of the hub for one, and the longest that the other client waited meanwhile.
"""

import asyncio
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Annotated

import httpx
import msgspec
import typer

from bench import report
from bench.processes import processor_seconds, serving
from hub.access import Role, Viewer
from hub.identity import LocalIssuer
from hub.settings import Settings
from hub.store.pool import connect_database
from hub.vault.key_file import load_keys

ASKER = Viewer(agency="bench", officer="bench", roles=frozenset({Role.QUERY_OFFICER}))
TITLES = ["sent", "answered", "processor time", "after", "another waited", "at most"]
SMALL = b'{"query": "{ me { agency } }"}'


def bodies(turn: int) -> Mapping[str, bytes]:
    """What is sent; every turn another text, so that nothing is remembered."""
    doubling = [f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(20)]
    parting = [
        f"fragment F{n} on Query {{ b{n}: node {{ ...F{n + 1} }} c{n}: node {{ ...F{n + 1} }} }}" for n in range(20)
    ]
    last = f"fragment F20 on Query {{ a{turn}: me {{ agency }} }}"
    aliases = " ".join(f"a{turn}x{n}: me {{ agency }}" for n in range(1_000))
    deep = b"[" * 100_000 + b"]" * 100_000
    return {
        "20 fragments that double each other in one place": _asked(" ".join(["{ ...F0 }", *doubling, last])),
        "20 fragments that double each other, level by level": _asked(" ".join(["{ ...F0 }", *parting, last])),
        "1,000 aliases": _asked(f"{{ {aliases} }}"),
        "a body of 10 MB": b'{"query": "' + b" " * 10_000_000 + b'"}',
        "JSON 100,000 levels deep": b'{"query": "{ me { agency } }", "variables": {"a": ' + deep + b"}}",
        "what is not refused: `{ me { agency } }`": SMALL,
    }


def _asked(query: str) -> bytes:
    return msgspec.json.encode({"query": query})


def main(rounds: Annotated[int, typer.Option(min=1, help="How often each is sent.")] = 30) -> None:
    """Measure how fast a request that would cost too much is refused."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as directory:
        Path(directory).chmod(0o755)
        typer.echo(asyncio.run(_measure(Settings(data_dir=directory), rounds)))


async def _measure(settings: Settings, rounds: int) -> str:
    async with connect_database(settings) as database:
        load_keys(settings.vault_key_path, create=True)
        async with database.connection() as connection:
            machine = report.machine(str(await connection.fetchval("show server_version")))
        token = LocalIssuer.at(settings.data_path).mint(ASKER, timedelta(hours=1))
        environment = {
            "HUB_DATA_DIR": settings.data_dir,
            "HUB_DATABASE_URL": database.direct_url,
            "HUB_PORT": "0",
            "HUB_LOG_LEVEL": "error",
        }
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        with serving("hub", environment) as server:
            async with httpx.AsyncClient(base_url=server.url, headers=headers, trust_env=False, timeout=60) as client:
                rows = [await _row(client, server.pid, name, rounds) for name in bodies(0)]
    return f"{machine}\n\n{report.table(TITLES, rows)}"


async def _row(client: httpx.AsyncClient, pid: int, name: str, rounds: int) -> list[str]:
    """How one of the bodies fares: alone, by processor time of the hub; then beside another client."""
    before = processor_seconds(pid)
    status = [await _send(client, bodies(turn)[name]) for turn in range(rounds)][-1]
    processor = (processor_seconds(pid) - before) / rounds
    waits: list[float] = []
    beside = asyncio.create_task(_ask_beside(client, waits))
    took: list[float] = []
    for turn in range(rounds):
        begun = time.perf_counter()
        await _send(client, bodies(rounds + turn)[name])
        took.append(time.perf_counter() - begun)
    beside.cancel()
    await asyncio.gather(beside, return_exceptions=True)
    times = (processor, median(took), median(waits or [0]), max(waits, default=0))
    return [name, status, *(f"{seconds * 1000:.1f} ms" for seconds in times)]


async def _send(client: httpx.AsyncClient, body: bytes) -> str:
    """What is answered."""
    with suppress(httpx.WriteError):
        response = await client.post("/graphql", content=body)
        return f"{response.status_code} {_code(response)}"
    return "closed"


def _code(response: httpx.Response) -> str:
    errors = response.json().get("errors")
    return str(errors[0]["extensions"]["code"]) if errors else ""


async def _ask_beside(client: httpx.AsyncClient, waits: list[float]) -> None:
    """Ask something small all the time, and note how long each took."""
    while True:
        begun = time.perf_counter()
        await client.post("/graphql", content=SMALL)
        waits.append(time.perf_counter() - begun)
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    typer.run(main)
