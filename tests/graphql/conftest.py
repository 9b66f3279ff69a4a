"""A hub with demonstration grants, asked over real HTTP."""

from collections.abc import AsyncIterator

import pytest

from graphql_schema.services import Services
from hub.catalog import Model
from hub.vault.cipher import Vault
from hub.vault.keys import new_keys
from tests.conftest import Server, fresh_database, services_on
from tests.served import Api, served


@pytest.fixture
async def api(services: Services) -> AsyncIterator[Api]:
    """A client of the hub."""
    async with served(services) as client:
        yield Api(client, services)


@pytest.fixture(scope="module")
async def shared_api(embedded_server: Server, model: Model) -> AsyncIterator[Api]:
    """A client of a hub that all tests of a module ask and none fills."""
    async with fresh_database(embedded_server) as database:
        services = services_on(database, model, Vault(new_keys()))
        async with served(services) as client:
            yield Api(client, services)
