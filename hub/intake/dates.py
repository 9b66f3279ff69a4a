"""Dates as registers write them, as precise as they are.

Takes the text of a cell; gives ``yyyy``, ``yyyy-MM``, ``yyyy-MM-dd`` or ``yyyy-MM-ddTHH:mm`` (GB/T 7408), or raises
``ValueError`` for what no calendar has. A month or day of 00 is one that the source does not know.
"""

import re
from datetime import date, datetime, time

_FULL = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:(?:[ T]+|(?<=日))(.*))?", re.ASCII)
_MONTH = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})月?|(\d{2}))", re.ASCII)
_YEAR = re.compile(r"(\d{4})年?", re.ASCII)
_TIME = re.compile(r"(\d{1,2})[:时](\d{2})(?:[:分].*)?", re.ASCII)


def text_of(value: date) -> str:
    """A date as text; of an instant also the time, unless it is the midnight that stands for none."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    return value.isoformat()


def full_date(text: str) -> str:
    """A whole date; a time after it is left out."""
    found = _FULL.fullmatch(text)
    if found is None:
        raise ValueError
    return date(int(found[1]), int(found[2] or found[4]), int(found[3] or found[5])).isoformat()


def partial_date(text: str) -> str:
    """A date to the year, the month or the day."""
    if found := _YEAR.fullmatch(text):
        return date(int(found[1]), 1, 1).isoformat()[:4]
    if found := _MONTH.fullmatch(text):
        return _to_the_month(found[1], found[2] or found[3])
    if (found := _FULL.fullmatch(text)) and int(found[3] or found[5]) == 0:
        return _to_the_month(found[1], found[2] or found[4])
    return full_date(text)


def partial_time(text: str) -> str:
    """A date to the year, the month, the day or, where the source gives it, the minute."""
    found = _FULL.fullmatch(text)
    clock = _TIME.fullmatch(found[6]) if found and found[6] else None
    if clock is None:
        return partial_date(text)
    return f"{full_date(text)}T{time(int(clock[1]), int(clock[2])).isoformat('minutes')}"


def _to_the_month(year: str, month: str) -> str:
    if int(month) == 0:
        return partial_date(year)
    return date(int(year), int(month), 1).isoformat()[:7]
