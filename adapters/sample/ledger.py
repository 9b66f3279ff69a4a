"""Keep what registers said, to tell what is in force: the later effective date, and for one date the later word.

Takes lines with their place in a delivery; gives for each entity the records in force and the numbers that lead to it.
Knows of no hub.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import takewhile

from adapters.sample.days import DISTANT
from adapters.sample.story import Line, Operation, Values
from hub.catalog import EntityKind, ItemType, Model, RecordType

Said = tuple[str, date, int]
"""Since when something holds, then the day and the place at which it was said."""
Number = tuple[str, str]
"""A scheme and a number after it."""
UNKNOWN = ("不详", "0000-00-00")
"""What registers write for a code or a date that they do not know."""
DOCUMENTS = {"1": "ID_NUMBER", "2": "ID_NUMBER", "3": "PASSPORT", "6": "HONG_KONG_MACAO_PERMIT", "7": "TAIWAN_PERMIT"}
"""What scheme the number of each kind of document is of."""
_LEADS_NOWHERE = "CERTIFICATE_NUMBER"
_ID_NUMBER_LENGTH, _OLD_TAXPAYER_ID_LENGTH = 18, 15


@dataclass(frozen=True, slots=True)
class Statement:
    """What was said of one record."""

    record: RecordType
    said: Said
    values: Values
    operation: Operation

    @property
    def valid_from(self) -> str:
        """Since when it holds."""
        return self.said[0]

    def says_what(self, other: "Statement") -> bool:
        """Whether it only says what ``other`` says."""
        return (self.values, self.operation) == (other.values, other.operation)


@dataclass(slots=True)
class Account:
    """All that is known of one entity: what was said of its records, and its numbers by their schemes."""

    kind: EntityKind
    key: str
    heard: dict[tuple[str, ...], list[Statement]] = field(default_factory=dict)
    numbers: dict[str, list[str]] = field(default_factory=dict)
    former: set[str] = field(default_factory=set)
    _records: list[Statement] | None = None

    @property
    def records(self) -> list[Statement]:
        """The statements in force, one of each record at most, the latest first."""
        if self._records is None:
            found = (_in_force(statements) for statements in self.heard.values())
            self._records = sorted(filter(None, found), key=lambda statement: statement.said, reverse=True)
        return self._records

    def of(self, record: str) -> list[Statement]:
        """The statements in force of one record type, the latest first."""
        return [statement for statement in self.records if statement.record.name == record]

    def number(self, scheme: str) -> str | None:
        """The number of a scheme that nothing took the place of, if one is known."""
        return next((number for number in self.numbers.get(scheme, ()) if number not in self.former), None)


class Ledger:
    """What was said of whom."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._accounts: dict[str, Account] = {}
        self._by_number: dict[Number, Account] = {}

    def hear(self, line: Line, place: int) -> None:
        """Note a good line, the ``place``-th of its delivery."""
        record = self._model.records[line.record]
        account = self._accounts.setdefault(line.entity, Account(record.entity, line.entity))
        said = (_valid_from(record, line), line.round.stated_on, place)
        key = (record.name, *_key(record, line.values))
        account.heard.setdefault(key, []).append(Statement(record, said, line.values, line.operation))
        account.former |= {
            line.values[item.name] for item in record.item if item.former_of and item.name in line.values
        }
        for scheme, number in _numbers(record, line.values):
            self._by_number[scheme, number] = account
            if number not in (known := account.numbers.setdefault(scheme, [])):
                known.append(number)

    def accounts(self) -> Iterator[Account]:
        """Everybody of whom something good was said, in the order in which they were first heard of."""
        return iter(self._accounts.values())

    def find(self, scheme: str, number: str) -> Account | None:
        """The account that a number leads to, if anything good was said under it."""
        return self._by_number.get((scheme, number))


def document_number(values: Values, item: str) -> Number | None:
    """The number of the document by which a line names somebody, with its scheme."""
    number = values.get(f"{item}.idNumber")
    if not number:
        return None
    scheme, country = DOCUMENTS[values.get(f"{item}.idType", "1")], values.get(f"{item}.countryOrRegion")
    return scheme, f"{country}/{number}" if scheme == "PASSPORT" and country else number


def _in_force(statements: list[Statement]) -> Statement | None:
    """The last word on the latest day that has come; if it repeats what held before, the first of the repetition."""
    days: dict[str, list[Statement]] = {}
    for statement in sorted(statements, key=lambda said: said.said):
        if statement.valid_from < DISTANT.isoformat():
            days.setdefault(statement.valid_from, []).append(statement)
    standing = [word for word in map(_first_of_the_last, days.values()) if word.operation is not Operation.WITHDRAW]
    if not standing or standing[-1].operation is Operation.END:
        return None
    return _first_of_the_last(standing)


def _first_of_the_last(statements: list[Statement]) -> Statement:
    """The first of the last statements that all say the same."""
    backwards = statements[::-1]
    return list(takewhile(lambda statement: statement.says_what(backwards[0]), backwards))[-1]


def _valid_from(record: RecordType, line: Line) -> str:
    """The first effective date that the line gives, a reduced one from its first day; else the day of the delivery."""
    if line.since:
        return line.since.isoformat()
    names = () if line.operation is Operation.END else record.effective
    given = next((line.values[name] for name in names if line.values.get(name, UNKNOWN[0]) not in UNKNOWN), None)
    return f"{given}-01-01"[:10] if given else line.round.stated_on.isoformat()


def _key(record: RecordType, values: Values) -> tuple[str, ...]:
    alternatives = (tuple(values.get(name, "") for name in names) for names in record.key)
    return next(filter(all, alternatives), ())


def _numbers(record: RecordType, values: Values) -> Iterator[Number]:
    """The numbers by which a line leads to its entity, those that its numbers embed included."""
    named = document_number(values, "recordedSubject")
    given = [
        (str(item.scheme), values[item.name])
        for item in record.item
        if item.type is ItemType.IDENTIFIER and item.scheme != _LEADS_NOWHERE and item.name in values
    ]
    if named:
        given.insert(0, named)
    for scheme, number in given:
        yield scheme, number
        yield from _embedded(scheme, number)


def _former(record: RecordType, values: Values) -> set[str]:
    """The numbers that a line says others took the place of."""
    return {values[item.name] for item in record.item if item.former_of and item.name in values}


def _embedded(scheme: str, number: str) -> Iterator[Number]:
    match scheme:
        case "DISABILITY_CERTIFICATE":
            yield "ID_NUMBER", number[:_ID_NUMBER_LENGTH]
        case "STUDENT_NUMBER" if number[0] in "GLJ":
            yield "ID_NUMBER", number[1:]
        case "CREDIT_CODE":
            yield "ORGANIZATION_CODE", number[8:17]
        case "TAXPAYER_ID" if len(number) == _OLD_TAXPAYER_ID_LENGTH:
            yield "ORGANIZATION_CODE", number[6:]
        case "TAXPAYER_ID":
            yield "CREDIT_CODE", number
            yield from _embedded("CREDIT_CODE", number)
