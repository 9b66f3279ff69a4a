"""A hub that is asked over HTTP and works at exports."""

from collections.abc import AsyncIterator

import pytest

from graphql_schema.services import Services
from tests.exports.ordering import Exports, worked_at
from tests.served import Api, served


@pytest.fixture
async def exports(services: Services) -> AsyncIterator[Exports]:
    """Exports of an agency with the grants of a development hub."""
    async with served(services) as client, worked_at(services):
        yield Exports(Api(client, services))
