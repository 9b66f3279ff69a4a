"""What a hub must tell at each moment, worked out from what it heard and when, as plainly as it can be told.

Shares no code with the hub and keeps nothing but the list of what was heard; every question is answered from the start.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from typing import NamedTuple

from tests.asof.histories import Heard, Record, Said

UNKNOWN = "不详"
REGISTER = {
    "household": "household_registration",
    "socialInsurances": "social_security",
    "marriageRegistrations": "civil_affairs",
    "businessRegistration": "business_registration",
    "socialGroupRegistration": "civil_affairs",
}
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


class Decided(NamedTuple):
    """The value of an item, who decided it, and which records of others say the same or something else."""

    value: str | None
    by: Shown
    agreeing: set[Record]
    differing: set[Record]


class Oracle:
    """Answers about one history."""

    def __init__(self, heard: Iterable[Heard]) -> None:
        first: dict[Said, Heard] = {}
        for one in sorted(heard, key=lambda one: one.known_at):
            first.setdefault(one.said, one)
        self.heard = list(first.values())
        self.standing = cache(self._standing)

    def names(self, key: str, known_at: datetime) -> set[str]:
        """All keys that were one entity's with ``key``, for a line had named both."""
        names, size = {key}, 0
        while size < len(names):
            size = len(names)
            for one in self.heard:
                if one.known_at <= known_at and names & set(one.said.keys):
                    names |= set(one.said.keys)
        return names

    def _standing(self, key: str, known_at: datetime) -> dict[Record, dict[date, Heard]]:
        """Of each record and day the last word; of a word that was repeated at the end, its first utterance."""
        names, said = self.names(key, known_at), dict[tuple[Record, date], list[Heard]]()
        for one in sorted(self.heard, key=lambda one: one.said.stated_at):
            if one.known_at <= known_at and names & set(one.said.keys):
                said.setdefault((one.said.record, one.said.valid_from), []).append(one)
        stands: dict[Record, dict[date, Heard]] = {}
        for (record, day), words in sorted(said.items(), key=lambda entry: entry[0]):
            last = first_of_the_same(words)
            if last.said.operation != "WITHDRAW":
                stands.setdefault(record, {})[day] = last
        return stands

    def records(self, key: str, valid_on: date, known_at: datetime) -> list[Shown]:
        """The records in force; one that only repeats what held before shows since when that held."""
        shown = []
        for record, days in self.standing(key, known_at).items():
            begun = [one for day, one in sorted(days.items()) if day <= valid_on]
            if begun and (last := first_of_the_same(begun)).said.operation == "STATE":
                since = self.known_since(last, known_at)
                said = last.said
                shown.append(Shown(record, dict(said.values), said.valid_from, said.stated_at, last.delivery, since))
        return shown

    def known_since(self, one: Heard, known_at: datetime) -> datetime:
        """The instant since which a word has stood without a break."""
        since = known_at
        for instant in sorted({other.known_at for other in self.heard if other.known_at <= known_at}, reverse=True):
            days = self.standing(one.said.keys[0], instant).get(one.said.record, {})
            if days.get(one.said.valid_from) != one:
                break
            since = instant
        return since

    def items(self, key: str, valid_on: date, known_at: datetime) -> dict[str, Decided]:
        """The items that some record speaks of."""
        records = self.records(key, valid_on, known_at)
        decided = ((item, decide(rules, records)) for item, rules in AUTHORITY.items())
        return {item: choice for item, choice in decided if choice}


def first_of_the_same(words: Sequence[Heard]) -> Heard:
    """The last of ``words``, or the first of those at the end that say the same as it."""
    return next(word for n, word in enumerate(words) if all(w.said.content == word.said.content for w in words[n:]))


def decide(rules: Sequence[tuple[str, str, bool]], records: Sequence[Shown]) -> Decided | None:
    """The first in order that speaks and knows, else the first that speaks."""
    registered = any(shown.record[0] == "household" for shown in records)
    voices = [
        (shown, shown.values[item], always or not registered)
        for name, item, always in rules
        for shown in sorted(records, key=lambda shown: (shown.valid_from, shown.stated_at), reverse=True)
        if shown.record[0] == name and item in shown.values
    ]
    entitled = list(last_words(voices))
    if not entitled:
        return None
    by, value = next((found for found in entitled if found[1] != UNKNOWN), entitled[0])
    others = [(s, v) for s, v, _ in voices if register(s) != register(by) and v != UNKNOWN]
    return Decided(value, by, {s.record for s, v in others if v == value}, {s.record for s, v in others if v != value})


def last_words(voices: Iterable[tuple[Shown, str | None, bool]]) -> Iterator[tuple[Shown, str | None]]:
    """What each list says last, of those that are heard."""
    spoken = set()
    for shown, value, heard in voices:
        if heard and shown.record[0] not in spoken:
            spoken.add(shown.record[0])
            yield shown, value


def register(shown: Shown) -> str:
    """Who keeps a record."""
    return REGISTER[shown.record[0]]
