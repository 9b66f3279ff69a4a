"""Tell what is unusual about a submission, by what its source delivered before.

Pure: takes a run and the earlier runs of the same source and record type; gives findings. Usual is the median, and how
far runs lie from it the median of the distances, so that a bad month does not hide the next one. A source that is too
new to have habits is only held against what would be odd of any.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from statistics import median

REPORTED_WITHIN, DUE_WITHIN = timedelta(hours=24), timedelta(hours=48)
"""How soon an anomaly must be reported, and mended (Wuxi Art. 24-25)."""
LEAST_HISTORY = 5
"""Earlier runs from which on a source has habits."""
FAR = 6 * 1.4826
"""How many median distances are far: six standard deviations, were runs spread like chance."""
LEAST_SPREAD = 0.05
"""A source's runs are taken to vary by this share of the usual, however alike they were."""
LEAST_LINES = 100
"""Fewer lines more or less are never far."""
SHRUNKEN = 0.1
LEAST_JUDGED = 20
"""Lines of a run from which on the share of its refused lines says something."""
LEAST_ERRORS, MOST_ERRORS = 0.05, 0.5
"""A share of refused lines that is never unusual, and one that is so of any source."""
TOLERANCE = 300
"""Seconds by which clocks may differ."""


class AnomalyKind(StrEnum):
    """What can be unusual."""

    VOLUME = "VOLUME"
    SHRUNKEN = "SHRUNKEN"
    ERROR_SHARE = "ERROR_SHARE"
    CLOCK_AHEAD = "CLOCK_AHEAD"


@dataclass(frozen=True, slots=True)
class Run:
    """What one submission delivered: how many lines, how many of them refused, and by how many seconds ahead."""

    lines: int
    refused: int = 0
    ahead: int = 0

    @property
    def errors(self) -> float:
        """The share of refused lines."""
        return self.refused / self.lines if self.lines else 0.0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something unusual: what was ``found`` and what is ``usual``, in lines, as a share or in seconds."""

    kind: AnomalyKind
    found: float
    usual: float


def findings(run: Run, earlier: Sequence[Run]) -> Iterator[Finding]:
    """What is unusual about ``run``."""
    has_habits = len(earlier) >= LEAST_HISTORY
    if has_habits:
        yield from _volume(run.lines, [one.lines for one in earlier])
    if run.lines >= LEAST_JUDGED:
        usual, spread = _habit([one.errors for one in earlier]) if has_habits else (0.0, MOST_ERRORS / FAR)
        if run.errors > max(LEAST_ERRORS, usual + FAR * spread):
            yield Finding(AnomalyKind.ERROR_SHARE, run.errors, usual)
    if run.ahead > TOLERANCE:
        yield Finding(AnomalyKind.CLOCK_AHEAD, run.ahead, 0)


def _volume(lines: int, earlier: Sequence[int]) -> Iterator[Finding]:
    usual, spread = _habit(earlier)
    if abs(lines - usual) < LEAST_LINES:
        return
    if lines <= SHRUNKEN * usual:
        yield Finding(AnomalyKind.SHRUNKEN, lines, usual)
    elif abs(lines - usual) > FAR * max(spread, LEAST_SPREAD * usual):
        yield Finding(AnomalyKind.VOLUME, lines, usual)


def _habit(figures: Sequence[float]) -> tuple[float, float]:
    """What is usual, and how far from it is."""
    usual = median(figures)
    return usual, median(abs(figure - usual) for figure in figures)
