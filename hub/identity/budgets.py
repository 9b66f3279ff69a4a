"""What an agency may spend: points of queries in a minute, and natural persons shown to it in an hour.

Takes an agency and an amount; raises ``BudgetExhausted`` where that is more than is left. Processes share budgets by
the database: each adds up what it lets through and writes it down every ``SHARED_SECONDS``. So all together may let
through more than the budget, by what they let through in that time, and no question waits for another's.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hub.clock import now
from hub.errors import BudgetExhausted
from hub.settings import Settings
from hub.store import budgets
from hub.store.pool import Database

POINTS = "points"
PERSONS = "persons"
SECONDS = {POINTS: 60, PERSONS: 3_600}
SHARED_SECONDS = 0.5
MOST_AGENCIES = 5_000


@dataclass(frozen=True, slots=True)
class Standing:
    """How a budget stands."""

    limit: int
    remaining: int
    resets_at: datetime


@dataclass(slots=True)
class _Window:
    """What an agency has spent of a thing since a second: by all, as far as is known, and not yet written by this."""

    began_at: int
    known: int = 0
    unwritten: int = 0


@dataclass(slots=True)
class _Spending:
    """What an agency spends, and when this process last shared it with the others."""

    windows: dict[str, _Window] = field(default_factory=dict)
    shared_at: float = float("-inf")
    sharing: asyncio.Lock = field(default_factory=asyncio.Lock)


class Budgets:
    """The budgets of every agency, as one process keeps them."""

    def __init__(self, database: Database, limits: Mapping[str, int]) -> None:
        self._database = database
        self._limits = limits
        self._agencies: dict[str, _Spending] = {}

    @classmethod
    def of(cls, settings: Settings, database: Database) -> "Budgets":
        """The budgets that the settings allow."""
        return cls(database, {POINTS: settings.points_per_minute, PERSONS: settings.persons_per_hour})

    async def spend(self, agency: str, thing: str, amount: int) -> Standing:
        """Let through what costs ``amount``, or raise where less is left, or nothing; what is refused costs nothing."""
        window = (await self._current(agency)).windows[thing]
        limit = self._limits[thing]
        resets_at = window.began_at + SECONDS[thing]
        left = limit - window.known - window.unwritten
        if left <= 0 or amount > left:
            seconds = max(1, int(resets_at - now().timestamp()) + 1)
            raise BudgetExhausted(thing=thing, limit=limit, seconds=seconds)
        window.unwritten += amount
        return Standing(limit, left - amount, datetime.fromtimestamp(resets_at, UTC))

    async def _current(self, agency: str) -> _Spending:
        """What an agency spends now, shared with other processes a moment ago at most."""
        spending = self._agencies.get(agency)
        if spending is None:
            if len(self._agencies) >= MOST_AGENCIES:
                self._agencies.clear()
            spending = self._agencies[agency] = _Spending()
        second = int(now().timestamp())
        for thing in self._limits:
            began_at = second - second % SECONDS[thing]
            if thing not in spending.windows or spending.windows[thing].began_at != began_at:
                spending.windows[thing] = _Window(began_at)
                spending.shared_at = float("-inf")
        if time.monotonic() - spending.shared_at > SHARED_SECONDS:
            async with spending.sharing:
                if time.monotonic() - spending.shared_at > SHARED_SECONDS:
                    await self._share(agency, spending)
        return spending

    async def _share(self, agency: str, spending: _Spending) -> None:
        """Write down what was let through here, and learn what was let through elsewhere."""
        windows = dict(spending.windows)
        amounts = {thing: window.unwritten for thing, window in windows.items()}
        since = {thing: datetime.fromtimestamp(window.began_at, UTC) for thing, window in windows.items()}
        async with self._database.connection() as connection:
            spent = await budgets.share(connection, agency, since, amounts)
        for thing, window in windows.items():
            window.known = spent.get(thing, 0)
            window.unwritten -= amounts[thing]
        spending.shared_at = time.monotonic()
