"""An update duty: how soon a source must deliver what has changed, decoded from an inline table ``duty``.

Data only: which day that is, is worked out in ``hub.stewardship.duties``.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct


class DutyKind(StrEnum):
    """The ways in which the law sets the day."""

    REAL_TIME = "REAL_TIME"
    WITHIN_DAYS = "WITHIN_DAYS"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"


class Duty(Struct, frozen=True, forbid_unknown_fields=True):
    """How soon a change must be delivered.

    ``days`` are those after the change, or the day of the month, or of the first month of the quarter, by which it is
    due; at once needs none.
    """

    kind: DutyKind
    days: Annotated[int, Meta(ge=0, le=20)] = 0
