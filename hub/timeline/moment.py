"""The two times of a question: the day it is about, and the instant whose knowledge it is answered from."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hub.clock import shanghai_midnight

END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
"""Known time at which everything written so far is known, a writing transaction's own rows included."""

TICK = timedelta(microseconds=1)
"""The least step of known time."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What holds on ``valid_on`` as the hub knew it at ``known_at``: both times of an ``asOf``."""

    valid_on: date
    known_at: datetime = END_OF_TIME

    @property
    def is_open(self) -> bool:
        """Whether it names no instant: it is answered from all that is known when it is read, and later from more."""
        return self.known_at == END_OF_TIME


def turned_at(day: date, last: datetime) -> datetime:
    """Since when it is known what valid time alone brings on ``day``: from its midnight, or just after ``last``."""
    return max(shanghai_midnight(day), last + TICK)


def earliest(*days: date | None) -> date | None:
    """The first of some days of which each may never come."""
    return min((day for day in days if day), default=None)
