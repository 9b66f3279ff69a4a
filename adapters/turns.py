"""Whose turn it is: when a source is run next, and how it stands, judged by its latest run.

Pure: takes the latest run of a source, as the run log has it; gives an instant or a word. Never reads the clock.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from adapters.schedule import interval
from adapters.sources import Source
from hub.store.runs import LatestRun, RunOutcome

LONGEST_PAUSE = timedelta(hours=1)


class SourceState(StrEnum):
    """How a source stands."""

    NEVER_RUN = "never run"
    RUNNING = "running"
    BROKEN_OFF = "broken off"
    DONE = "done"
    CANCELLED = "cancelled"
    RETRYING = "retrying"
    FAILING = "failing"


def state_of(latest: LatestRun | None) -> SourceState:
    """How the source of this latest run stands."""
    if latest is None:
        return SourceState.NEVER_RUN
    if latest.outcome is None:
        return SourceState.RUNNING if latest.is_held else SourceState.BROKEN_OFF
    if latest.outcome is RunOutcome.FAILED:
        return SourceState.FAILING if latest.failing else SourceState.RETRYING
    return SourceState[latest.outcome]


def next_run(source: Source, latest: LatestRun | None, since: datetime) -> datetime | None:
    """When the worker runs a source next; None for one without a schedule.

    ``since`` is when the worker began to look. What was broken off is gone on with at once; what failed is tried again
    after a pause that doubles, until it is failing: then it waits for its ordinary turn, as do all others.
    """
    if source.times is None:
        return None
    if latest is None:
        return source.times.after(None, since)
    if latest.outcome is None:
        return latest.started_at
    regular = source.times.after(latest.started_at, since)
    if latest.outcome is RunOutcome.FAILED and not latest.failing:
        return min(regular, (latest.finished_at or latest.started_at) + pause_after(source, latest.attempt))
    return regular


def pause_after(source: Source, attempts: int) -> timedelta:
    """How long to wait after so many failed attempts."""
    doubled: int = 2 ** min(attempts - 1, 12)
    return min(interval(source.retry_after) * doubled, LONGEST_PAUSE)
