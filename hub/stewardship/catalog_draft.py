"""How a draft of the catalog comes to be published: by two officers, never by one (GZ-Rules Art. 8; GZ-Detail Art. 31).

Pure: takes the states that a draft has come to and by whom; says to which it may come next, or refuses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.errors import DraftStepNotPossible, OwnDraft
from hub.store.catalog_drafts import KeptDraft


class DraftState(StrEnum):
    """Where a draft stands."""

    DRAFTED = "DRAFTED"
    APPROVED = "APPROVED"
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"


NEXT: Mapping[DraftState, frozenset[DraftState]] = {
    DraftState.DRAFTED: frozenset({DraftState.APPROVED, DraftState.WITHDRAWN}),
    DraftState.APPROVED: frozenset({DraftState.PUBLISHED, DraftState.WITHDRAWN}),
    DraftState.PUBLISHED: frozenset(),
    DraftState.WITHDRAWN: frozenset(),
}
"""Which states a draft may come to from each."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A state that a draft has come to, and by which officer."""

    state: DraftState
    officer: str


def reached_by(kept: KeptDraft) -> list[Reached]:
    """The states that a draft has come to."""
    return [Reached(DraftState(one.state), one.officer) for one in kept.states]


def check_next(reached: Sequence[Reached], following: Reached) -> None:
    """Raise unless a draft may go on so; the first it has ``reached`` names who drafted it, who never approves it."""
    if following.state not in NEXT[reached[-1].state]:
        raise DraftStepNotPossible(step=following.state, state=reached[-1].state)
    if following.state is DraftState.APPROVED and following.officer == reached[0].officer:
        raise OwnDraft


def possible(reached: Sequence[Reached], officer: str) -> list[DraftState]:
    """The states to which an officer may bring a draft now."""
    return [state for state in DraftState if _is_possible(reached, Reached(state, officer))]


def _is_possible(reached: Sequence[Reached], following: Reached) -> bool:
    try:
        check_next(reached, following)
    except (DraftStepNotPossible, OwnDraft):
        return False
    return True
