"""What a full copy of a register says by what it leaves out: a record that it no longer holds has ended on its day.

Pure: takes all that was said of one record; gives what a copy concludes of it. What was said after the copy is never
touched: a copy that comes late says what held from its day to that of the next copy, and nothing of later days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from hub.timeline.statements import ABSENT, Statement, standing


class Conclusion(NamedTuple):
    """What a copy says of a record without a line: that it was absent from a day on, or that it was not after all."""

    operation: str
    valid_from: date
    stated_at: datetime


@dataclass(frozen=True, slots=True)
class Successor:
    """The next copy of the same records that was taken in before: its day, and when it was said."""

    day: date
    stated_at: datetime


@dataclass(frozen=True, slots=True)
class FullCopy:
    """A full copy of what holds on ``day``, said at ``stated_at`` and taken in as ``submission_id``."""

    submission_id: UUID
    day: date
    stated_at: datetime
    successor: Successor | None = None

    def ends(self, history: Iterable[Statement]) -> list[Conclusion]:
        """What it says of a record that it does not hold: it has ended, if it stood and nobody spoke of it since.

        Where a later copy is in, the record ends only as far as something else is known by the day of that one.
        """
        said = list(history)
        last = _last(standing(said), self.day)
        if last is None or last.operation != "STATE" or self._is_outspoken(said):
            return []
        is_confirmed = self.successor is None or self._turns_before_successor(said)
        return [Conclusion(ABSENT, self.day, self.stated_at)] if is_confirmed else []

    def revives(self, history: Iterable[Statement]) -> list[Conclusion]:
        """What it says of a record that it holds: earlier copies left it out by mistake, if it began before them.

        A later copy that is in had left it out too, or it would have said so itself.
        """
        said = list(history)
        turns = [one for one in standing(said) if one.valid_from <= self.day]
        absences = _trailing_absences(turns, self.stated_at)
        if not absences or any(one.submission_id == self.submission_id and one.valid_from > self.day for one in said):
            return []
        taken_back = [Conclusion("WITHDRAW", one.valid_from, self.stated_at) for one in absences]
        return taken_back if self._turns_before_successor(said) else taken_back + self._absent_from_successor()

    def closes(self, history: Iterable[Statement]) -> list[Conclusion]:
        """What it says of a record that it alone has brought: the later copy, taken in before, did not hold it."""
        said = list(history)
        if self.successor is None or not self._is_in_force(said, self.successor.day):
            return []
        others = [one for one in said if one.submission_id != self.submission_id]
        return [] if self._is_in_force(others, self.successor.day) else self._absent_from_successor()

    def _is_outspoken(self, said: Iterable[Statement]) -> bool:
        """Whether somebody has said later that the record holds on the day."""
        return any(
            one.operation == "STATE" and one.valid_from <= self.day and one.stated_at >= self.stated_at for one in said
        )

    def _turns_before_successor(self, said: Iterable[Statement]) -> bool:
        """Whether something else stands of the record for a day after this copy's, up to that of the later one."""
        return self.successor is not None and any(
            self.day < one.valid_from <= self.successor.day for one in standing(said)
        )

    def _absent_from_successor(self) -> list[Conclusion]:
        return [Conclusion(ABSENT, *_place(self.successor))] if self.successor else []

    @staticmethod
    def _is_in_force(said: Iterable[Statement], day: date) -> bool:
        last = _last(standing(said), day)
        return last is not None and last.operation == "STATE"


def _place(successor: Successor) -> tuple[date, datetime]:
    return successor.day, successor.stated_at


def _last(turns: Iterable[Statement], day: date) -> Statement | None:
    """What stands on a day."""
    return max((one for one in turns if one.valid_from <= day), key=lambda one: one.valid_from, default=None)


def _trailing_absences(turns: Sequence[Statement], before: datetime) -> list[Statement]:
    """The absences, said before an instant, that alone keep a record from being in force."""
    absences: list[Statement] = []
    for turn in reversed(turns):
        if turn.operation == "STATE":
            return absences
        if turn.operation != ABSENT or turn.stated_at >= before:
            break
        absences.append(turn)
    return []
