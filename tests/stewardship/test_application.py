"""An application goes by the law's ladder, and its clocks by the calendar of working days."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import shanghai_date, shanghai_midnight
from hub.errors import StepNotPossible
from hub.stewardship.application import DAYS, ENDED, MOVES, Party, Progress, Stage, Step, Taken, follow, progress
from hub.stewardship.working_days import Announcement, WorkingDays

CALENDAR = WorkingDays(
    {2024: Announcement(off=(date(2024, 5, 1), date(2024, 5, 2), date(2024, 5, 3)), on=(date(2024, 4, 28),))}
)
MADE = datetime(2024, 4, 22, 2, tzinfo=UTC)
Walk = list[tuple[Step, timedelta]]
walks = st.lists(
    st.tuples(st.sampled_from(Step), st.timedeltas(timedelta(0), timedelta(days=40))), min_size=1, max_size=12
)


def walked(walk: Walk, *, confirmed: bool) -> tuple[list[Taken], list[Progress]]:
    """The steps of a walk that are possible when they are tried, and every stage that they lead to."""
    taken: list[Taken] = []
    stages = [progress(MADE, [], CALENDAR, confirmed=confirmed)]
    at = MADE
    for step, later in walk:
        at += later
        if step in stages[-1].moves(at):
            taken.append(Taken(step, at))
            stages.append(progress(MADE, taken, CALENDAR, confirmed=confirmed))
    return taken, stages


@given(walks, st.booleans())
def test_whatever_is_tried_an_application_ends_once_and_for_all(walk: Walk, confirmed: bool) -> None:
    taken, stages = walked(walk, confirmed=confirmed)
    assert [one.stage in ENDED for one in stages[:-1]] == [False] * (len(stages) - 1)
    assert all(one.since == step.at for one, step in zip(stages[1:], taken, strict=True))
    if stages[-1].stage in ENDED:
        assert stages[-1].moves(MADE + timedelta(days=1_000)) == {}


@given(walks, st.booleans())
def test_nothing_is_provided_that_nobody_approved_or_ruled(walk: Walk, confirmed: bool) -> None:
    taken, stages = walked(walk, confirmed=confirmed)
    steps = [one.step for one in taken]
    if stages[-1].stage is Stage.PROVIDED:
        assert {Step.APPROVE, Step.SETTLE, Step.RULE_FOR} & set(steps)
        assert not confirmed or {Step.CONFIRM, Step.SETTLE, Step.RULE_FOR} & set(steps)


@given(walks, st.booleans())
def test_mediation_follows_refusal_or_silence_only(walk: Walk, confirmed: bool) -> None:
    taken, stages = walked(walk, confirmed=confirmed)
    for (before, after), step in zip(pairwise(stages), taken, strict=True):
        if after.stage is Stage.MEDIATION:
            assert before.stage is Stage.REFUSED or before.is_overdue(step.at)
            assert not before.is_ruled


@given(walks, st.booleans())
def test_each_clock_runs_as_many_working_days_as_the_law_says(walk: Walk, confirmed: bool) -> None:
    for reached in walked(walk, confirmed=confirmed)[1]:
        if reached.due is None:
            assert reached.stage not in DAYS
            continue
        began = shanghai_date(reached.since)
        days = [began + timedelta(days=n) for n in range(1, (reached.due - began).days + 1)]
        assert sum(map(CALENDAR.includes, days)) == DAYS[reached.stage]
        assert CALENDAR.includes(reached.due)
        assert reached.is_by_calendar == (reached.due.year == 2024)
        assert not reached.is_overdue(shanghai_midnight(reached.due) + timedelta(hours=23))
        assert reached.is_overdue(shanghai_midnight(reached.due) + timedelta(hours=24))


def test_days_off_and_make_up_days_move_the_day_on_which_an_answer_is_due() -> None:
    assert progress(MADE, [], CALENDAR, confirmed=False).due == date(2024, 5, 8)
    assert progress(MADE, [], WorkingDays({}), confirmed=False).due == date(2024, 5, 6)


def test_a_step_of_another_stage_is_refused() -> None:
    reached = progress(MADE, [], CALENDAR, confirmed=True)
    for step in set(Step) - {Step.APPROVE, Step.REFUSE, Step.WITHDRAW}:
        with pytest.raises(StepNotPossible):
            follow(reached, step, MADE, confirmed=True)


def test_every_stage_can_be_reached_and_every_step_belongs_to_one_party_in_a_stage() -> None:
    led = {stage for moves in MOVES.values() for _, stage in moves.values()}
    assert led | {Stage.DECISION, Stage.CONFIRMATION, Stage.WITHDRAWN} == set(Stage)
    assert set(MOVES) | ENDED == set(Stage)
    assert {party for moves in MOVES.values() for party, _ in moves.values()} == set(Party)
