"""What a database or an API gives for a cell, as a JSON Lines file would hold it.

Takes a value of a driver or of a JSON document; gives text, a number, a boolean or ``None`` with every digit that came.
Raises ``NoCell`` for bytes, which no item of a register is.
"""

from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite

from adapters.transports import LONGEST_EXACT
from hub.clock import SHANGHAI

MOST_DIGITS = 100
"""A decimal with more places than that is written with its exponent, which may be any."""


class NoCell(Exception):
    """The value is none that a cell can hold."""


def cell(value: object) -> object:
    """The cell that ``value`` is; an object or a list stays one, for the reader of the spool to judge."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, dict):
        return {title: cell(part) for title, part in value.items()}
    if isinstance(value, list):
        return [cell(part) for part in value]
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, date):
        return _moment(value)
    if isinstance(value, bytes | bytearray | memoryview):
        raise NoCell
    return str(value)


def _number(value: float | Decimal) -> object:
    """A whole number as such, a broken decimal as text, and as text whatever would lose a digit on its way."""
    if isfinite(value) and -LONGEST_EXACT < value < LONGEST_EXACT and value == int(value):
        return int(value)
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < MOST_DIGITS:
        return f"{value:f}"
    return value if isinstance(value, float) and isfinite(value) else str(value)


def _moment(value: date) -> str:
    """A date, or an instant, in Shanghai where it bears a zone; midnight stands for the day, as in a workbook."""
    if not isinstance(value, datetime):
        return value.isoformat()
    there = value.astimezone(SHANGHAI) if value.tzinfo else value
    return there.date().isoformat() if there.time() == time() else there.isoformat(" ")
