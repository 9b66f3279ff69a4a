"""The days of the sample city: when its registers deliver, and days in between that things happen on.

All but one of them are past, so the answers do not depend on the day they are asked for.
"""

from datetime import date, timedelta
from enum import Enum
from random import Random

DISTANT = date(2099, 1, 1)
"""A day that has not come: what holds from it on is announced, not in force."""


class Round(Enum):
    """A round of deliveries and the day it was made, in the order of loading: the last is loaded later than made."""

    FIRST = date(2025, 1, 6)
    SECOND = date(2025, 4, 7)
    THIRD = date(2025, 7, 7)
    LATE = date(2025, 2, 10)

    @property
    def stated_on(self) -> date:
        """The day of the delivery."""
        return self.value


def round_after(day: date) -> Round:
    """The first round that can tell of what happened on ``day``."""
    return next(found for found in (Round.FIRST, Round.SECOND, Round.THIRD) if day < found.stated_on)


def any_day(random: Random, first: date, last: date) -> date:
    """A day from ``first`` to ``last``; ``first`` where there is none."""
    return first + timedelta(days=random.randrange(max((last - first).days, 0) + 1))


def iso(day: date | None) -> str | None:
    """``day`` as yyyy-MM-dd, if there is one."""
    return day.isoformat() if day else None


def years_after(day: date, years: float) -> date:
    """About so many years later."""
    return day + timedelta(days=round(years * 365.25))


def age(born: date) -> int:
    """How old somebody is at the first round."""
    return (Round.FIRST.stated_on - born).days * 100 // 36525
