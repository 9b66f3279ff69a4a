"""The databases that sources are tested with."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.adapters.databases import Source
from tests.adapters.mariadb import mariadb_server
from tests.conftest import Server, temporary_database


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[str]:
    with mariadb_server() as url:
        yield url


@pytest.fixture
def mariadb(mariadb_url: str) -> Source:
    source = Source(mariadb_url, ("127.0.0.1", urlsplit(mariadb_url).port or 0))
    source.run("drop database registers", "create database registers character set utf8mb4")
    return source


@pytest.fixture
async def postgresql(embedded_server: Server) -> AsyncIterator[Source]:
    async with temporary_database(embedded_server.url) as url:
        folder = parse_qs(urlsplit(url).query).get("host")
        yield Source(url, f"{folder[0]}/.s.PGSQL.5432" if folder else None)


@pytest.fixture
def sqlite(tmp_path: Path) -> Source:
    path = tmp_path / "register.db"
    path.touch()
    return Source(f"sqlite:///{path}", None)


@pytest.fixture(params=["postgresql", "mariadb", "sqlite"])
def source(request: pytest.FixtureRequest) -> Source:
    """Each kind of database in turn."""
    found: Source = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["postgresql", "mariadb"])
def remote(request: pytest.FixtureRequest) -> Source:
    """Each kind of database that is reached over a wire."""
    found: Source = request.getfixturevalue(request.param)
    return found
