"""A draft of the catalog is published by two officers, whatever is tried in which order."""

from hypothesis import given
from hypothesis import strategies as st

from hub.errors import DraftStepNotPossible, OwnApproval, OwnDraft
from hub.stewardship.catalog_draft import NEXT, THE_MACHINE, DraftState, Reached, check_next, possible

OFFICERS = ("甲", "乙", "丙")
Walk = list[tuple[DraftState, str]]
walks = st.lists(st.tuples(st.sampled_from(DraftState), st.sampled_from(OFFICERS)), max_size=12)


def walked(walk: Walk, drafter: str = OFFICERS[0]) -> list[Reached]:
    """The states of a draft after all steps of a walk that are possible when they are tried."""
    reached = [Reached(DraftState.DRAFTED, drafter)]
    for state, officer in walk:
        try:
            check_next(reached, Reached(state, officer))
        except (DraftStepNotPossible, OwnDraft, OwnApproval):
            continue
        reached.append(Reached(state, officer))
    return reached


@given(walks)
def test_nothing_is_published_that_no_second_officer_approved(walk: Walk) -> None:
    reached = walked(walk)
    states = [one.state for one in reached]
    if DraftState.PUBLISHED in states:
        approvals = [one.officer for one in reached[: states.index(DraftState.PUBLISHED)] if one.state == "APPROVED"]
        assert approvals
        assert OFFICERS[0] not in approvals


@given(walks, st.sampled_from([*OFFICERS, THE_MACHINE]))
def test_two_officers_whose_tokens_say_so_have_had_a_hand_in_what_is_published(walk: Walk, drafter: str) -> None:
    reached = walked(walk, drafter)
    if reached[-1].state is DraftState.PUBLISHED:
        assert len({one.officer for one in reached} - {THE_MACHINE}) >= 2


@given(walks)
def test_what_is_published_or_withdrawn_goes_no_further(walk: Walk) -> None:
    states = [one.state for one in walked(walk)]
    assert all(NEXT[state] for state in states[:-1])
    assert states.count(DraftState.PUBLISHED) + states.count(DraftState.WITHDRAWN) <= 1


@given(walks, st.sampled_from(OFFICERS))
def test_an_officer_is_shown_the_steps_that_would_not_be_refused(walk: Walk, officer: str) -> None:
    reached = walked(walk)
    assert possible(reached, officer) == [
        state for state in DraftState if len(walked([*walk, (state, officer)])) > len(reached)
    ]


def test_who_drafted_may_publish_what_another_approved_and_withdraw_what_is_not_published() -> None:
    drafter, other = OFFICERS[:2]
    drafted = walked([])
    approved = walked([(DraftState.APPROVED, other)])
    assert possible(drafted, drafter) == [DraftState.WITHDRAWN]
    assert possible(drafted, other) == [DraftState.APPROVED, DraftState.WITHDRAWN]
    assert possible(approved, drafter) == [DraftState.PUBLISHED, DraftState.WITHDRAWN]
