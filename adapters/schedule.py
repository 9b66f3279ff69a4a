"""When a source is to be run: the minutes of a cron expression, or again after an interval.

Takes the text of a schedule and an instant; gives instants. Minutes and days are those of Shanghai. Never reads the
clock.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from cronsim import CronSim, CronSimError

from hub.clock import SHANGHAI

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_INTERVAL = re.compile(r"([1-9]\d{0,5})([smhd])")
FORM = "write an interval, as `15m` or `1d`, or five fields of cron, as `30 2 * * *`"


def interval(text: str) -> timedelta:
    """The time that a text such as ``90s``, ``15m``, ``6h`` or ``1d`` tells; raises ``ValueError``."""
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise ValueError(f"`{text}` is no interval; write a number with s, m, h or d, as `15m`")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


@dataclass(frozen=True)
class Schedule:
    """When to run again; made by ``schedule``."""

    text: str
    every: timedelta | None

    def after(self, last: datetime | None, since: datetime) -> datetime:
        """When to run next, after a run that began at ``last``; after none, reckoned from ``since``.

        An interval that nobody has begun begins at once.
        """
        if self.every is not None:
            return last + self.every if last else since
        return next(CronSim(self.text, (last or since).astimezone(SHANGHAI)))


def schedule(text: str) -> Schedule:
    """The schedule that a text tells; raises ``ValueError``."""
    if _INTERVAL.fullmatch(text):
        return Schedule(text, interval(text))
    try:
        if len(text.split()) == len(["m", "h", "d", "M", "w"]):
            next(CronSim(text, datetime(2024, 1, 1, tzinfo=SHANGHAI)))
            return Schedule(text, None)
    except (CronSimError, StopIteration):
        pass
    raise ValueError(f"`{text}` is no schedule; {FORM}")
