"""Statements about one record and the rule that says which of them stand.

For one ``valid_from`` the statement with the greatest ``stated_at`` stands, ties by digest; a withdrawal that wins
leaves nothing standing there. The order of arrival never matters.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import takewhile
from uuid import UUID

ABSENT = "ABSENT"
"""The operation of an end that nobody spelt out: a full copy held the record no longer."""
ENDS = frozenset({"END", ABSENT})
"""The operations from whose day on nothing is in force."""


class Outcome(StrEnum):
    """What came of one line of a delivery."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    CORRECTED = "CORRECTED"
    UNCHANGED = "UNCHANGED"
    SUPERSEDED = "SUPERSEDED"
    ENDED = "ENDED"
    WITHDRAWN = "WITHDRAWN"
    QUARANTINED = "QUARANTINED"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a source said of a record from ``valid_from`` on; ``digest`` stands for its whole content.

    ``operation`` is STATE, END (nothing is in force from ``valid_from`` on), ABSENT (the same, as a full copy lets
    conclude) or WITHDRAW (what was said for ``valid_from`` should not have been said). ``current`` tells whether the
    hub holds it as standing.
    """

    valid_from: date
    stated_at: datetime
    operation: str
    digest: bytes
    submission_id: UUID
    state_id: UUID
    current: bool = False

    @property
    def rank(self) -> tuple[datetime, bytes]:
        """What decides between statements for the same ``valid_from``."""
        return (self.stated_at, self.digest)

    def says_the_same_as(self, other: "Statement") -> bool:
        """Whether both are one statement, heard twice."""
        return (self.valid_from, *self.rank) == (other.valid_from, *other.rank)


def standing(statements: Iterable[Statement]) -> list[Statement]:
    """The statements that stand, by ``valid_from``."""
    by_day: dict[date, list[Statement]] = {}
    for statement in statements:
        by_day.setdefault(statement.valid_from, []).append(statement)
    winners = (_winner(by_day[day]) for day in sorted(by_day))
    return [winner for winner in winners if winner.operation != "WITHDRAW"]


def _winner(rivals: list[Statement]) -> Statement:
    """The last word; of a last word that was repeated, its first utterance, so that repeating changes nothing.

    One statement that was made of two entities which are one now stands as it did, else as it was stored first.
    """
    ordered = sorted(
        rivals, key=lambda statement: (*statement.rank, not statement.current, statement.state_id), reverse=True
    )
    return list(takewhile(lambda statement: statement.digest == ordered[0].digest, ordered))[-1]


def verdict(known: Iterable[Statement], new: Statement) -> Outcome:
    """What hearing ``new`` means, given all that is known of its record."""
    known = list(known)
    if any(statement.says_the_same_as(new) for statement in known):
        return Outcome.UNCHANGED
    rivals = [statement for statement in known if statement.valid_from == new.valid_from]
    if any(rival.rank > new.rank for rival in rivals):
        same = _winner(rivals).digest == new.digest
        return Outcome.UNCHANGED if same else Outcome.SUPERSEDED
    if _content_before(known, rivals, new) == new.digest:
        return Outcome.UNCHANGED
    if new.operation == "END":
        return Outcome.ENDED
    if new.operation == "WITHDRAW":
        return Outcome.WITHDRAWN
    if rivals:
        return Outcome.CORRECTED
    return Outcome.UPDATED if known else Outcome.CREATED


def _content_before(known: list[Statement], rivals: list[Statement], new: Statement) -> bytes | None:
    """The digest of what held on ``new.valid_from`` before ``new`` was heard."""
    if rivals:
        return _winner(rivals).digest
    earlier = [statement for statement in standing(known) if statement.valid_from < new.valid_from]
    return earlier[-1].digest if earlier else None
