"""A hub that takes the tokens of a provider which runs beside it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from graphql_schema.services import Services
from hub.identity import open_accounts, open_gate
from tests.identity.provider import Running, running
from tests.served import Api, served

RULES = """
[[issuer]]
url = "{url}"
audience = "hub"
algorithms = ["RS256", "ES256"]
leeway = 60
agencies = ["天河区政务服务局"]

[issuer.claims]
agency = "org"
roles = "realm_access.roles"
id_number = "profile.id_card"

[issuer.roles]
cx = "query_officer"
bs = "reporter"
aq = "security_administrator"
br = "data_subject"
"""


@pytest.fixture(scope="session")
def provider() -> Iterator[Running]:
    """A provider that every test leaves as it found it."""
    with running() as one:
        yield one


@pytest.fixture
def doomed() -> Iterator[Running]:
    """A provider that may be changed and taken down."""
    with running() as one:
        yield one


@pytest.fixture
async def api(services: Services, provider: Running, tmp_path: Path) -> AsyncIterator[Api]:
    """A hub whose officers come by the provider, and whose own tokens count for nothing."""
    async with guarded_by(provider, services, tmp_path) as api:
        yield api


@pytest.fixture
async def api_of_doomed(services: Services, doomed: Running, tmp_path: Path) -> AsyncIterator[Api]:
    """A hub whose officers come by a provider that may be changed and taken down."""
    async with guarded_by(doomed, services, tmp_path) as api:
        yield api


@asynccontextmanager
async def guarded_by(provider: Running, services: Services, tmp_path: Path) -> AsyncIterator[Api]:
    path = tmp_path / "identity.toml"
    path.write_text(RULES.format(url=provider.url), encoding="utf-8")
    settings = msgspec.structs.replace(services.settings, identity_file=str(path), data_dir=str(tmp_path))
    gate = open_gate(settings, services.database)
    guarded = replace(services, settings=settings, gate=gate, accounts=open_accounts(gate, services.database))
    async with served(guarded) as client:
        yield Api(client, guarded)
