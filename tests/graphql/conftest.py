"""A hub served over real HTTP on a database of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from joserfc.jwk import OctKey

from graphql_schema.app import build_app
from graphql_schema.authentication import LocalIssuer
from graphql_schema.schema import build_schema
from graphql_schema.services import Services
from hub.access import Role, Viewer, demo_grants
from hub.catalog import Model
from hub.desk import Desk
from hub.intake.submission import Intake
from hub.settings import Settings
from hub.store.pool import Database
from hub.vault.cipher import Vault
from tests.offices import Office

AGENCY = Viewer(agency="天河区政务服务局", officer="officer-1", role=Role.AGENCY)
DEVELOPER = Viewer(agency="software house", officer="developer-1", role=Role.DEVELOPER)


def department(name: str) -> Viewer:
    return Viewer(agency=name, officer="reporter-1", role=Role.DEPARTMENT, department=name)


@dataclass
class Api:
    """A client of the hub, and the office that fills it."""

    client: httpx.AsyncClient
    issuer: LocalIssuer
    office: Office
    services: Services

    def headers(self, viewer: Viewer) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.issuer.mint(viewer, timedelta(minutes=5))}",
            "Hub-Purpose": "TEST; case=1",
        }

    async def ask(
        self, query: str, variables: Mapping[str, Any] | None = None, viewer: Viewer = AGENCY
    ) -> dict[str, Any]:
        """The whole answer to a query."""
        response = await self.client.post(
            "/graphql", json={"query": query, "variables": variables}, headers=self.headers(viewer)
        )
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def data(
        self, query: str, variables: Mapping[str, Any] | None = None, viewer: Viewer = AGENCY
    ) -> dict[str, Any]:
        """The data of an answer that has no errors."""
        answer = await self.ask(query, variables, viewer)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data


@pytest.fixture
async def api(database: Database, model: Model, vault: Vault, tmp_path: Path) -> AsyncIterator[Api]:
    settings = Settings()
    intake = Intake(database, model, vault)
    services = Services(
        settings=settings,
        model=model,
        schema=build_schema(model, settings),
        database=database,
        desk=Desk(database, model, vault, demo_grants()),
        intake=intake,
        issuer=LocalIssuer(OctKey.import_key(b"a secret of these tests and of nothing else")),
    )
    async with served(services) as client:
        yield Api(client, services.issuer, Office(intake), services)


@asynccontextmanager
async def served(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server on a free port."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Services]:
        yield services

    server = uvicorn.Server(uvicorn.Config(build_app(opened), port=0, log_config=None))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as client:
        yield client
    server.should_exit = True
    await running
