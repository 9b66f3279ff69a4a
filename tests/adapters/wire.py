"""A wire between a client and a server that can be cut in mid-answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

CHUNK = 4_096


@dataclass
class Wire:
    """Forwards every connection to ``server``; cuts the first ``cuts`` of them once ``most`` bytes came back."""

    server: tuple[str, int] | str
    most: int
    cuts: int
    connections: int = 0
    port: int = 0

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        left = self.most if self.connections <= self.cuts else None
        try:
            if isinstance(self.server, str):
                back, there = await asyncio.open_unix_connection(self.server)
            else:
                back, there = await asyncio.open_connection(*self.server)
        except OSError:
            writer.close()
            return
        asking = asyncio.create_task(pump(reader, there, None))
        await pump(back, writer, left)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        there.close()
        writer.close()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, left: int | None) -> None:
    """Carry bytes until they end, or until ``left`` of them have been carried."""
    try:
        while left != 0 and (part := await reader.read(CHUNK)):
            part = part if left is None else part[:left]
            left = None if left is None else left - len(part)
            writer.write(part)
            await writer.drain()
    except ConnectionError:
        return


@asynccontextmanager
async def wire_to(server: tuple[str, int] | str, *, most: int, cuts: int) -> AsyncIterator[Wire]:
    """A wire on a free port, to an address or a socket."""
    wire = Wire(server, most, cuts)
    listener = await asyncio.start_server(wire.forward, "127.0.0.1", 0)
    wire.port = listener.sockets[0].getsockname()[1]
    async with listener:
        yield wire
