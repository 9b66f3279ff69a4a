"""The days that a date of any precision may mean: a year, a month, a day, or a minute of one."""

from calendar import monthrange
from datetime import date


def first_day(text: str) -> date:
    """The first day of a date of any precision."""
    return date.fromisoformat((text + "-01-01"[len(text) - 4 :])[:10] if len(text) < 10 else text[:10])


def last_day(text: str) -> date:
    """The last day of a date of any precision."""
    first = first_day(text)
    if len(text) >= len("yyyy-MM-dd"):
        return first
    month = first.month if len(text) > len("yyyy") else 12
    return date(first.year, month, monthrange(first.year, month)[1])
