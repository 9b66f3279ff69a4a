"""What is unusual about a submission, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.stewardship.anomalies import LEAST_HISTORY, LEAST_LINES, AnomalyKind, Run, findings

USUAL = [Run(lines, refused=1) for lines in (9_800, 10_000, 10_100, 9_900, 10_050, 10_000)]
runs = st.builds(Run, lines=st.integers(0, 10**6), refused=st.just(0))
histories = st.lists(runs, min_size=LEAST_HISTORY, max_size=30)


def kinds(run: Run, earlier: list[Run]) -> list[AnomalyKind]:
    return [found.kind for found in findings(run, earlier)]


@pytest.mark.parametrize(
    ("run", "found"),
    [
        (Run(10_300), []),
        (Run(1_000), [AnomalyKind.SHRUNKEN]),
        (Run(0), [AnomalyKind.SHRUNKEN]),
        (Run(5_000), [AnomalyKind.VOLUME]),
        (Run(30_000), [AnomalyKind.VOLUME]),
        (Run(10_000, refused=600), [AnomalyKind.ERROR_SHARE]),
        (Run(10_000, refused=400), []),
        (Run(10_000, ahead=3_600), [AnomalyKind.CLOCK_AHEAD]),
        (Run(10_000, ahead=200), []),
    ],
)
def test_a_run_is_held_against_the_habits_of_its_source(run: Run, found: list[AnomalyKind]) -> None:
    assert kinds(run, USUAL) == found


def test_a_new_source_has_no_habits_and_half_of_its_lines_refused_is_odd_of_any() -> None:
    for earlier in ([], USUAL[: LEAST_HISTORY - 1]):
        assert kinds(Run(10), earlier) == []
        assert kinds(Run(100, refused=60), earlier) == [AnomalyKind.ERROR_SHARE]
        assert kinds(Run(100, refused=40), earlier) == []
        assert kinds(Run(10, refused=10), earlier) == []


def test_one_bad_month_does_not_hide_the_next() -> None:
    assert kinds(Run(900), [*USUAL, Run(500)]) == [AnomalyKind.SHRUNKEN]


def test_a_source_that_always_sends_bad_lines_is_not_unusual_for_it() -> None:
    bad = [Run(1_000, refused=refused) for refused in (300, 320, 310, 290, 305)]
    assert kinds(Run(1_000, refused=330), bad) == []
    assert kinds(Run(1_000, refused=600), bad) == [AnomalyKind.ERROR_SHARE]


@given(histories)
def test_what_is_usual_is_never_an_anomaly(earlier: list[Run]) -> None:
    middle = sorted(earlier, key=lambda run: run.lines)[len(earlier) // 2]
    if len(earlier) % 2:
        assert kinds(middle, earlier) == []


@given(histories, runs)
def test_the_order_of_earlier_runs_never_matters(earlier: list[Run], run: Run) -> None:
    assert kinds(run, earlier) == kinds(run, earlier[::-1])


@given(histories, st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_run_that_lies_further_out_than_an_unusual_one_is_unusual_too(
    earlier: list[Run], lines: int, further: int
) -> None:
    (usual,) = {found.usual for found in findings(Run(10**9), earlier)}
    if kinds(Run(lines), earlier):
        out = lines + further if lines > usual else max(0, lines - further)
        assert kinds(Run(out), earlier)


@given(st.lists(st.builds(Run, lines=st.integers(0, LEAST_LINES // 2)), min_size=LEAST_HISTORY), st.integers(0, 50))
def test_a_few_lines_more_or_less_are_never_far(earlier: list[Run], lines: int) -> None:
    assert kinds(Run(lines), earlier) == []
