"""When sources are run: intervals, and cron by the clock of China."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.schedule import interval, schedule
from hub.clock import SHANGHAI

NOON = datetime(2024, 2, 28, 12, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "next_time"),
    [
        ("30 2 * * *", datetime(2024, 2, 29, 2, 30, tzinfo=SHANGHAI)),
        ("0 0 29 2 *", datetime(2024, 2, 29, tzinfo=SHANGHAI)),
        ("*/15 * * * *", datetime(2024, 2, 28, 12, 15, tzinfo=SHANGHAI)),
        ("0 6 20 * *", datetime(2024, 3, 20, 6, tzinfo=SHANGHAI)),
        ("0 9 * * 1-5", datetime(2024, 2, 29, 9, tzinfo=SHANGHAI)),
        ("0 0 L * *", datetime(2024, 2, 29, tzinfo=SHANGHAI)),
    ],
)
def test_cron_is_read_by_the_clock_of_china(text: str, next_time: datetime) -> None:
    assert schedule(text).after(NOON.astimezone(UTC), NOON) == next_time
    assert schedule(text).after(None, NOON) == next_time


def test_an_interval_counts_from_the_last_beginning_and_begins_at_once() -> None:
    assert schedule("15m").after(NOON, NOON) == NOON + timedelta(minutes=15)
    assert schedule("15m").after(None, NOON) == NOON


@given(st.integers(1, 999_999), st.sampled_from([("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)]))
def test_an_interval_is_a_number_of_seconds_minutes_hours_or_days(number: int, unit: tuple[str, int]) -> None:
    assert interval(f"{number}{unit[0]}") == timedelta(seconds=number * unit[1])


@pytest.mark.parametrize(
    "text",
    ["", "0s", "1w", "-1m", "1.5h", "m", "daily", "* * * *", "0 2 * * * *", "61 * * * *", "0 0 30 2 *", "@daily"],
)
def test_what_is_no_schedule_is_refused_with_the_form_it_should_have(text: str) -> None:
    with pytest.raises(ValueError, match="write an interval, as `15m`"):
        schedule(text)


@given(st.text(max_size=30))
def test_no_text_but_a_schedule_gives_one(text: str) -> None:
    try:
        made = schedule(text)
    except ValueError:
        return
    assert made.after(NOON, NOON) > NOON
