"""A server that is told to stop leaves nothing half done, by one process and by two."""

import asyncio
import os
import re
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from subprocess import Popen
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from hub.access import Viewer
from hub.errors import InvalidSetting
from hub.identity import LocalIssuer
from hub.settings import Settings
from hub.store.seat import seat_in
from hub.workers import run_workers
from tests.cli.running import start_hub
from tests.feed.subscriber import CHANGES, PROTOCOL
from tests.people import id_number
from tests.served import AGENCY, department

PERSON = f'{{ naturalPerson(idNumber: "{id_number(1)}") {{ name }} }}'
POLICE = department("PUBLIC_SECURITY")
Hub = dict[str, object]


@dataclass
class Running:
    """A hub that serves in a process of its own, or in several."""

    process: Popen[str]
    address: str
    issuer: LocalIssuer

    def headers(self, viewer: Viewer = AGENCY) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.issuer.mint(viewer, timedelta(minutes=10))}", "Hub-Purpose": "TEST"}

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.address, headers=self.headers(), trust_env=False, timeout=60)

    async def ask(self, query: str) -> httpx.Response:
        """The answer to a query, over a connection of its own."""
        async with self.client() as client:
            return await client.post("/graphql", json={"query": query})

    def tell(self, sig: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(sig)

    async def ended(self) -> str:
        """What it said to its end."""
        output, _ = await asyncio.to_thread(self.process.communicate, timeout=60)
        return output


@contextmanager
def serving(hub: Hub, *words: object, **settings: object) -> Iterator[Running]:
    """A hub that serves; it is killed if it still runs when the block is left."""
    with start_hub("serve", *words, HUB_PORT=0, **hub, **settings) as process:
        try:
            told = iter(process.stdout or ())
            address = next(found[0] for line in told if (found := re.search(r"http://[\d.:]+", line)))
            yield Running(process, address, LocalIssuer.at(Path(str(hub["HUB_DATA_DIR"]))))
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()


@asynccontextmanager
async def holding(url: str, table: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Whoever reads or writes ``table`` waits until the block is left."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(f"lock table {table} in access exclusive mode")
            yield connection
    finally:
        await connection.close()


async def until_waiting(holder: "asyncpg.Connection[asyncpg.Record]", number: int) -> None:
    """Return once so many sessions of the database wait for a lock."""
    here = "database = (select oid from pg_database where datname = current_database())"
    while await holder.fetchval(f"select count(*) from pg_locks where not granted and {here}") < number:  # noqa: S608
        await asyncio.sleep(0.01)


async def status(client: httpx.AsyncClient, path: str) -> int:
    return (await client.get(path)).status_code


async def refuses(running: Running) -> bool:
    """Whether nobody listens any more."""
    try:
        async with running.client() as client:
            await client.get("/healthz")
    except httpx.TransportError:
        return True
    return False


async def subscribed(wire: Any, running: Running) -> None:  # noqa: ANN401
    await wire.send(msgspec.json.encode({"type": "connection_init", "payload": running.headers()}).decode())
    assert msgspec.json.decode(await wire.recv()) == {"type": "connection_ack"}
    payload = {"query": CHANGES, "variables": {}}
    await wire.send(msgspec.json.encode({"type": "subscribe", "id": "1", "payload": payload}).decode())


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.slow), 2])
async def test_a_server_that_is_told_to_stop_says_so_and_finishes_what_runs(
    hub: Hub, database_url: str, workers: int
) -> None:
    with serving(hub, "--workers", workers, HUB_DRAIN_NOTICE=1.5) as running:
        uri = running.address.replace("http", "ws", 1) + "/graphql"
        async with (
            holding(database_url, "view") as holder,
            connect(uri, subprotocols=[PROTOCOL], proxy=None) as wire,
            running.client() as watching,
        ):
            await subscribed(wire, running)
            assert await status(watching, "/readyz") == 200
            asked = [asyncio.create_task(running.ask(PERSON)) for _ in range(4)]
            await until_waiting(holder, 1)
            running.tell()
            while await status(watching, "/readyz") == 200:
                await asyncio.sleep(0.01)
            late = await running.ask("{ me { agency } }")
            assert (late.status_code, late.headers["connection"]) == (200, "close")
            assert await status(watching, "/healthz") == 200
            while not await refuses(running):
                await asyncio.sleep(0.01)
            assert not [task for task in asked if task.done()]
        with suppress(ConnectionClosed):
            while True:
                assert msgspec.json.decode(await wire.recv())["type"] == "ping"
        assert wire.close_code == 1012
        for response in await asyncio.gather(*asked):
            assert (response.status_code, response.json()["data"]) == (200, {"naturalPerson": None})
        assert (await running.ended()).count("the server has stopped") == workers


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
async def test_what_has_not_ended_in_time_or_when_told_again_is_broken_off_and_says_so(
    hub: Hub, database_url: str, workers: int
) -> None:
    for settings, tells in (({"HUB_DRAIN_TIMEOUT": 1}, 1), ({"HUB_DRAIN_TIMEOUT": 600, "HUB_DRAIN_NOTICE": 600}, 2)):
        with serving(hub, "--workers", workers, **({"HUB_DRAIN_NOTICE": 0} | settings)) as running:
            async with holding(database_url, "state") as holder, running.client() as client:
                asked = asyncio.create_task(upload(client, running))
                await until_waiting(holder, 1)
                for _ in range(tells):
                    running.tell()
                    await asyncio.sleep(0.3)
                response = await asked
                assert response.status_code == 503
                assert response.json()["errors"][0]["extensions"]["code"] == "STOPPING"
            await running.ended()
    with serving(hub) as running:
        async with running.client() as client:
            response = await upload(client, running)
        assert (response.status_code, response.json()["submissions"][0]["counts"]) == (200, {"CREATED": 1})


async def upload(client: httpx.AsyncClient, running: Running) -> httpx.Response:
    headers = running.headers(POLICE) | {"Content-Type": "text/csv", "Idempotency-Key": "once"}
    content = f"公民身份号码,姓名\n{id_number(1)},王小明\n".encode()
    return await client.post("/submissions/household_registration", content=content, headers=headers)


async def test_an_upload_that_is_still_coming_is_taken_in(hub: Hub) -> None:
    with serving(hub, HUB_DRAIN_NOTICE=0) as running:

        async def slowly() -> AsyncIterator[bytes]:
            yield "公民身份号码,姓名\n".encode()
            running.tell()
            while not await refuses(running):
                await asyncio.sleep(0.01)
            yield f"{id_number(1)},王小明\n".encode()

        async with running.client() as client:
            headers = running.headers(POLICE) | {"Content-Type": "text/csv"}
            path = "/submissions/household_registration"
            response = await client.post(path, content=slowly(), headers=headers)
        assert (response.status_code, response.json()["submissions"][0]["counts"]) == (200, {"CREATED": 1})
        await running.ended()


@pytest.mark.slow
async def test_ctrl_c_gives_no_notice(hub: Hub) -> None:
    with serving(hub, HUB_DRAIN_NOTICE=600) as running:
        running.tell(signal.SIGINT)
        await running.ended()


def servers_of(running: Running) -> set[int]:
    """The processes that serve under a supervisor, by their numbers."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=", "-o", "args=", "--ppid", str(running.process.pid)],
        check=False,
        capture_output=True,
        text=True,
    )
    return {int(line.split()[0]) for line in listed.stdout.splitlines() if "spawn_main" in line}


@pytest.mark.slow
async def test_a_process_that_is_killed_is_started_again_and_others_answer_meanwhile(hub: Hub) -> None:
    with serving(hub, "--workers", 2) as running:
        first = servers_of(running)
        assert len(first) == 2
        os.kill(min(first), signal.SIGKILL)
        while len(servers_of(running) - {min(first)}) < 2:
            assert (await running.ask("{ me { agency } }")).status_code == 200
        assert max(first) in servers_of(running)
        running.tell()
        assert "a serving process has ended and is started again" in await running.ended()


@pytest.mark.slow
async def test_a_process_that_hangs_is_replaced_and_those_that_are_well_are_left_alone(hub: Hub) -> None:
    with serving(hub, "--workers", 2, HUB_WORKER_TIMEOUT=1, HUB_DRAIN_NOTICE=0) as running:
        first = servers_of(running)
        os.kill(min(first), signal.SIGSTOP)
        while min(first) in servers_of(running) or len(servers_of(running)) < 2:
            pass
        assert max(first) in servers_of(running)
        assert {(await running.ask("{ me { agency } }")).status_code for _ in range(10)} == {200}
        running.tell()
        assert (await running.ended()).count("a serving process does not answer any more and is killed") == 1


@pytest.mark.slow
async def test_processes_leave_in_order_when_their_supervisor_is_killed(hub: Hub) -> None:
    with serving(hub, "--workers", 2, HUB_DRAIN_NOTICE=0) as running:
        assert (await running.ask("{ me { agency } }")).status_code == 200
        running.tell(signal.SIGKILL)
        assert (await running.ended()).count("the server has stopped") == 2


def test_more_processes_than_the_embedded_database_has_connections_for_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match=r"HUB_WORKERS is not usable.* embedded server has 100"):
        run_workers(Settings(workers=8, data_dir=str(tmp_path)), print)


@pytest.mark.slow
async def test_processes_share_the_embedded_database_which_ends_with_the_last(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving({"HUB_DATA_DIR": data}, "--workers", 2, HUB_DRAIN_NOTICE=0) as running:
        assert {(await running.ask(PERSON)).status_code for _ in range(10)} == {200}
        (postmaster,) = seat_in(data).data.glob("postmaster.pid")
        running.tell()
        assert (await running.ended()).count("the server has stopped") == 2
    assert not postmaster.exists()
