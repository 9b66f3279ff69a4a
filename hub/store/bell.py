"""Hear that something was written, so that those who wait for changes need not ask all the time.

Takes the address of a database past any pooler; wakes whoever waits. It may ring too often or, while its connection is
lost, not at all: who waits asks the table again after a while, come what may. Never says what was written.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from hub.errors import HubError
from hub.store.pool import connect_directly

CHANNEL = "hub_change"
AGAIN_SECONDS = 2.0


class Bell:
    """One process's ear; it listens as long as anyone waits."""

    def __init__(self) -> None:
        self.rung = 0
        self._waiting: set[asyncio.Event] = set()
        self._hearers = 0
        self._listener: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def heard(self, url: str) -> AsyncIterator[None]:
        """Listen at least for as long as the block runs."""
        self._hearers += 1
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen(url))
        try:
            yield
        finally:
            self._hearers -= 1
            if not self._hearers:
                listener, self._listener = self._listener, None
                listener.cancel()
                await asyncio.gather(listener, return_exceptions=True)

    async def wait(self, rung: int, seconds: float) -> None:
        """Wait until it has rung more than ``rung`` times, and no longer than ``seconds``."""
        if self.rung > rung:
            return
        woken = asyncio.Event()
        self._waiting.add(woken)
        try:
            async with asyncio.timeout(seconds):
                await woken.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(woken)

    def ring(self, *_: Any) -> None:  # noqa: ANN401 - what the driver says of a notification
        """Wake everybody."""
        self.rung += 1
        for woken in self._waiting:
            woken.set()

    async def _listen(self, url: str) -> None:
        """Listen for ever, anew where the connection is lost."""
        while True:
            with suppress(HubError):
                async with connect_directly(url) as connection:
                    lost = asyncio.Event()
                    connection.add_termination_listener(lambda _: lost.set())  # noqa: B023 - one a connection
                    await connection.add_listener(CHANNEL, self.ring)
                    self.ring()
                    await lost.wait()
            await asyncio.sleep(AGAIN_SECONDS)
