"""What becomes of a line after its first delivery: it changes, is corrected, repeated, late, withdrawn or broken.

Takes stories of one line; gives them on, in the shares of ``adapters.sample.shares``. Counts the fates it hands out.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from adapters.sample import names, shares
from adapters.sample.days import DISTANT, Round
from adapters.sample.flaws import FLAWS
from adapters.sample.ledger import UNKNOWN
from adapters.sample.places import DISTRICTS
from adapters.sample.story import Change, Line, Operation, Story, Values, World
from hub.catalog import ItemType, Model, RecordType
from hub.reasons import ReasonCode

_DIVISIONS = (
    "issuingAuthorityDivision",
    "registrationAuthorityDivision",
    "appointingUnitDivision",
    "issuingDepartmentDivision",
)
_ENDING = ("minimumLivingAllowances", "employment", "housingFundAccounts", "localTaxRegistration")
"""Record types whose records end without a date of their own: what is over is no longer said."""
_DATES = (ItemType.DATE, ItemType.PARTIAL_DATE, ItemType.PARTIAL_TIME)
_FIRST_TIMES = 0.1
Fate = Callable[[Line], Story | None]


class Fates:
    """Hands out fates; ``changes`` says for each record type how its records change."""

    def __init__(self, world: World, model: Model, changes: Mapping[str, Change]) -> None:
        self._world = world
        self._random = world.random
        self._model = model
        self._changes = changes
        self.met: Counter[str] = Counter()
        self._made: dict[ReasonCode | None, int] = dict.fromkeys((*FLAWS, ReasonCode.DUPLICATE_KEY, None), 0)

    def meet(self, story: Story) -> Story:
        """The story with the fate it meets; one of several lines, or of a later round, has had its own already."""
        if len(story) > 1 or story[0].round is not Round.FIRST:
            return story
        if broken := self._break_for_the_first_time(story[0]):
            return broken
        roll = self._random.random()
        for name, share, fate in self._fates():
            if roll < share:
                met = fate(story[0])
                self.met[name] += met is not None
                return met or story
            roll -= share
        return story

    def _fates(self) -> tuple[tuple[str, float, Fate], ...]:
        return (
            ("changes", shares.CHANGES, self._change),
            ("corrections", shares.CORRECTIONS, self._correct),
            ("repeats", shares.REPEATS, self._repeat),
            ("late", shares.LATE, self._come_late),
            ("ended", shares.ENDED, self._end),
            ("announced", shares.ANNOUNCED, self._announce),
            ("withdrawn", shares.WITHDRAWN, self._withdraw),
            ("unknown", shares.UNKNOWN, self._forget),
            ("broken", shares.BROKEN, self._break),
        )

    def _later(self) -> Round:
        return self._random.choice((Round.SECOND, Round.THIRD))

    def _dated(self, line: Line) -> bool:
        """Whether the line's record type has effective dates of its own."""
        return bool(self._record(line).effective)

    def _record(self, line: Line) -> RecordType:
        return self._model.records[line.record]

    def _change(self, line: Line) -> Story | None:
        values = self._changes[line.record](self._world, line)
        return [line, line.then(self._later(), values)] if values else None

    def _correct(self, line: Line) -> Story | None:
        if not self._dated(line):
            return None
        return [line.then(Round.FIRST, self._mistake(line)), line.then(self._later())]

    def _repeat(self, line: Line) -> Story:
        return [line, line.then(self._later())]

    def _come_late(self, line: Line) -> Story | None:
        """A late line that stands, or one that was overtaken: what the third round says is younger."""
        values = self._otherwise(line)
        if values is None:
            return None
        late = line.then(Round.LATE, values)
        return [line, late] if self._random.random() < 0.5 else [line, late, line.then(Round.THIRD)]

    def _end(self, line: Line) -> Story | None:
        """The record ends on the first day of the month of the delivery that says so."""
        if line.record not in _ENDING:
            return None
        later = self._later()
        end = replace(line.then(later), operation=Operation.END, since=later.stated_on.replace(day=1))
        return [line, end]

    def _announce(self, line: Line) -> Story | None:
        """A change that holds only from a distant day on."""
        values = None if self._dated(line) else self._changes[line.record](self._world, line)
        return [line, replace(line.then(Round.SECOND, values), since=DISTANT)] if values else None

    def _withdraw(self, line: Line) -> Story | None:
        """A change that is taken back: what held before holds again."""
        values = None if self._dated(line) else self._changes[line.record](self._world, line)
        if not values:
            return None
        said = line.then(Round.SECOND, values)
        taken_back = replace(said.then(Round.THIRD), operation=Operation.WITHDRAW, since=Round.SECOND.stated_on)
        return [line, said, taken_back]

    def _forget(self, line: Line) -> Story | None:
        """A line whose source does not know one of its dates or codes, and says so."""
        unknowable = dict(self._unknowable(line))
        if not unknowable:
            return None
        name = self._random.choice(list(unknowable))
        return [line.then(Round.FIRST, {name: unknowable[name]})]

    def _unknowable(self, line: Line) -> Iterator[tuple[str, str]]:
        """The items of a line that may be unknown, with the word for it: dates and codes, but for keys."""
        word, no_day = UNKNOWN
        record = self._record(line)
        keys = {name for names in record.key for name in names} | set(record.effective)
        for item in record.item:
            if item.name not in line.values or item.name in keys:
                continue
            if item.type in _DATES:
                yield item.name, no_day
            elif item.type is ItemType.CODED and self._model.code_lists[item.codes or ""].code_of(word) is None:
                yield item.name, word

    def _break_for_the_first_time(self, line: Line) -> Story | None:
        """A flaw that no line had yet, in one of ten lines that can have it: so that rare ones occur as well."""
        for reason in [reason for reason, times in self._made.items() if not times]:
            story = self._broken(line, reason) if self._random.random() < _FIRST_TIMES else None
            if story:
                self._made[reason] += 1
                self.met["broken"] += 1
                return story
        return None

    def _break(self, line: Line) -> Story | None:
        """The flaw that was made least often so far, of those that the line can have."""
        for reason in sorted(self._made, key=self._made.__getitem__):
            if story := self._broken(line, reason):
                self._made[reason] += 1
                return story
        return None

    def _broken(self, line: Line, reason: ReasonCode | None) -> Story | None:
        """The refused line, for no reason of its own where its form breaks; before one with its key the first stays."""
        if reason is None:
            return [replace(line, illegible=True)]
        if reason is ReasonCode.DUPLICATE_KEY:
            values = self._otherwise(line)
            return None if values is None else [line, self._refused(line, {**line.values, **values}, reason)]
        spoilt = FLAWS[reason](self._random, self._model, self._record(line), line.values)
        return None if spoilt is None else [self._refused(line, spoilt, reason)]

    def _refused(self, line: Line, values: Values, reason: ReasonCode) -> Line:
        return Line(line.record, line.entity, values, line.round, reason)

    def _otherwise(self, line: Line) -> Values | None:
        """Other values for the same effective date: a change would move the date of records that have one."""
        return self._mistake(line) if self._dated(line) else self._changes[line.record](self._world, line)

    def _mistake(self, line: Line) -> Values:
        """A misspelt name or a wrong division, never part of a key or date."""
        division = next((name for name in _DIVISIONS if name in line.values), None)
        if division and self._random.random() < 0.5:
            codes = [district.code for district in DISTRICTS if district.code != line.values[division]]
            return {division: self._random.choice(codes)}
        return {"recordedSubject.name": names.altered(self._random, line.values["recordedSubject.name"])}
