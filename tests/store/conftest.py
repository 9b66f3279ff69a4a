"""A large database for tests that read it, on each server in turn."""

from collections.abc import AsyncIterator

import pytest

from hub.store.pool import connect_directly
from tests.conftest import Server, temporary_database
from tests.store.large import fill


@pytest.fixture(scope="session")
async def large_url(any_server: Server) -> AsyncIterator[str]:
    async with temporary_database(any_server.url, any_server.template) as url:
        async with connect_directly(url) as connection:
            await fill(connection)
        yield url
