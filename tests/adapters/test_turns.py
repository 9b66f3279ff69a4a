"""Whose turn it is: schedules, pauses after failures, and what was broken off."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from adapters.sources import Source
from adapters.transports.folder import Folder
from adapters.turns import SourceState, next_run, pause_after, state_of
from hub.store.runs import LatestRun, RunOutcome

BEGAN = datetime(2024, 5, 1, tzinfo=UTC)
ENDED = BEGAN + timedelta(minutes=1)
SOURCE = Source(
    name="a", register="b", transport=Folder(path="c"), schedule="1h", attempts=3, retry_after="2m"
)  # fmt: skip
DONE = LatestRun(
    run_id=uuid4(),
    source="a",
    register="b",
    started_by="test",
    attempt=1,
    started_at=BEGAN,
    resumed=0,
    cancelled_at=None,
    finished_at=ENDED,
    outcome=RunOutcome.DONE,
    error_code=None,
    failing=False,
    submission_ids=[],
    counts={},
    lines=0,
    bytes=0,
    newest_stated_at=None,
    present=ENDED,
    is_held=False,
    newest=None,
)
OPEN = replace(DONE, finished_at=None, outcome=None)
FAILED = replace(DONE, outcome=RunOutcome.FAILED)


@pytest.mark.parametrize(
    ("latest", "state", "turn"),
    [
        (None, SourceState.NEVER_RUN, ENDED),
        (DONE, SourceState.DONE, BEGAN + timedelta(hours=1)),
        (replace(DONE, outcome=RunOutcome.CANCELLED), SourceState.CANCELLED, BEGAN + timedelta(hours=1)),
        (OPEN, SourceState.BROKEN_OFF, BEGAN),
        (replace(OPEN, is_held=True), SourceState.RUNNING, BEGAN),
        (FAILED, SourceState.RETRYING, ENDED + timedelta(minutes=2)),
        (replace(FAILED, attempt=2), SourceState.RETRYING, ENDED + timedelta(minutes=4)),
        (replace(FAILED, attempt=3, failing=True), SourceState.FAILING, BEGAN + timedelta(hours=1)),
    ],
)
def test_a_source_stands_and_is_run_next_as_its_latest_run_says(
    latest: LatestRun | None, state: SourceState, turn: datetime
) -> None:
    assert state_of(latest) is state
    assert next_run(SOURCE, latest, since=ENDED) == turn


def test_a_source_without_a_schedule_has_no_turn() -> None:
    unscheduled = Source(name="a", register="b", transport=Folder(path="c"))
    assert [next_run(unscheduled, latest, since=ENDED) for latest in (None, DONE, OPEN, FAILED)] == [None] * 4


def test_a_failed_run_is_not_tried_again_later_than_its_ordinary_turn() -> None:
    late = replace(FAILED, finished_at=BEGAN + timedelta(minutes=59))
    assert next_run(SOURCE, late, since=ENDED) == BEGAN + timedelta(hours=1)


def test_pauses_double_up_to_an_hour() -> None:
    minutes = [pause_after(SOURCE, attempts).total_seconds() / 60 for attempts in (1, 2, 3, 4, 5, 6, 100)]
    assert minutes == [2, 4, 8, 16, 32, 60, 60]


def test_of_turns_that_were_missed_only_one_is_made_up() -> None:
    monthly = Source(name="a", register="b", transport=Folder(path="c"), schedule="0 6 20 * *")
    turn = next_run(monthly, DONE, since=BEGAN + timedelta(days=200))
    assert turn is not None
    assert turn < BEGAN + timedelta(days=20)
    after = next_run(monthly, replace(DONE, started_at=BEGAN + timedelta(days=200)), since=BEGAN)
    assert after is not None
    assert after > BEGAN + timedelta(days=200)
