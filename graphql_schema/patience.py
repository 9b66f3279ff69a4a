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


async def patiently(work: Coroutine[Any, Any, Result], receive: Receive, seconds: float) -> Result:
    """What ``work`` gives; cancelled after ``seconds`` or when the client is gone, with the statement it runs."""
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_gone(receive))
    try:
        done, _ = await asyncio.wait({working, leaving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if working in done:
            return working.result()
        raise ClientGone if leaving in done else RequestTooSlow(seconds=seconds)
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    """Return once the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
