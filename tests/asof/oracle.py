"""What a hub must tell at each moment, worked out from what happened and when, as plainly as it can be told.

Shares no code with the hub and keeps nothing but the list of what happened; every question is answered from the start.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache

from tests.asof.answers import AUTHORITY, Decided, Shown
from tests.asof.histories import Delivery, Happened, Order, Record, Said, Word

UNKNOWN = "不详"


class World:
    """Who is who, and what was said of whom, once something has happened."""

    def __init__(self, happened: Iterable[Happened]) -> None:
        self.bearer, self.borne, self.words = dict[str, int](), set[tuple[str, int]](), list[Word]()
        self.through, self.apart, self.owner = dict[int, int](), set[frozenset[int]](), dict[tuple[int, Record], int]()
        self.newcomers = iter(range(10**6))
        for one in happened:
            self.obey(one.what) if isinstance(one.what, Order) else self.hear(one.what)

    def who(self, one: int) -> int:
        """Who stands for somebody."""
        return self.who(self.through[one]) if one in self.through else one

    def hear(self, delivery: Delivery) -> None:
        """What is said is said of whom it names, unless it was said before, maybe of who bore the key then."""
        for owner, said in [(self.identify(said), said) for said in delivery.lines]:
            if all(word.said != said for word in self.words):
                self.words.append(Word(owner, said, delivery.key))

    def identify(self, said: Said) -> int:
        """Who bears the best key, else who has another and none like the best; or who owns the record by order."""
        best, *_ = keys = sorted(said.keys)
        found = [self.bearer[key] for key in keys if key in self.bearer]
        keyless = [one for one in found if not self.any_of(one, best, self.bearer.items())]
        named = self.bearer[best] if best in self.bearer else keyless[0] if keyless else next(self.newcomers)
        owner = self.owner.get((named, said.record), named)
        for key in keys:
            self.give(key, self.bearer.get(key, owner))
        parted = [{*map(self.who, pair)} for pair in self.apart]
        for one in found:
            if not self.any_of(one, best, self.borne) and {self.who(one), self.who(owner)} not in parted:
                self.link(one, owner)
        return owner

    def any_of(self, one: int, best: str, keys: Iterable[tuple[str, int]]) -> bool:
        """Whether somebody has a key like the best among some."""
        return any(key[0] == best[0] and self.who(bearer) == self.who(one) for key, bearer in keys)

    def give(self, key: str, one: int) -> None:
        self.bearer[key] = one
        self.borne.add((key, one))

    def link(self, one: int, other: int) -> None:
        if self.who(one) != self.who(other):
            self.through[self.who(one)] = self.who(other)

    def obey(self, order: Order) -> None:
        """Do what is ordered."""
        one = self.bearer[order.key]
        if order.what == "link":
            self.link(one, self.bearer[order.other])
        elif order.what == "part":
            self.apart.add(frozenset((one, self.through.pop(one))))
        elif order.what == "reassign":
            self.give(order.key, self.bearer[order.other])
        else:
            other, record, words = next(self.newcomers), order.record, self.words
            losers = {word.of for word in words if word.said.record == record and self.who(word.of) == self.who(one)}
            losers |= {loser for (loser, lost), owner in self.owner.items() if lost == record and owner in losers}
            self.owner |= {(loser, record): other for loser in losers}
            self.apart |= {frozenset((loser, other)) for loser in losers}
            self.words = [word._replace(of=self.owner.get((word.of, word.said.record), word.of)) for word in words]
            if order.other:
                self.give(order.other, other)


class Oracle:
    """Answers about one history."""

    def __init__(self, happened: Iterable[Happened]) -> None:
        self.happened = sorted(happened, key=lambda one: one.known_at)
        self.world = cache(lambda known_at: World(one for one in self.happened if one.known_at <= known_at))
        self.standing = cache(self._standing)

    def _standing(self, one: int, known_at: datetime) -> dict[Record, dict[date, Word]]:
        """Of each record and day the last word; of a word that was repeated at the end, its first utterance."""
        world, said = self.world(known_at), dict[tuple[Record, date], list[Word]]()
        for word in sorted(world.words, key=lambda word: word.said.stated_at):
            if world.who(word.of) == world.who(one):
                said.setdefault((word.said.record, word.said.valid_from), []).append(word)
        stands: dict[Record, dict[date, Word]] = {}
        for (record, day), words in sorted(said.items(), key=lambda entry: entry[0]):
            last = first_of_the_same(words)
            if last.said.operation != "WITHDRAW":
                stands.setdefault(record, {})[day] = last
        return stands

    def records(self, key: str, valid_on: date, known_at: datetime) -> list[Shown]:
        """The records in force; one that only repeats what held before shows since when that held."""
        one, shown = self.world(known_at).bearer.get(key), []
        for record, days in (self.standing(one, known_at) if one is not None else {}).items():
            begun = [word for day, word in sorted(days.items()) if day <= valid_on]
            if begun and (last := first_of_the_same(begun)).said.operation == "STATE":
                said, since = last.said, self.known_since(last, known_at)
                shown.append(Shown(record, dict(said.values), said.valid_from, said.stated_at, last.delivery, since))
        return shown

    def known_since(self, word: Word, known_at: datetime) -> datetime:
        """The instant since which a word has stood without a break."""
        since = known_at
        for instant in sorted({one.known_at for one in self.happened if one.known_at <= known_at}, reverse=True):
            if self.standing(word.of, instant).get(word.said.record, {}).get(word.said.valid_from) != word:
                break
            since = instant
        return since

    def items(self, key: str, valid_on: date, known_at: datetime) -> dict[str, Decided]:
        """The items that some record speaks of."""
        records = self.records(key, valid_on, known_at)
        return {item: choice for item, rules in AUTHORITY.items() if (choice := decide(rules, records))}


def first_of_the_same(words: Sequence[Word]) -> Word:
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
    last_words = {shown.record[0]: (shown, value) for shown, value, heard in reversed(voices) if heard}
    if not last_words:
        return None
    entitled = list(reversed(last_words.values()))
    by, value = next((found for found in entitled if found[1] != UNKNOWN), entitled[0])
    others = [(s, v) for s, v, _ in voices if s.register != by.register and v != UNKNOWN]
    return Decided(value, by, {s.record for s, v in others if v == value}, {s.record for s, v in others if v != value})
