"""Give up a question that takes too long or that nobody waits for any more, and with it what the database does for it.

Takes the work of one request; gives what it gives. A write is never given up: who asked for it may have gone, and what
it began is finished and found again by its idempotency key.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.types import Receive

from hub.errors import ClientGone, HubError, RequestTooSlow

Result = TypeVar("Result")
UNWATCHED_SECONDS = 0.05
"""Who is answered so soon is not watched: a watch costs as much as a short answer."""


async def patiently(work: Coroutine[Any, Any, Result], receive: Receive, seconds: float) -> Result:
    """What ``work`` gives; cancelled after ``seconds`` or when the client is gone, with the statement it runs."""
    watch = _Watch(receive, seconds)
    try:
        return await work
    except asyncio.CancelledError:
        raise watch.reason() or asyncio.CancelledError from None
    finally:
        await watch.end()


class _Watch:
    """Cancels the present task once it is not worth going on; begins after a while, and stops when told to."""

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive = receive
        self._seconds = seconds
        self._found: HubError | None = None
        self._watching: asyncio.Task[None] | None = None
        self._watched = asyncio.current_task()
        self._later = asyncio.get_running_loop().call_later(UNWATCHED_SECONDS, self._begin)

    def reason(self) -> HubError | None:
        """Why the task was cancelled, if it was by this watch and by nobody else."""
        if self._found is None or self._watched is None or self._watched.uncancel():
            return None
        return self._found

    async def end(self) -> None:
        """Watch no longer."""
        self._later.cancel()
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    def _begin(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        try:
            async with asyncio.timeout(self._seconds - UNWATCHED_SECONDS):
                await self._left()
            self._found = ClientGone()
        except TimeoutError:
            self._found = RequestTooSlow(seconds=self._seconds)
        if self._watched:
            self._watched.cancel()

    async def _left(self) -> None:
        """Return once the client has gone."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
