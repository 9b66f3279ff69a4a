"""A subscriber over a real WebSocket, speaking graphql-transport-ws."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from hub.access import Viewer
from tests.served import AGENCY, Api

PROTOCOL = Subprotocol("graphql-transport-ws")
CHANGES = """subscription($after: String, $filter: ChangeFilter) {
    changes(after: $after, filter: $filter) { cursor node { entityId version items } } }"""
Message = dict[str, Any]


@dataclass
class Wire:
    """One connection; what is sent and what comes."""

    connection: ClientConnection

    async def send(self, **message: object) -> None:
        await self.connection.send(msgspec.json.encode(message).decode())

    async def receive(self) -> Message:
        """The next message that is no ping; pings are answered. Fails after a minute rather than wait for ever."""
        async with asyncio.timeout(60):
            while True:
                message: Message = msgspec.json.decode(await self.connection.recv())
                if message["type"] != "ping":
                    return message
                await self.send(type="pong")

    async def begin(self, api: Api, viewer: Viewer = AGENCY) -> None:
        """Say who it is."""
        await self.send(type="connection_init", payload=api.headers(viewer))
        assert (await self.receive())["type"] == "connection_ack"

    async def subscribe(self, operation: str, query: str = CHANGES, **variables: object) -> None:
        await self.send(type="subscribe", id=operation, payload={"query": query, "variables": variables})


@asynccontextmanager
async def wired(api: Api, protocol: Subprotocol = PROTOCOL) -> AsyncIterator[Wire]:
    """A connection on which nothing was said yet."""
    address = str(api.client.base_url).replace("http", "ws", 1).rstrip("/") + "/graphql"
    async with connect(address, subprotocols=[protocol], proxy=None, max_queue=1) as connection:
        yield Wire(connection)


@dataclass
class Subscriber:
    """Follows changes and keeps nothing but its cursor, whatever happens to its connections."""

    api: Api
    cursor: str
    told: list[tuple[str, int]] = field(default_factory=list)

    async def follow(self, count: int, wanted: Mapping[str, Any] | None = None) -> None:
        """Take ``count`` changes over a connection of their own, then break it off without a word."""
        async with wired(self.api) as wire:
            await wire.begin(self.api)
            await wire.subscribe("1", after=self.cursor, filter=wanted)
            for _ in range(count):
                message = await wire.receive()
                assert message["type"] == "next", message
                change = message["payload"]["data"]["changes"]
                self.cursor = change["cursor"]
                self.told.append((change["node"]["entityId"], change["node"]["version"]))
            wire.connection.transport.abort()
