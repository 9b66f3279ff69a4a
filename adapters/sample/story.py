"""What a register says of one record over time: a story is the lines about it, delivery by delivery.

Values are canonical here: codes, dates as yyyy-MM-dd, numbers as their standards have them; files may spell otherwise.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from adapters.sample.days import Round
from adapters.sample.numbers import Numbers
from adapters.sample.organizations import Organization, Organizations
from adapters.sample.people import Person
from hub.reasons import ReasonCode

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a delivery: what it says of ``entity``, and the reason for which it cannot be taken in, if any."""

    record: str
    entity: str
    values: Values
    round: Round = Round.FIRST
    reason: ReasonCode | None = None

    def then(self, later: Round, values: Values | None = None) -> "Line":
        """The same record in another round, with other ``values`` where they are given."""
        return replace(self, round=later, values={**self.values, **(values or {})})


@dataclass
class World:
    """The city as it is, from which registers draw their lines."""

    random: Random
    numbers: Numbers
    persons: list[Person]
    organizations: list[Organization]
    founder: Organizations
    employers: list[Organization] = field(init=False)

    def __post_init__(self) -> None:
        self.employers = [found for found in self.organizations if found.kind.employs]


Story = list[Line]
Change = Callable[[World, Line], Values | None]
"""Gives what of a record's values is new in a later delivery; None where it cannot change."""


def spoken(values: Mapping[str, str | None]) -> Values:
    """The values without those that the line is silent about."""
    return {name: value for name, value in values.items() if value is not None}


def subject(person: Person, register: str) -> Values:
    """Name, document and number, which every register but the household's sends along (GZ-Detail Art. 19)."""
    return {
        "recordedSubject.name": person.name_in(register),
        "recordedSubject.idType": "1",
        "recordedSubject.idNumber": person.id_number,
    }
