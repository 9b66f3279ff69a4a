"""A hub served over real HTTP, and a client of it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any

import httpx
from starlette.types import ASGIApp

from graphql_schema.app import build_app
from graphql_schema.http import NO_HTTP
from graphql_schema.services import Services
from hub.access import Role, Viewer
from hub.listening import LeavingServer, address_of, open_listener, server_config
from hub.settings import Settings
from tests.offices import Office

AGENCY = Viewer(agency="天河区政务服务局", officer="officer-1", roles=frozenset({Role.QUERY_OFFICER}))
DEVELOPER = Viewer(agency="software house", officer="developer-1", roles=frozenset({Role.DEVELOPER}))

UNCERTIFIED = SSLContext(PROTOCOL_TLS_CLIENT)
"""For a client of plain HTTP: to read the certificates of this machine takes longer than most tests."""


def department(name: str) -> Viewer:
    return Viewer(agency=name, officer="reporter-1", roles=frozenset({Role.REPORTER}), department=name)


@dataclass
class Api:
    """A client of the hub, and the office that fills it."""

    client: httpx.AsyncClient
    services: Services

    @property
    def office(self) -> Office:
        """Where departments deliver."""
        return Office(self.services.intake)

    def token(self, viewer: Viewer, lifetime: timedelta = timedelta(minutes=5)) -> str:
        """A token of the development issuer."""
        assert self.services.gate.local
        return self.services.gate.local.mint(viewer, lifetime)

    def headers(self, viewer: Viewer) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token(viewer)}",
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


@asynccontextmanager
async def served(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a hub on a free port."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Services]:
        yield services

    async with (
        listening(build_app(opened)) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=60, verify=UNCERTIFIED) as client,
    ):
        yield client


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[str]:
    """The address of a server on a free port."""
    answers, settings = asyncio.Event(), Settings(port=0)
    listener = open_listener(settings)
    server = LeavingServer(server_config(app, settings, NO_HTTP), 0.0, answers.set, lambda: None)
    running = asyncio.create_task(server.serve([listener]))
    try:
        await answers.wait()
        yield address_of(listener, settings)
    finally:
        server.should_exit = True
        await running
