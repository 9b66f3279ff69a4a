"""Which statements stand, whatever the order in which they are heard."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.timeline import Outcome, Statement, standing, verdict

DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(3)]
INSTANTS = [datetime(2024, 2, 1, tzinfo=UTC) + timedelta(microseconds=n) for n in range(4)]
CONTENTS = {"STATE": [b"a", b"b"], "END": [b"end"], "WITHDRAW": [b"withdraw"]}


def said(day: int, instant: int, content: bytes, operation: str = "STATE", *, heard: int = 0) -> Statement:
    return Statement(DAYS[day], INSTANTS[instant], operation, content, UUID(int=0), UUID(int=heard))


@st.composite
def statements(draw: st.DrawFn) -> list[Statement]:
    """What a source may say of one record, each thing once."""
    operations = draw(st.lists(st.sampled_from(list(CONTENTS)), max_size=8))
    drawn = [
        said(draw(st.integers(0, 2)), draw(st.integers(0, 3)), draw(st.sampled_from(CONTENTS[name])), name, heard=n)
        for n, name in enumerate(operations)
    ]
    return list({(one.valid_from, one.rank): one for one in drawn}.values())


def heard_in_turn(said: Iterable[Statement]) -> tuple[list[Statement], list[Outcome]]:
    """All statements with what is current after each was heard, as intake keeps them; and what each meant."""
    known: list[Statement] = []
    outcomes = []
    for statement in said:
        outcomes.append(verdict(known, statement))
        if not any(statement.says_the_same_as(other) for other in known):
            known.append(statement)
        current = {one.state_id for one in standing(known)}
        known = [replace(one, current=one.state_id in current) for one in known]
    return known, outcomes


def content_on(said: Sequence[Statement], day: date) -> bytes | None:
    """What holds on a day, if anything does."""
    latest = [one for one in standing(said) if one.valid_from <= day][-1:]
    return next((one.digest for one in latest if one.operation == "STATE"), None)


@given(data=st.data(), said=statements())
def test_what_stands_does_not_depend_on_the_order_of_arrival(data: st.DataObject, said: list[Statement]) -> None:
    shuffled = data.draw(st.permutations(said))
    one, other = (standing(heard_in_turn(order)[0]) for order in (said, shuffled))
    assert [statement.state_id for statement in one] == [statement.state_id for statement in other]


@given(data=st.data(), said=statements())
def test_saying_a_thing_again_changes_nothing(data: st.DataObject, said: list[Statement]) -> None:
    repeated = data.draw(st.lists(st.sampled_from(said))) if said else []
    once, _ = heard_in_turn(said)
    twice, outcomes = heard_in_turn([*said, *repeated])
    assert twice == once
    assert outcomes[len(said) :] == [Outcome.UNCHANGED] * len(repeated)


@given(said=statements())
def test_for_each_day_the_greatest_word_stands_and_nothing_where_it_withdraws(said: list[Statement]) -> None:
    stands = {one.valid_from: one for one in standing(said)}
    assert list(stands) == sorted(stands)
    for day in DAYS:
        rivals = [one for one in said if one.valid_from == day]
        last = max(rivals, key=lambda one: one.rank, default=None)
        expected = None if last is None or last.operation == "WITHDRAW" else last.digest
        assert (stands[day].digest if day in stands else None) == expected


@given(known=statements(), new=statements().filter(bool))
def test_an_outcome_tells_whether_anything_changed(known: list[Statement], new: list[Statement]) -> None:
    spoken = replace(new[0], state_id=UUID(int=99))
    outcome = verdict(known, spoken)
    before, after = ([content_on(said, day) for day in DAYS] for said in (known, [*known, spoken]))
    if outcome in (Outcome.UNCHANGED, Outcome.SUPERSEDED):
        assert before == after
    if not known:
        assert outcome in (Outcome.CREATED, Outcome.ENDED, Outcome.WITHDRAWN)


def test_of_two_statements_at_one_instant_the_greater_digest_stands() -> None:
    one, other = said(0, 0, b"a", heard=1), said(0, 0, b"b", heard=2)
    assert standing([one, other]) == standing([other, one]) == [other]


def test_a_withdrawal_shows_what_stood_before_and_a_later_word_stands_again() -> None:
    first, second = said(0, 0, b"a"), said(1, 1, b"b")
    withdrawn = said(1, 2, b"withdraw", "WITHDRAW")
    assert content_on([first, second, withdrawn], DAYS[2]) == b"a"
    assert content_on([first, second, withdrawn, said(1, 3, b"c")], DAYS[2]) == b"c"


def test_a_withdrawal_that_arrives_before_what_it_withdraws_still_withdraws_it() -> None:
    known, outcomes = heard_in_turn([said(0, 1, b"withdraw", "WITHDRAW"), said(0, 0, b"a", heard=1)])
    assert outcomes == [Outcome.WITHDRAWN, Outcome.SUPERSEDED]
    assert standing(known) == []


def test_several_statements_of_one_batch_for_one_day_leave_one_standing() -> None:
    batch = [said(0, n, content, heard=n) for n, content in enumerate([b"a", b"b", b"c"])]
    known, outcomes = heard_in_turn(batch)
    assert outcomes == [Outcome.CREATED, Outcome.CORRECTED, Outcome.CORRECTED]
    assert [one.digest for one in known if one.current] == [b"c"]


def test_a_repeated_last_word_stands_as_it_was_first_said() -> None:
    first, between, last = said(0, 0, b"a", heard=1), said(0, 1, b"b", heard=2), said(0, 2, b"a", heard=3)
    assert [one.state_id for one in standing([first, last])] == [first.state_id]
    assert [one.state_id for one in standing([first, between, last])] == [last.state_id]


@pytest.mark.parametrize("current", [True, False])
def test_of_one_statement_made_of_two_who_are_one_now_the_same_stands_in_any_order(*, current: bool) -> None:
    first, second = [replace(said(0, 0, b"a", heard=n), current=current) for n in range(2)]
    assert standing([first, second]) == standing([second, first]) == [first]
