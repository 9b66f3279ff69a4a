"""A hub with demonstration grants, asked over real HTTP."""

from collections.abc import AsyncIterator

import pytest

from graphql_schema.services import Services
from tests.served import Api, served


@pytest.fixture
async def api(services: Services) -> AsyncIterator[Api]:
    """A client of the hub."""
    async with served(services) as client:
        yield Api(client, services)
