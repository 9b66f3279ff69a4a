"""The body of a request that is too large to be held: its pieces as they come, bounded in size and in silence."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.types import Receive

from hub.errors import UploadTooLarge, UploadUnreadable

READ_AWAY_SECONDS = 2.0


class Body:
    """One request's body; ``has_ended`` once all of it has come."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.has_ended = False

    async def pieces(self, limit: int, patience: float) -> AsyncIterator[bytes]:
        """What comes, up to ``limit`` bytes, with no more than ``patience`` seconds between two pieces."""
        size = 0
        while not self.has_ended:
            try:
                async with asyncio.timeout(patience):
                    piece = await self._next()
            except TimeoutError:
                raise UploadUnreadable(problem=f"nothing more came for {patience:g} seconds") from None
            size += len(piece)
            if size > limit:
                raise UploadTooLarge(limit=limit)
            yield piece

    async def read_away(self) -> None:
        """Drop what still comes, for a short time: who is cut off while sending may never hear why."""
        with suppress(TimeoutError, UploadUnreadable):
            async with asyncio.timeout(READ_AWAY_SECONDS):
                while not self.has_ended:
                    await self._next()

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.has_ended = True
            raise UploadUnreadable(problem="the connection was lost")
        self.has_ended = not message.get("more_body", False)
        piece: bytes = message.get("body", b"")
        return piece
