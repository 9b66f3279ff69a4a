"""The words in which a hub's answers and those of the plain telling are compared."""

from datetime import date, datetime
from typing import NamedTuple

from tests.asof.histories import Record

REGISTER = {
    "household": "household_registration",
    "socialInsurances": "social_security",
    "marriageRegistrations": "civil_affairs",
    "businessRegistration": "business_registration",
    "socialGroupRegistration": "civil_affairs",
}
"""Which register keeps a list."""
AUTHORITY: dict[str, list[tuple[str, str, bool]]] = {
    "name": [
        ("household", "name", True),
        ("socialInsurances", "name", False),
        ("marriageRegistrations", "name", False),
        ("businessRegistration", "name", True),
        ("socialGroupRegistration", "name", True),
    ],
    "sex": [("household", "sex", True)],
    "maritalStatus": [("marriageRegistrations", "maritalStatus", True)],
}
"""Who decides each item, in order: the list, the item there, and whether it is heard beside a household record."""


class Shown(NamedTuple):
    """A record as it is shown: what it says, from when, said when, by which delivery, known since when."""

    record: Record
    values: dict[str, str | None]
    valid_from: date
    stated_at: datetime
    delivery: str
    known_since: datetime

    @property
    def register(self) -> str:
        """Who keeps the record."""
        return REGISTER[self.record[0]]


class Decided(NamedTuple):
    """The value of an item, who decided it, and which records of others say the same or something else."""

    value: str | None
    by: Shown
    agreeing: set[Record]
    differing: set[Record]
