"""A pull that is killed while it reads, writes or takes in goes on, and every row is there once."""

import asyncio
import random
from pathlib import Path

import msgspec
import pytest

from adapters.pulling import Spool
from hub.store.pool import connect_directly
from hub.vault.key_file import load_keys
from tests.adapters.databases import Source
from tests.adapters.test_fetching_rows import added, declare
from tests.cli.running import run_hub, start_hub
from tests.people import id_number

ROWS = 3_000
ROUNDS = 5
READING = 'table = "hjry", page_rows = 20, read = { mode = "full", key = ["gmsfhm"] }'


def spooled(note: Path) -> int:
    """How many rows of the run that is going on are in its spool."""
    try:
        return msgspec.json.decode(note.read_bytes(), type=Spool).rows
    except FileNotFoundError:
        return 0


@pytest.mark.slow
async def test_a_pull_that_is_killed_at_any_moment_loses_and_doubles_nothing(
    database_url: str, sqlite: Source, tmp_path: Path
) -> None:
    people = (id_number(place % 1_000, f"19{70 + place // 1_000}0101") for place in range(ROWS))
    sqlite.run(
        "create table hjry (gmsfhm varchar(18) primary key, xm varchar(40), gxsj timestamp)",
        *(added(number, "某", "2024-01-01 10:00:00").replace(":", r"\:") for number in people),
    )
    path = tmp_path / "adapters.toml"
    declare(path, {"people": f'{{ kind = "sql", url_env = "PEOPLE", {READING} }}'})
    load_keys(tmp_path / "vault.keys", create=True)
    settings = {
        "HUB_DATABASE_URL": database_url,
        "HUB_DATA_DIR": tmp_path,
        "HUB_SOURCES_FILE": path,
        "PEOPLE": sqlite.url,
    }
    note = tmp_path / "spools" / "people.jsonl.note"
    for round_ in range(1, ROUNDS):
        hub = start_hub("sync", **settings)
        while hub.poll() is None and spooled(note) < ROWS * round_ // ROUNDS:
            await asyncio.sleep(random.uniform(0, 0.05))  # noqa: S311
        await asyncio.sleep(random.uniform(0, 2))  # noqa: S311
        hub.kill()
        hub.communicate()
    code, output = await asyncio.to_thread(run_hub, "sync", **settings)
    assert code == 0, output
    async with connect_directly(database_url) as connection:
        assert await connection.fetchval("select count(*) from state") == ROWS
        assert await connection.fetchval("select count(distinct entity_id) from view") == ROWS
