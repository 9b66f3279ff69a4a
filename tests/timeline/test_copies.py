"""What full copies say by what they leave out, whatever the order in which they arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count, permutations
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.timeline import Conclusion, FullCopy, Statement, Successor, standing

MONTHS = [date(2024, month, 1) for month in range(1, 6)]
LONG_AGO = date(2020, 5, 1)
_ids = count(1)


@dataclass(frozen=True)
class Month:
    """A copy of a month: whether it holds the record, and since when the record holds; None where it gives no date."""

    month: int
    holds: bool
    since: date | None = None

    @property
    def day(self) -> date:
        return MONTHS[self.month]

    @property
    def said_at(self) -> datetime:
        return datetime(self.day.year, self.day.month, 1, tzinfo=UTC)

    @property
    def submission_id(self) -> UUID:
        return UUID(int=1_000 + self.month)


def heard(history: list[Statement], said: Conclusion, submission_id: UUID) -> None:
    digest = said.operation.encode()
    new = Statement(said.valid_from, said.stated_at, said.operation, digest, submission_id, UUID(int=next(_ids)))
    if not any(new.says_the_same_as(known) for known in history):
        history.append(new)


def take_in(history: list[Statement], copy: Month, earlier: Sequence[Month]) -> None:
    """What taking in a copy does to the history of a record, after other copies were taken in."""
    is_new = False
    if copy.holds:
        before = len(history)
        heard(history, Conclusion("STATE", copy.since or copy.day, copy.said_at), copy.submission_id)
        is_new = len(history) > before
    later = min((one for one in earlier if one.month > copy.month), key=lambda one: one.month, default=None)
    successor = Successor(later.day, later.said_at + timedelta(seconds=1)) if later else None
    full = FullCopy(copy.submission_id, copy.day, copy.said_at + timedelta(seconds=1), successor)
    if not copy.holds:
        concluded = full.ends(history)
    else:
        concluded = full.revives(history) or (full.closes(history) if is_new else [])
    for said in concluded:
        heard(history, said, copy.submission_id)


def after(copies: Sequence[Month]) -> list[Statement]:
    history: list[Statement] = []
    for place, copy in enumerate(copies):
        take_in(history, copy, copies[:place])
    return history


def holds_on(history: Sequence[Statement], day: date) -> bool:
    turns = [one for one in standing(history) if one.valid_from <= day]
    return bool(turns) and turns[-1].operation == "STATE"


@given(held=st.lists(st.booleans(), min_size=2, max_size=5), data=st.data())
def test_between_two_copies_holds_what_the_former_held_in_whatever_order_they_arrive(
    held: list[bool], data: st.DataObject
) -> None:
    copies = [Month(month, holds) for month, holds in enumerate(held)]
    history = after(data.draw(st.permutations(copies)))
    for copy in copies:
        assert [holds_on(history, copy.day + timedelta(days=n)) for n in (0, 27)] == [copy.holds] * 2


@given(held=st.lists(st.booleans(), min_size=2, max_size=5), data=st.data())
def test_what_holds_from_the_last_copy_on_is_what_it_held_though_records_say_that_they_hold_for_years(
    held: list[bool], data: st.DataObject
) -> None:
    copies = [Month(month, holds, LONG_AGO) for month, holds in enumerate(held)]
    history = after(data.draw(st.permutations(copies)))
    assert holds_on(history, copies[-1].day) is copies[-1].holds
    assert holds_on(history, copies[-1].day + timedelta(days=400)) is copies[-1].holds


@given(held=st.lists(st.booleans(), min_size=2, max_size=5), dated=st.lists(st.booleans(), min_size=5, max_size=5))
def test_a_copy_taken_in_again_changes_nothing(held: list[bool], dated: list[bool]) -> None:
    copies = [Month(month, holds, LONG_AGO if dated[month] else None) for month, holds in enumerate(held)]
    history = after(copies)
    before = standing(history)
    for copy in copies:
        take_in(history, copy, copies)
        assert standing(history) == before


def test_a_copy_that_comes_late_moves_no_record_of_later_days() -> None:
    for order in permutations([Month(0, True, LONG_AGO), Month(1, False), Month(2, True, LONG_AGO)]):
        assert holds_on(after(order), MONTHS[2]), order
    for order in permutations([Month(0, True, LONG_AGO), Month(1, True, LONG_AGO), Month(2, False)]):
        assert not holds_on(after(order), MONTHS[2]), order


def test_an_end_that_was_spelt_out_stays_though_a_later_copy_still_holds_the_record() -> None:
    history = after([Month(0, True, LONG_AGO)])
    heard(history, Conclusion("END", MONTHS[1], datetime(2024, 2, 1, tzinfo=UTC)), UUID(int=7))
    take_in(history, Month(2, True, LONG_AGO), [Month(0, True, LONG_AGO)])
    assert not holds_on(history, MONTHS[2])


def test_a_record_of_which_somebody_has_spoken_since_does_not_end() -> None:
    history = after([Month(0, True, LONG_AGO)])
    heard(history, Conclusion("STATE", LONG_AGO, datetime(2024, 2, 20, tzinfo=UTC)), UUID(int=7))
    take_in(history, Month(1, False), [Month(0, True, LONG_AGO)])
    assert holds_on(history, MONTHS[1])


def test_a_late_correction_of_a_record_that_a_copy_has_left_out_does_not_bring_it_back() -> None:
    history = after([Month(0, True), Month(1, False)])
    heard(history, Conclusion("STATE", MONTHS[0], datetime(2024, 6, 1, tzinfo=UTC)), UUID(int=7))
    assert (holds_on(history, MONTHS[0]), holds_on(history, MONTHS[1])) == (True, False)
