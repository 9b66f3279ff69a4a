"""Ask again: have a source that fails for a moment answered in the end.

Takes an attempt that raises ``Failing`` where another one may help; gives what it gives, or raises
``SourceUnavailable`` once it has failed too often. Waits twice as long each time, and never the same for everybody.
"""

import asyncio
from collections.abc import Awaitable, Callable
from secrets import SystemRandom
from typing import TypeVar

from hub.errors import SourceUnavailable

LONGEST_PAUSE = 300.0
"""Seconds; a source that asks for a longer pause is left to the next run."""
_chance = SystemRandom()
_T = TypeVar("_T")


class Failing(Exception):
    """The source did not answer; says why, and ``pause`` after how many seconds it wants to be asked again."""

    def __init__(self, problem: str, pause: float = 0) -> None:
        super().__init__(problem)
        self.pause = pause


async def patiently(attempt: Callable[[], Awaitable[_T]], attempts: int, backoff: float) -> _T:
    """What ``attempt`` gives, asked at most ``attempts`` times."""
    for failed in range(1, attempts + 1):
        try:
            return await attempt()
        except Failing as failure:
            if failed == attempts or failure.pause > LONGEST_PAUSE:
                raise SourceUnavailable(problem=str(failure)) from None
            longest = min(backoff * 2 ** (failed - 1), LONGEST_PAUSE)
            await asyncio.sleep(max(failure.pause, _chance.uniform(longest / 2, longest)))
    raise AssertionError("a source is asked at least once")
