"""The feed misses nothing and repeats nothing while eight write at once and one of them is killed."""

import asyncio
import csv
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from graphql_schema.global_id import global_id
from hub.catalog import EntityKind, Model
from hub.intake.submission import Intake
from hub.store.pool import Database
from hub.vault.cipher import Vault
from hub.vault.key_file import load_keys
from tests.cli.running import run_hub, start_hub
from tests.cli.test_killed import position
from tests.conftest import ONE_SERVER_IN_CI, Server, opened, services_on, temporary_database
from tests.feed.reader import Reader
from tests.offices import Office
from tests.people import id_number
from tests.served import Api, served

WRITERS, DELIVERIES, PEOPLE, LINES = 7, 6, 40, 2_000
COMMAND = ("load", "social_security", "--stated-on", "2024-01-01")


@dataclass(frozen=True)
class City:
    """A hub that many write to: their desks, a reader's way in, and what a writer in a process of its own needs."""

    offices: list[Office]
    api: Api
    settings: dict[str, object]

    @property
    def database(self) -> Database:
        return self.api.services.database


@pytest.fixture
async def city(any_server: Server, model: Model, tmp_path: Path) -> AsyncIterator[City]:
    keys = tmp_path / "vault.keys"
    vault = Vault(load_keys(keys, create=True))
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(temporary_database(any_server.url, any_server.template))
        pools = [await stack.enter_async_context(opened(url, 2)) for _ in range(WRITERS + 1)]
        services = services_on(pools[0], model, vault)
        client = await stack.enter_async_context(served(services))
        offices = [Office(Intake(pool, model, vault)) for pool in pools[1:]]
        settings = {"HUB_DATABASE_URL": url, "HUB_VAULT_KEY_FILE": keys, "HUB_DATA_DIR": tmp_path}
        yield City(offices, Api(client, services), settings)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Enrolments of people of its own, so that its long transactions overlap with many short ones and wait for none."""
    path = tmp_path / "socialInsurances.csv"
    with path.open("w", encoding="utf-8", newline="") as text:
        rows = csv.writer(text)
        rows.writerow(["身份证件号码", "姓名", "个人社保号", "险种类型", "个人参保日期"])
        for place in range(LINES):
            number = id_number(place % 1_000, f"19{place // 1_000 + 70}0101")
            rows.writerow([number, f"某{place}", f"S1{place}", "310", "2023-02-01"])
    return path


async def write(writer: int, office: Office) -> None:
    """Deliveries about overlapping people, each correcting what others said."""
    random = Random(writer)  # noqa: S311 - the order is to be the same each time
    for turn in range(DELIVERIES):
        people = random.sample(range(PEOPLE), random.randrange(1, PEOPLE))
        lines = [{"idNumber": id_number(place), "name": f"姓{writer}-{turn}"} for place in people]
        await office.household(*lines, stated_on=date(2024, 1, 1) + timedelta(days=turn * WRITERS + writer))


async def load_killed_once(city: City, file: Path) -> None:
    """Load a file; kill the loader with no time for anything in mid-file, then load it again."""
    with await asyncio.to_thread(start_hub, *COMMAND, file, **city.settings) as loader:
        while not await position(city.database) and loader.poll() is None:
            await asyncio.sleep(0.01)
        loader.send_signal(signal.SIGKILL)
        output, _ = await asyncio.to_thread(loader.communicate)
    assert loader.returncode == -signal.SIGKILL, output
    code, output = await asyncio.to_thread(run_hub, *COMMAND, file, **city.settings)
    assert code == 0, output


async def follow(reader: Reader, writers: "asyncio.Future[list[None]]") -> list[tuple[str, int]]:
    """Read for as long as anyone writes, then to the end."""
    while not writers.done():
        await reader.page()
    return await reader.catch_up()


async def every_change(database: Database) -> list[tuple[str, int]]:
    async with database.connection() as connection:
        rows = await connection.fetch(
            "select kind, entity_id, version from change order by epoch, position, entity_id, version"
        )
    return [(global_id(EntityKind(row["kind"]), row["entity_id"]), row["version"]) for row in rows]


@ONE_SERVER_IN_CI
async def test_readers_miss_nothing_while_eight_write_and_one_is_killed(city: City, file: Path) -> None:
    writers = asyncio.gather(
        *(write(place, office) for place, office in enumerate(city.offices)), load_killed_once(city, file)
    )
    told = await asyncio.gather(*(follow(Reader(city.api, first), writers) for first in (7, 500)))
    await writers
    expected = await every_change(city.database)
    assert len(expected) > LINES
    for one in told:
        assert one == expected
    versions: dict[str, int] = {}
    for entity_id, version in expected:
        assert version == versions.get(entity_id, 0) + 1
        versions[entity_id] = version
