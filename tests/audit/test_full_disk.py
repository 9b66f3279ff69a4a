"""A disk that is really full: nobody is answered, nothing is torn, and all goes on by itself once there is room."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from graphql_schema.services import Services
from hub.store.access_log import AccessLog
from hub.store.anchors import AnchorFolder
from tests.audit.entries import are_chained, rows_of
from tests.conftest import Server
from tests.logs import anchoring
from tests.people import id_number
from tests.served import AGENCY, Api, served

ASK = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { name } }"
PARTITIONS = """select inhrelid::regclass::text as name from pg_inherits
where inhparent = 'audit.access_log'::regclass"""
MOST_QUESTIONS = 400
"""By so many the room is used up that pages had left."""


class SmallDisk:
    """A file system of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._filling = path / "filling"

    def fill(self) -> None:
        """Use up what room there is, to the last page."""
        with self._filling.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

    def clear(self) -> None:
        """Make room."""
        self._filling.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A small disk, where this user may mount one."""
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", path], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this user may mount nothing")
    yield SmallDisk(path)
    subprocess.run(["umount", "--lazy", path], check=True)


def folder_for(data_directory: str, disk: SmallDisk) -> Path:
    """A folder on the disk that the server, whose data lie elsewhere, may reach and own."""
    folder, owner = disk.path / "tables", Path(data_directory).stat()
    folder.mkdir(mode=0o700)
    os.chown(folder, owner.st_uid, owner.st_gid)
    for above in (disk.path, *disk.path.parents[:4]):
        above.chmod(above.stat().st_mode | 0o011)
    return folder


@asynccontextmanager
async def logging_on(disk: SmallDisk, server: Server, services: Services) -> AsyncIterator[None]:
    """The access log's tables lie on the disk for as long as the block runs."""
    async with services.database.connection() as connection:
        folder = folder_for(await connection.fetchval("show data_directory"), disk)
    name = f"small_{uuid4().hex}"
    admin = await asyncpg.connect(server.url)
    await admin.execute(f"create tablespace {name} location '{folder}'")
    async with services.database.connection() as connection:
        partitions = [row["name"] for row in await connection.fetch(PARTITIONS)]
        for partition in partitions:
            await connection.execute(f"alter table {partition} set tablespace {name}")
    try:
        yield
    finally:
        async with services.database.connection() as connection:
            for partition in partitions:
                await connection.execute(f"alter table {partition} set tablespace pg_default")
        await admin.execute(f"drop tablespace {name}")
        await admin.close()


async def post(api: Api) -> httpx.Response:
    body = {"query": ASK, "variables": {"id": id_number(1)}}
    return await api.client.post("/graphql", json=body, headers=api.headers(AGENCY))


def is_refused(response: httpx.Response) -> bool:
    """Whether nobody was shown because of the log; a server that is not full answers."""
    if response.status_code == 200:
        assert response.json()["data"]["naturalPerson"] == {"name": "王小明"}
        return False
    assert response.status_code == 503
    assert "data" not in response.json()
    assert "王小明" not in response.text
    assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["ACCESS_LOG_UNAVAILABLE"]
    return True


async def answered_until_refused(api: Api) -> int:
    """How many questions are answered before one is refused."""
    for answered in range(MOST_QUESTIONS):
        if is_refused(await post(api)):
            return answered
    raise AssertionError("the disk is never full")


async def test_a_database_whose_disk_is_full_answers_nobody_until_there_is_room(
    disk: SmallDisk, embedded_server: Server, services: Services
) -> None:
    async with served(services) as client:
        api = Api(client, services)
        await api.office.household({"idNumber": id_number(1), "name": "王小明"})
        async with logging_on(disk, embedded_server, services):
            assert not is_refused(await post(api))
            disk.fill()
            answered = 1 + await answered_until_refused(api)
            assert is_refused(await post(api))
            disk.clear()
            assert not is_refused(await post(api))
    rows = await rows_of(services.database)
    assert len(rows) == answered + 1
    assert are_chained(rows)


async def test_where_anchors_lie_on_a_full_disk_nobody_is_answered_until_there_is_room(
    disk: SmallDisk, services: Services
) -> None:
    log = AccessLog(services.database, anchoring(disk.path / "anchors", 0))
    async with served(replace(services, desk=replace(services.desk, log=log))) as client:
        api = Api(client, services)
        await api.office.household({"idNumber": id_number(1), "name": "王小明"})
        assert not is_refused(await post(api))
        disk.fill()
        await answered_until_refused(api)
        disk.clear()
        assert not is_refused(await post(api))


def add_for_ever(folder: AnchorFolder, writer: UUID) -> None:
    for _ in count():
        folder.add(writer, b"b" * 100)


def test_a_disk_that_ends_within_a_line_leaves_no_part_of_it(disk: SmallDisk) -> None:
    folder, writer = AnchorFolder(disk.path), uuid4()
    folder.add(writer, b"a" * 100)
    disk.fill()
    with pytest.raises(OSError, match="No space left"):
        add_for_ever(folder, writer)
    disk.clear()
    folder.add(writer, b"c" * 100)
    lines = list(folder.lines(writer, folder.sizes()[writer]))
    assert {len(line) for line in lines} == {100}
    assert lines[-1] == b"c" * 100
