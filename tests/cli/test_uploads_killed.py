"""A hub that is killed after it has promised to take in an upload takes it in when it starts again."""

import asyncio
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from subprocess import Popen

import httpx

from hub.identity import LocalIssuer
from hub.store.pool import Database
from tests.cli.running import start_hub
from tests.people import id_number
from tests.served import department

LINES = 8_000


def file() -> bytes:
    """More than a hub takes in before it answers."""
    people = (f"{id_number(place % 1_000, f'{1950 + place // 1_000}0101')},某人{place},汉族" for place in range(LINES))
    return "\n".join(["公民身份号码,姓名,民族", *people, ""]).encode()


@contextmanager
def serving(hub: dict[str, object]) -> Iterator[tuple[Popen[str], str]]:
    """A hub that serves, and where; it is killed when the block is left."""
    with start_hub("serve", HUB_PORT=0, **hub) as running:
        try:
            told = iter(running.stdout or ())
            address = next(found[0] for line in told if (found := re.search(r"http://[\d.:]+", line)))
            yield running, address
        finally:
            running.send_signal(signal.SIGKILL)
            running.communicate()


async def reached(database: Database) -> tuple[int, bool]:
    """The line that the only submission has come to, and whether it has ended."""
    async with database.connection() as connection:
        row = await connection.fetchrow("select position, finished_at is not null from submission")
    return (row[0], row[1]) if row else (0, False)


async def test_an_upload_that_was_answered_outlives_the_process(
    hub: dict[str, object], database: Database, tmp_path: Path
) -> None:
    viewer = department("PUBLIC_SECURITY")
    with serving(hub) as (_, address):
        token = LocalIssuer.at(Path(str(hub["HUB_DATA_DIR"]))).mint(viewer, timedelta(minutes=10))
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv", "Hub-Purpose": "TEST"}
        async with httpx.AsyncClient(base_url=address, headers=headers, trust_env=False, timeout=60) as client:
            response = await client.post("/submissions/household_registration", content=file())
        assert response.status_code == 202, response.text
        while (await reached(database))[0] == 0:
            await asyncio.sleep(0.01)
    position, has_ended = await reached(database)
    assert (0 < position < LINES, has_ended) == (True, False)
    spool = tmp_path / "data" / "uploads"
    assert [path.name for path in spool.rglob("upload*")] == ["upload.csv"]

    with serving(hub) as (running, _):
        while (not (await reached(database))[1] or any(spool.iterdir())) and running.poll() is None:
            await asyncio.sleep(0.01)
    assert await reached(database) == (LINES, True)
    async with database.connection() as connection:
        assert await connection.fetchval("select count(*) from state") == LINES
