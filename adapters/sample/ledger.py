"""Keep what registers said, to tell what is in force: the later effective date, and for one date the later word.

Takes lines with their place in a delivery; gives for each entity the records in force. Knows of no hub.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from adapters.sample.story import Line, Values
from hub.catalog import EntityKind, ItemType, Model, RecordType

Said = tuple[str, date, int]
"""Since when something holds, then the day and the place at which it was said."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What was said of one record."""

    record: RecordType
    said: Said
    values: Values

    @property
    def valid_from(self) -> str:
        """Since when it holds."""
        return self.said[0]


@dataclass(slots=True)
class Account:
    """All that is known of one entity: its records in force and its numbers, by the item that holds them."""

    kind: EntityKind
    key: str
    heard: dict[tuple[str, ...], list[Statement]]
    numbers: dict[str, str]

    @property
    def records(self) -> list[Statement]:
        """The statements in force, one of each record."""
        return [_in_force(statements) for statements in self.heard.values()]

    def of(self, record: str) -> list[Statement]:
        """The statements in force of one record type."""
        return [statement for statement in self.records if statement.record.name == record]

    @property
    def registration(self) -> Statement:
        """The only record in force of an organisation, which is registered once."""
        (statement,) = self.records
        return statement


class Ledger:
    """What was said of whom."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._accounts: dict[str, Account] = {}

    def hear(self, line: Line, place: int) -> None:
        """Note a good line, the ``place``-th of its delivery."""
        record = self._model.records[line.record]
        account = self._accounts.get(line.entity)
        if account is None:
            account = self._accounts[line.entity] = Account(record.entity, line.entity, {}, {})
        statement = Statement(record, (_valid_from(record, line), line.round.stated_on, place), line.values)
        key = (record.name, *_key(record, line.values))
        account.heard.setdefault(key, []).append(statement)
        account.numbers |= {name: line.values[name] for name in _numbers(record) if name in line.values}

    def accounts(self) -> Iterator[Account]:
        """Everybody of whom something good was said, in the order in which they were first heard of."""
        return iter(self._accounts.values())

    def account(self, key: str) -> Account | None:
        """The account of an entity, if anything good was said of it."""
        return self._accounts.get(key)


def _in_force(statements: list[Statement]) -> Statement:
    """The last word on the latest day; where it only repeats what held before, the first day of the repetition."""
    last_words = {statement.valid_from: statement for statement in sorted(statements, key=lambda said: said.said)}
    *earlier, current = (last_words[day] for day in sorted(last_words))
    for statement in reversed(earlier):
        if statement.values != current.values:
            break
        current = statement
    return current


def _valid_from(record: RecordType, line: Line) -> str:
    """The first effective date that the line gives, a reduced one from its first day; else the day of the delivery."""
    given = next((line.values[name] for name in record.effective if name in line.values), None)
    return f"{given}-01-01"[:10] if given else line.round.stated_on.isoformat()


def _key(record: RecordType, values: Values) -> tuple[str, ...]:
    alternatives = (tuple(values.get(name, "") for name in names) for names in record.key)
    return next(filter(all, alternatives), ())


def _numbers(record: RecordType) -> list[str]:
    return [item.name for item in record.item if item.type is ItemType.IDENTIFIER]
