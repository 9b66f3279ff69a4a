"""Give up a question that takes too long or that nobody waits for any more, and with it what the database does for it.

Takes the work of one request; gives what it gives. A write is never given up: who asked for it may have gone, and what
it began is finished and found again by its idempotency key.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.types import Receive

from hub.errors import ClientGone, RequestTooSlow

Result = TypeVar("Result")
UNWATCHED_SECONDS = 0.05
"""Who is answered so soon is not watched: a watch costs as much as a short answer."""


async def patiently(work: Coroutine[Any, Any, Result], receive: Receive, seconds: float) -> Result:
    """What ``work`` gives; cancelled after ``seconds`` or when the client is gone, with the statement it runs."""
    working = asyncio.create_task(work)
    try:
        done, _ = await asyncio.wait({working}, timeout=UNWATCHED_SECONDS)
        return working.result() if done else await _watched(working, receive, seconds - UNWATCHED_SECONDS)
    finally:
        if not working.done():
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


async def _watched(working: asyncio.Task[Result], receive: Receive, seconds: float) -> Result:
    """The same of work that has begun."""
    leaving = asyncio.create_task(_gone(receive))
    try:
        done, _ = await asyncio.wait({working, leaving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if working in done:
            return working.result()
        raise ClientGone if leaving in done else RequestTooSlow(seconds=seconds + UNWATCHED_SECONDS)
    finally:
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    """Return once the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
