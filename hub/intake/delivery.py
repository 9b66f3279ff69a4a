"""What intake takes: a delivery of lines, as a register's adapter hands them over.

Values are still as the source wrote them; checking them is intake's first step.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub.reasons import Reason


class Operation(StrEnum):
    """What a line says about its record."""

    STATE = "STATE"
    END = "END"
    WITHDRAW = "WITHDRAW"


@dataclass(frozen=True, slots=True)
class Line:
    """One line about one record.

    ``place`` counts the lines of the delivery from 1. ``values`` maps column names of the model (an item's English
    name, or ``item.part`` for one part of it) to text, numbers, booleans, dates or ``None``; a name that is missing
    says nothing, ``None`` says that there is none. ``cells`` is the whole line as it came, for quarantine.
    """

    place: int
    record_type: str
    values: Mapping[str, object]
    cells: Mapping[str, object]
    operation: Operation = Operation.STATE
    stated_at: datetime | None = None
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that could not even be read; ``raw`` is all that came of it."""

    place: int
    reason: Reason
    raw: bytes
