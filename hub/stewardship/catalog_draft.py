"""How a draft of the catalog comes to be published: by two officers, never by one (GZ-Rules Art. 8; GZ-Detail Art. 31).

Pure: takes the states that a draft has come to and by whom; says to which it may come next, or refuses. Officers are
those whose tokens say so. Who drafts on the machine itself is not known so, and counts as nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.errors import DraftStepNotPossible, OwnApproval, OwnDraft
from hub.store.catalog_drafts import KeptDraft

THE_MACHINE = "hub"
"""Who drafts what the model says, by a command on the machine."""


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
    """Raise unless a draft may go on so; the first it has ``reached`` names who drafted it, who never approves it.

    Of a draft that was made on the machine, who approves and who publishes are two.
    """
    drafter, latest = reached[0].officer, reached[-1]
    if following.state not in NEXT[latest.state]:
        raise DraftStepNotPossible(step=following.state, state=latest.state)
    if following.state is DraftState.APPROVED and following.officer == drafter:
        raise OwnDraft
    if following.state is DraftState.PUBLISHED and drafter == THE_MACHINE and following.officer == latest.officer:
        raise OwnApproval


def possible(reached: Sequence[Reached], officer: str) -> list[DraftState]:
    """The states to which an officer may bring a draft now."""
    return [state for state in DraftState if _is_possible(reached, Reached(state, officer))]


def _is_possible(reached: Sequence[Reached], following: Reached) -> bool:
    try:
        check_next(reached, following)
    except (DraftStepNotPossible, OwnDraft, OwnApproval):
        return False
    return True
