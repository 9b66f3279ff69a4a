"""What becomes of a line after its first delivery: it changes, is corrected, repeated, late or broken.

Takes stories of one line; gives them on, in the shares of ``adapters.sample.shares``. Counts the fates it hands out.
"""

from collections import Counter
from collections.abc import Callable, Mapping

from adapters.sample import names
from adapters.sample.days import Round
from adapters.sample.flaws import FLAWS
from adapters.sample.places import DISTRICTS
from adapters.sample.shares import BROKEN, CHANGES, CORRECTIONS, LATE, REPEATS
from adapters.sample.story import Change, Line, Story, Values, World
from hub.catalog import Model
from hub.reasons import ReasonCode

_DIVISIONS = ("issuingAuthorityDivision", "registrationAuthorityDivision", "appointingUnitDivision")


class Fates:
    """Hands out fates; ``changes`` says for each record type how its records change."""

    def __init__(self, world: World, model: Model, changes: Mapping[str, Change]) -> None:
        self._world = world
        self._random = world.random
        self._model = model
        self._changes = changes
        self.met: Counter[str] = Counter()

    def meet(self, story: Story) -> Story:
        """The story with the fate it meets; one of several lines, or of a later round, has had its own already."""
        if len(story) > 1 or story[0].round is not Round.FIRST:
            return story
        roll = self._random.random()
        for name, share, fate in self._fates():
            if roll < share:
                met = fate(story[0])
                self.met[name] += met is not None
                return met or story
            roll -= share
        return story

    def _fates(self) -> tuple[tuple[str, float, Callable[[Line], Story | None]], ...]:
        return (
            ("changes", CHANGES, self._change),
            ("corrections", CORRECTIONS, self._correct),
            ("repeats", REPEATS, self._repeat),
            ("late", LATE, self._come_late),
            ("broken", BROKEN, self._break),
        )

    def _later(self) -> Round:
        return self._random.choice((Round.SECOND, Round.THIRD))

    def _change(self, line: Line) -> Story | None:
        values = self._changes[line.record](self._world, line)
        return [line, line.then(self._later(), values)] if values else None

    def _correct(self, line: Line) -> Story | None:
        if not self._model.records[line.record].effective:
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

    def _break(self, line: Line) -> Story | None:
        """The first flaw, in an order left to chance, that the line can have."""
        reasons = self._random.sample((*FLAWS, ReasonCode.DUPLICATE_KEY), k=len(FLAWS) + 1)
        return next(filter(None, (self._broken(line, reason) for reason in reasons)), None)

    def _broken(self, line: Line, reason: ReasonCode) -> Story | None:
        """The refused line; before a second line with its key the first stays good."""
        if reason is ReasonCode.DUPLICATE_KEY:
            values = self._otherwise(line)
            return None if values is None else [line, self._refused(line, {**line.values, **values}, reason)]
        spoilt = FLAWS[reason](self._random, self._model, self._model.records[line.record], line.values)
        return None if spoilt is None else [self._refused(line, spoilt, reason)]

    def _refused(self, line: Line, values: Values, reason: ReasonCode) -> Line:
        return Line(line.record, line.entity, values, line.round, reason)

    def _otherwise(self, line: Line) -> Values | None:
        """Other values for the same effective date: a change would move the date of records that have one."""
        if self._model.records[line.record].effective:
            return self._mistake(line)
        return self._changes[line.record](self._world, line)

    def _mistake(self, line: Line) -> Values:
        """A misspelt name or a wrong division, never part of a key or date."""
        division = next((name for name in _DIVISIONS if name in line.values), None)
        if division and self._random.random() < 0.5:
            codes = [district.code for district in DISTRICTS if district.code != line.values[division]]
            return {division: self._random.choice(codes)}
        return {"recordedSubject.name": names.altered(self._random, line.values["recordedSubject.name"])}
