"""When what a source knows is due: by duty, by day, by the calendar with its make-up days."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalog import Duty, DutyKind
from hub.errors import InvalidSetting
from hub.stewardship.duties import due_on, expected_by
from hub.stewardship.working_days import WorkingDays, read_working_days

CALENDAR = WorkingDays()
REAL_TIME = Duty(DutyKind.REAL_TIME)
THREE_DAYS = Duty(DutyKind.WITHIN_DAYS, 3)
MONTHLY = Duty(DutyKind.MONTHLY, 20)
QUARTERLY = Duty(DutyKind.QUARTERLY, 10)

days = st.dates(date(2005, 1, 1), date(2040, 1, 1))
duties = st.one_of(
    st.just(REAL_TIME),
    st.builds(Duty, st.sampled_from([DutyKind.WITHIN_DAYS, DutyKind.MONTHLY, DutyKind.QUARTERLY]), st.integers(1, 20)),
)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2024, 2, 9), True),  # New Year's Eve was a working day that year
        (date(2024, 2, 12), False),  # a Monday of the Spring Festival
        (date(2024, 2, 18), True),  # a Sunday that was worked in return
        (date(2024, 2, 24), False),
        (date(2031, 10, 1), True),  # not announced yet: a Wednesday
    ],
)
def test_a_make_up_day_is_worked_and_a_holiday_is_not(day: date, works: bool) -> None:
    assert CALENDAR.includes(day) is works


def test_of_a_year_that_is_not_announced_only_weekends_are_known() -> None:
    assert CALENDAR.is_announced(date(2024, 1, 1))
    assert not CALENDAR.is_announced(date(2031, 10, 1))


def test_a_file_announces_a_year_that_the_release_does_not_know(tmp_path: Path) -> None:
    file = tmp_path / "holidays.toml"
    file.write_text("[2031]\noff = [2031-10-01]\non = [2031-10-04]\n", encoding="utf-8")
    calendar = read_working_days(file)
    assert calendar.from_day(date(2031, 10, 1)) == date(2031, 10, 2)
    assert calendar.includes(date(2031, 10, 4))
    assert calendar.is_announced(date(2024, 1, 1))


@pytest.mark.parametrize("text", ["[2031]\noff = [2030-01-01]", "[soon]\noff = []", "2031 = 1", "[2031"])
def test_a_file_that_announces_nothing_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "holidays.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidSetting, match="HUB_HOLIDAYS_FILE"):
        read_working_days(file)
    with pytest.raises(InvalidSetting, match="cannot be read"):
        read_working_days(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("duty", "changed", "due"),
    [
        (REAL_TIME, date(2024, 2, 9), date(2024, 2, 10)),
        (THREE_DAYS, date(2024, 2, 9), date(2024, 2, 12)),  # calendar days, whatever day they fall on
        (MONTHLY, date(2024, 1, 20), date(2024, 1, 22)),  # a Saturday gives way to Monday
        (MONTHLY, date(2024, 1, 22), date(2024, 1, 22)),
        (MONTHLY, date(2024, 1, 23), date(2024, 2, 20)),
        (QUARTERLY, date(2024, 8, 5), date(2024, 10, 10)),
        (QUARTERLY, date(2023, 12, 31), date(2024, 1, 10)),
    ],
)
def test_a_change_is_due_by_the_day_that_the_duty_sets(duty: Duty, changed: date, due: date) -> None:
    assert due_on(duty, changed, CALENDAR) == due


@pytest.mark.parametrize(
    ("duty", "delivered", "again"),
    [
        (REAL_TIME, date(2024, 2, 9), date(2024, 2, 18)),  # the first working day after the Spring Festival
        (THREE_DAYS, date(2024, 3, 1), date(2024, 3, 4)),
        (MONTHLY, date(2024, 1, 2), date(2024, 2, 20)),
        (MONTHLY, date(2024, 1, 31), date(2024, 2, 20)),  # late for January, and no excuse for February
        (QUARTERLY, date(2023, 11, 30), date(2024, 1, 10)),
    ],
)
def test_a_source_is_expected_again(duty: Duty, delivered: date, again: date) -> None:
    assert expected_by(duty, delivered, CALENDAR) == again


@given(duties, days, st.integers(0, 120))
def test_what_changes_later_is_never_due_earlier(duty: Duty, day: date, later: int) -> None:
    after = day + timedelta(days=later)
    assert day <= due_on(duty, day, CALENDAR) <= due_on(duty, after, CALENDAR)
    assert day < expected_by(duty, day, CALENDAR) <= expected_by(duty, after, CALENDAR)


@given(duties, days)
def test_a_source_is_expected_on_working_days_only_and_is_in_time_if_it_comes_on_the_last_of_them(
    duty: Duty, day: date
) -> None:
    again = expected_by(duty, day, CALENDAR)
    assert CALENDAR.includes(again)
    assert expected_by(duty, again, CALENDAR) > again
    if duty.kind in (DutyKind.MONTHLY, DutyKind.QUARTERLY):
        assert CALENDAR.includes(due_on(duty, day, CALENDAR))
