"""What intake takes: a delivery of lines, as a register's adapter hands them over.

Values are still as the source wrote them; checking them is intake's first step.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from hub.clock import SHANGHAI, now, shanghai_date
from hub.errors import InvalidArgument
from hub.reasons import Reason
from hub.redaction import redact

MOST_NAME_CHARACTERS = 200
EARLIEST = datetime(1900, 1, 1, tzinfo=SHANGHAI)
CLOCK_TOLERANCE = timedelta(hours=2)
"""By how much a source's clock may be ahead, where a deployment does not say otherwise."""


class Operation(StrEnum):
    """What a line says about its record."""

    STATE = "STATE"
    END = "END"
    WITHDRAW = "WITHDRAW"


class Line(Struct, frozen=True):
    """One line about one record.

    ``place`` counts the lines of the delivery from 1. ``values`` maps column names of the model (an item's English
    name, or ``item.part`` for one part of it) to text, numbers, booleans, dates or ``None``; a name that is missing
    says nothing, ``None`` says that there is none. ``cells`` is the whole line as it came, for quarantine; it
    ``replaces`` the line there that it names.
    """

    place: int
    record_type: str
    values: Mapping[str, object]
    cells: Mapping[str, object]
    operation: Operation = Operation.STATE
    stated_at: datetime | None = None
    valid_from: date | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that could not even be read; ``raw`` is all that came of it."""

    place: int
    reason: Reason
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery by a source.

    ``idempotency_key`` and ``digest`` tell a repetition from another delivery; ``stated_at`` is when the source said
    it, to which the place of each line is added in microseconds. A ``reason`` is kept and shown with what it changes.
    ``department`` delivers, where that is not the one accountable for the register; ``file`` is the name of the file.

    A full copy names in ``copy_of`` the record type of which it holds all records of its unit: what it holds no longer
    has ended. Where that is more than is trusted, ``accepted_removals`` says how many may.
    """

    register: str
    source_unit: str
    idempotency_key: str
    digest: bytes
    stated_at: datetime
    sender: str
    reason: str | None = None
    department: str | None = None
    file: str | None = None
    copy_of: str | None = None
    accepted_removals: int | None = None

    @property
    def why(self) -> str | None:
        """The reason that is kept; of a full copy that gives none, what it is."""
        day = shanghai_date(self.stated_at).isoformat()
        of_copy = f"{day} 全量数据，其中不再有的记录自该日终止 · full copy of {day}: what it holds no longer has ended"
        return self.reason or (of_copy if self.copy_of else None)


def check_name(argument: str, text: str) -> None:
    """Refuse what a sender calls a delivery or a unit if it is empty, unprintable or may tell of a person."""
    if not text.strip() or not text.isprintable() or len(text) > MOST_NAME_CHARACTERS:
        raise InvalidArgument(name=argument, problem=f"it is not 1 to {MOST_NAME_CHARACTERS} printable characters")
    if redact(text) != text:
        raise InvalidArgument(name=argument, problem="it holds a number that may identify a person")


def said(argument: str, at: datetime) -> datetime:
    """When something was said, in Shanghai where no offset says otherwise; who says it tomorrow would always win."""
    instant = at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
    if not EARLIEST <= instant <= now() + timedelta(days=1):
        raise InvalidArgument(name=argument, problem="it is before 1900 or in the future")
    return instant.astimezone(UTC)
