"""A database is brought to this release's schema once, in order, whoever else tries at the same time."""

import asyncio
import re
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

import asyncpg
import pytest

from hub.errors import DatabaseUnavailable, MigrationChanged
from hub.store.migrate import migrate, pending
from hub.store.pool import connect_directly
from tests.conftest import Server, temporary_database


@pytest.fixture
async def empty_url(any_server: Server) -> AsyncIterator[str]:
    async with temporary_database(any_server.url) as url:
        yield url


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE word (text text); INSERT INTO word VALUES ('first');")
    (tmp_path / "0002_second.sql").write_text("INSERT INTO word VALUES ('second');")
    return tmp_path


async def words(url: str) -> list[str]:
    async with connect_directly(url) as connection:
        return [row["text"] for row in await connection.fetch("SELECT text FROM word")]


def test_shipped_migrations_are_numbered_without_gap() -> None:
    names = sorted(file.name for file in resources.files("migrations").iterdir() if file.name.endswith(".sql"))
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", name) for name in names)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


async def test_the_shipped_migrations_apply_once_to_an_empty_database(empty_url: str) -> None:
    outstanding = await pending(empty_url)
    assert await migrate(empty_url) == outstanding
    assert await migrate(empty_url) == []
    assert await pending(empty_url) == []


async def test_migrations_apply_in_order_and_once(empty_url: str, directory: Path) -> None:
    assert await pending(empty_url, directory) == ["0001_first", "0002_second"]
    assert await migrate(empty_url, directory) == ["0001_first", "0002_second"]
    assert await migrate(empty_url, directory) == []
    assert await words(empty_url) == ["first", "second"]


async def test_a_later_release_applies_only_what_it_adds(empty_url: str, directory: Path) -> None:
    await migrate(empty_url, directory)
    (directory / "0003_third.sql").write_text("INSERT INTO word VALUES ('third');")
    assert await pending(empty_url, directory) == ["0003_third"]
    assert await migrate(empty_url, directory) == ["0003_third"]
    assert await words(empty_url) == ["first", "second", "third"]


async def test_of_many_at_once_one_does_the_work(empty_url: str, directory: Path) -> None:
    applied = await asyncio.gather(*(migrate(empty_url, directory) for _ in range(5)))
    assert sorted(applied) == [[], [], [], [], ["0001_first", "0002_second"]]
    assert await words(empty_url) == ["first", "second"]


async def test_a_migration_that_fails_leaves_nothing_of_itself(empty_url: str, directory: Path) -> None:
    (directory / "0003_third.sql").write_text("INSERT INTO word VALUES ('third'); SELECT 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty_url, directory)
    assert await words(empty_url) == ["first", "second"]
    assert await pending(empty_url, directory) == ["0003_third"]


async def test_a_changed_migration_is_refused_and_nothing_is_applied(empty_url: str, directory: Path) -> None:
    await migrate(empty_url, directory)
    (directory / "0001_first.sql").write_text("CREATE TABLE word (text varchar);")
    (directory / "0003_third.sql").write_text("INSERT INTO word VALUES ('third');")
    with pytest.raises(MigrationChanged, match="0001_first"):
        await migrate(empty_url, directory)
    with pytest.raises(MigrationChanged, match="0001_first"):
        await pending(empty_url, directory)
    assert await words(empty_url) == ["first", "second"]


async def test_a_database_of_a_later_release_is_refused(empty_url: str, directory: Path) -> None:
    await migrate(empty_url, directory)
    (directory / "0002_second.sql").unlink()
    with pytest.raises(MigrationChanged, match="0002_second"):
        await migrate(empty_url, directory)


async def test_line_ends_of_another_system_are_no_change(empty_url: str, directory: Path) -> None:
    first = directory / "0001_first.sql"
    first.write_text("CREATE TABLE word (\n    text text\n);\n")
    await migrate(empty_url, directory)
    first.write_bytes(first.read_bytes().replace(b"\n", b"\r\n"))
    assert await pending(empty_url, directory) == []


async def test_without_a_server_nothing_can_be_migrated(directory: Path) -> None:
    with pytest.raises(DatabaseUnavailable):
        await migrate("postgresql://hub@127.0.0.1:1/hub", directory)
