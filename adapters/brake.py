"""Stop work that is going on, at the next place where it can be gone on with.

Whoever wants it to end presses; the work looks between two chunks and ends with the cause that was given.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from datetime import datetime
from typing import Any, TypeVar

from adapters.transports import Page, Pull
from hub.intake.attempt import LeftOff

Result = TypeVar("Result")


class BrokenOff(LeftOff):
    """The process is to end, or has lost its claim: the run stays open, and another goes on with it."""


class RunCancelled(LeftOff):
    """Somebody wants this run to end."""


class Brake:
    """One piece of work's brake; the first cause that is given counts."""

    def __init__(self) -> None:
        self._pressed = asyncio.Event()
        self._cause: Exception | None = None

    def press(self, cause: Exception) -> None:
        """Have the work end with ``cause``."""
        self._cause = self._cause or cause
        self._pressed.set()

    def check(self) -> None:
        """Raise the cause, if there is one."""
        if self._cause is not None:
            raise self._cause

    async def pressed(self) -> None:
        """Wait until somebody presses."""
        await self._pressed.wait()

    async def over(self, work: Awaitable[Result]) -> Result:
        """What ``work`` gives, which is broken off wherever it waits once somebody presses."""
        working: asyncio.Future[Result] = asyncio.ensure_future(work)
        pressed = asyncio.ensure_future(self.pressed())
        try:
            either: set[asyncio.Future[Any]] = {working, pressed}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                self.check()
            return working.result()
        finally:
            for task in (working, pressed):
                task.cancel()
            await asyncio.gather(working, pressed, return_exceptions=True)


class BrakedPull(Pull):
    """A pull that stops wherever it waits once the brake is pressed; what it gave before is whole."""

    def __init__(self, pull: Pull, brake: Brake) -> None:
        self.fingerprint = pull.fingerprint
        self.whole = pull.whole
        self.max_rows = pull.max_rows
        self._pull = pull
        self._brake = brake

    async def pages(self, after: str | None) -> AsyncGenerator[Page]:
        """Every page past the cursor ``after``."""
        async with aclosing(self._pull.pages(after)) as pages:
            while (page := await self._brake.over(anext(pages, None))) is not None:
                yield page
                self._brake.check()

    def next_start(self, reached: str, began_at: datetime) -> str | None:
        """The cursor at which the next run begins."""
        return self._pull.next_start(reached, began_at)
