"""What a register says of one record over time: a story is the lines about it, delivery by delivery.

Values are canonical here: codes, dates as yyyy-MM-dd, numbers as their standards have them; files may spell otherwise.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from random import Random

from adapters.sample.courses import Courses
from adapters.sample.days import Round
from adapters.sample.lives import PASSPORT, Document, Life
from adapters.sample.numbers import Numbers
from adapters.sample.organizations import Organization, Organizations
from hub.reasons import ReasonCode

Values = Mapping[str, str]


class Operation(Enum):
    """What a line does, in the words of the column 操作; most lines, which tell, leave it empty."""

    STATE = ""
    END = "终止"
    WITHDRAW = "撤回"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a delivery: what it says of ``entity``, and the reason for which it cannot be taken in, if any.

    A line that is ``illegible`` is broken as its file's form breaks. ``since`` is the day from which it holds, where
    the line gives one in a column of its own.
    """

    record: str
    entity: str
    values: Values
    round: Round = Round.FIRST
    reason: ReasonCode | None = None
    illegible: bool = False
    operation: Operation = Operation.STATE
    since: date | None = None

    def then(self, later: Round, values: Values | None = None) -> "Line":
        """The same record in another round, with other ``values`` where they are given."""
        return replace(self, round=later, values={**self.values, **(values or {})})


@dataclass
class World:
    """The city as it is, from which registers draw their lines."""

    random: Random
    numbers: Numbers
    lives: list[Life]
    organizations: list[Organization]
    founder: Organizations
    courses: Courses
    representatives: Callable[[], Life]


Story = list[Line]
Change = Callable[[World, Line], Values | None]
"""Gives what of a record's values is new in a later delivery; None where it cannot change."""


def spoken(values: Mapping[str, str | None]) -> Values:
    """The values without those that the line is silent about."""
    return {name: value for name, value in values.items() if value is not None}


def subject(life: Life, register: str, document: Document | None = None) -> Values:
    """Name, document and number, which every register but the household's sends along (GZ-Detail Art. 19).

    Countries number passports alike, so a passport is told with its country.
    """
    shown = document or life.document
    named = {
        "recordedSubject.name": life.name_in(register),
        "recordedSubject.idType": shown.kind,
        "recordedSubject.idNumber": shown.number,
    }
    return named | ({"recordedSubject.countryOrRegion": shown.country} if shown.kind == PASSPORT else {})


def reference(item: str, life: Life) -> Values:
    """A person as a record of somebody else names them; a citizen's kind of document goes without saying."""
    document = life.document
    named = {f"{item}.name": life.name, f"{item}.idNumber": document.number}
    if not life.is_citizen:
        named[f"{item}.idType"] = document.kind
    return named | ({f"{item}.countryOrRegion": document.country} if document.kind == PASSPORT else {})
