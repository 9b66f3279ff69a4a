"""Whether an entity bears a number still: the one rule, for the merged items and for the list of identifiers.

Pure: takes what is known of a number at one instant and a day; gives its status. A merged item shows the current number
that became known last, and never another.
"""

from datetime import date, datetime
from enum import StrEnum


class Status(StrEnum):
    """Whether a number is the entity's."""

    CURRENT = "CURRENT"
    FORMER = "FORMER"
    REVOKED = "REVOKED"


def status_on(day: date, valid_to: date | None, known_to: datetime | None = None) -> Status:
    """The status of a number borne until ``valid_to``, exclusive; at ``known_to`` it turned out to be another's."""
    if known_to is not None:
        return Status.REVOKED
    return Status.FORMER if valid_to is not None and valid_to <= day else Status.CURRENT
