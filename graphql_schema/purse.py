"""What one operation takes from its agency's budgets: points before it is run, persons before its answer leaves.

Takes points, the persons that were found and the claims that were judged; raises ``BudgetExhausted``, and tells how the
budgets stand. What writes costs no points. A subscription pays for each event as for an answer of its own.
"""

from collections.abc import Iterable
from uuid import UUID

from hub.identity.budgets import PERSONS, POINTS, Budgets, Standing


class Purse:
    """The budgets of one agency, as one operation draws on them."""

    def __init__(self, budgets: Budgets, agency: str) -> None:
        self._budgets = budgets
        self._agency = agency
        self._told: dict[str, object] = {}
        self._persons: set[UUID] = set()
        self._claims = 0
        self._points = 0

    async def pay(self, points: int) -> None:
        """Pay for a query that is about to be run; it is not run where no person may be shown any more."""
        await self._budgets.spend(self._agency, PERSONS, 0)
        left = await self._budgets.spend(self._agency, POINTS, points)
        self._points = points
        self._told |= {"requested": points, "points": _told(left)}

    def note_persons(self, entity_ids: Iterable[UUID]) -> None:
        """Note the persons that an answer will show."""
        self._persons.update(entity_ids)

    def note_claims(self, claims: int) -> None:
        """Note the claims that an answer will judge: each counts as a person, also where nobody is found."""
        self._claims += claims

    async def settle(self) -> dict[str, object]:
        """Pay for the persons of an answer, and tell what all of it cost; empty where it cost nothing."""
        shown = len(self._persons) + self._claims
        if shown:
            left = await self._budgets.spend(self._agency, PERSONS, shown)
            self._told |= {"shown": shown, "persons": _told(left)}
        return self._told

    async def settle_event(self) -> dict[str, object]:
        """Pay for an event of a subscription as for the operation itself, and tell what it cost."""
        await self.pay(self._points)
        told = dict(await self.settle())
        self._persons.clear()
        return told


def _told(standing: Standing) -> dict[str, object]:
    return {
        "limit": standing.limit,
        "remaining": standing.remaining,
        "resetsAt": standing.resets_at.isoformat().replace("+00:00", "Z"),
    }
