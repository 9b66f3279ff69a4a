"""How an application for items goes from the asking to a grant, and by when each step is due (GZ-Detail Art. 35, 36).

Pure: takes the steps that were taken, the calendar and an instant; gives the stage and its clock, or refuses a step.
Silence is a fact of the calendar: nobody has to say that a deadline has passed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub.clock import shanghai_date
from hub.errors import StepNotPossible
from hub.stewardship.working_days import WorkingDays


class Stage(StrEnum):
    """Where an application stands: whose turn it is, or how it has ended."""

    DECISION = "DECISION"
    CONFIRMATION = "CONFIRMATION"
    PROVISION = "PROVISION"
    REFUSED = "REFUSED"
    MEDIATION = "MEDIATION"
    REVIEW = "REVIEW"
    RULING = "RULING"
    PROVIDED = "PROVIDED"
    DENIED = "DENIED"
    WITHDRAWN = "WITHDRAWN"


class Step(StrEnum):
    """What somebody does about an application."""

    APPROVE = "APPROVE"
    REFUSE = "REFUSE"
    CONFIRM = "CONFIRM"
    PROVIDE = "PROVIDE"
    ASK_MEDIATION = "ASK_MEDIATION"
    SETTLE = "SETTLE"
    REFER = "REFER"
    REVIEW = "REVIEW"
    RULE_FOR = "RULE_FOR"
    RULE_AGAINST = "RULE_AGAINST"
    WITHDRAW = "WITHDRAW"


class Party(StrEnum):
    """Who has to do with an application: who asks, the department that is responsible, the platform office."""

    APPLICANT = "APPLICANT"
    PROVIDER = "PROVIDER"
    OFFICE = "OFFICE"


DAYS: Mapping[Stage, int] = {Stage.DECISION: 10, Stage.CONFIRMATION: 10, Stage.PROVISION: 5}
"""Within how many working days the step of a stage is due."""
ENDED = frozenset({Stage.PROVIDED, Stage.DENIED, Stage.WITHDRAWN})
PUBLISHED = frozenset({Step.SETTLE, Step.REFER})
"""The results of mediation, which everybody may read."""
MOVES: Mapping[Stage, Mapping[Step, tuple[Party, Stage]]] = {
    Stage.DECISION: {
        Step.APPROVE: (Party.PROVIDER, Stage.PROVISION),
        Step.REFUSE: (Party.PROVIDER, Stage.REFUSED),
    },
    Stage.CONFIRMATION: {
        Step.CONFIRM: (Party.OFFICE, Stage.PROVISION),
        Step.REFUSE: (Party.OFFICE, Stage.REFUSED),
    },
    Stage.PROVISION: {Step.PROVIDE: (Party.PROVIDER, Stage.PROVIDED)},
    Stage.REFUSED: {Step.ASK_MEDIATION: (Party.APPLICANT, Stage.MEDIATION)},
    Stage.MEDIATION: {
        Step.SETTLE: (Party.OFFICE, Stage.PROVISION),
        Step.REFER: (Party.OFFICE, Stage.REVIEW),
    },
    Stage.REVIEW: {Step.REVIEW: (Party.OFFICE, Stage.RULING)},
    Stage.RULING: {
        Step.RULE_FOR: (Party.OFFICE, Stage.PROVISION),
        Step.RULE_AGAINST: (Party.OFFICE, Stage.DENIED),
    },
}
"""Who may take which step in a stage, and where it leads. Besides, applicants may withdraw until the end."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken at an instant."""

    step: Step
    at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """The stage that an application has reached: since when, and by which day its step is due, if by any.

    ``is_by_calendar`` says whether the holidays of that day's year are announced; else only weekends count as free.
    """

    stage: Stage
    since: datetime
    due: date | None
    is_by_calendar: bool
    is_ruled: bool

    def is_overdue(self, at: datetime) -> bool:
        """Whether the day on which the step was due has passed."""
        return self.due is not None and shanghai_date(at) > self.due

    def moves(self, at: datetime) -> dict[Step, tuple[Party, Stage]]:
        """The steps that may be taken, by whom, and where they lead; silence lets the applicant ask for mediation."""
        moves = dict(MOVES.get(self.stage, {}))
        if self.is_overdue(at) and not self.is_ruled:
            moves[Step.ASK_MEDIATION] = (Party.APPLICANT, Stage.MEDIATION)
        if self.stage not in ENDED:
            moves[Step.WITHDRAW] = (Party.APPLICANT, Stage.WITHDRAWN)
        return moves


def progress(submitted_at: datetime, steps: Iterable[Taken], calendar: WorkingDays, *, confirmed: bool) -> Progress:
    """Where an application stands; one that needs to be ``confirmed`` is approved twice.

    Raises ``StepNotPossible`` where a step was not possible when it was taken.
    """
    reached = _reached(Stage.DECISION, submitted_at, calendar, is_ruled=False)
    for taken in steps:
        stage = follow(reached, taken.step, taken.at, confirmed=confirmed)[1]
        is_ruled = reached.is_ruled or taken.step is Step.RULE_FOR
        reached = _reached(stage, taken.at, calendar, is_ruled=is_ruled)
    return reached


def follow(reached: Progress, step: Step, at: datetime, *, confirmed: bool) -> tuple[Party, Stage]:
    """Who takes ``step`` and where it leads; raises ``StepNotPossible`` where it cannot be taken now."""
    moves = reached.moves(at)
    if step not in moves:
        raise StepNotPossible(step=step, stage=reached.stage)
    party, stage = moves[step]
    if step is Step.APPROVE and confirmed:
        stage = Stage.CONFIRMATION
    return party, stage


def _reached(stage: Stage, at: datetime, calendar: WorkingDays, *, is_ruled: bool) -> Progress:
    days = DAYS.get(stage)
    due = calendar.after(shanghai_date(at), days) if days else None
    return Progress(stage, at, due, due is None or calendar.is_announced(due), is_ruled)
