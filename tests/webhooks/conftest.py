"""A hub whose webhooks may reach this machine, over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from graphql_schema.services import Services
from hub.settings import Settings
from tests.served import Api, served

REACHABLE: dict[str, Any] = {
    "webhook_hosts": "127.0.0.1",
    "webhook_backoff": 0.01,
    "webhook_timeout": 5.0,
    "feed_poll": 0.05,
}


@pytest.fixture
async def api(services: Services, request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    """A hub with the settings that a test asks for besides."""
    settings = msgspec.structs.replace(Settings(), **(REACHABLE | getattr(request, "param", {})))
    tuned = Services(**{**vars(services), "settings": settings})
    async with served(tuned) as client:
        yield Api(client, tuned)
