"""A small measurement runs to its end."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench import report

SERVERS = [title for name, title in report.TITLES.items() if name not in ("peer", "pgbench")]
ROWS = [*SERVERS, "`load`, everything new", "`load`, the same again", "raw COPY of the same bytes"]
HEADINGS = ["### Q1", "### Q2", "### Q3", "### As-of", "### Intake", "### One process of the hub"]


@pytest.mark.slow
def test_a_small_measurement_fills_every_row_and_its_document(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")
    options = [
        "--persons",
        "50",
        "--entities",
        "10",
        "--rounds",
        "1",
        "--seconds",
        "0.2",
        "--concurrency",
        "4",
        "--no-peer",
        "--folder",
        str(tmp_path / "kept"),
        "--write",
    ]
    finished = subprocess.run(
        [sys.executable, "-m", "bench", *options, document], check=False, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stderr
    for heading in HEADINGS:
        assert heading in finished.stdout
    for row in ROWS:
        assert f"| {row} | " in finished.stdout
    written = document.read_text(encoding="utf-8")
    assert finished.stdout.strip() in written
    assert written.startswith(f"before\n{report.BEGIN}")
    assert written.endswith(f"{report.END}\nafter\n")
    assert "old" not in written


def test_a_document_without_a_place_for_figures_is_left_as_it_is(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("only words\n", encoding="utf-8")
    with pytest.raises(ValueError, match="has no lines"):
        report.put_into(document, "figures")
    assert document.read_text(encoding="utf-8") == "only words\n"


def test_intake_is_measured_against_copy_of_the_same_bytes() -> None:
    options = ["--lines", "20", "--submissions", "2", "--workers", "1"]
    finished = subprocess.run(
        [sys.executable, "-m", "bench.intake", *options], check=False, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stderr
    for row in ("1, 0: new", "1, 0: again", "1, 0: COPY", "1, 0"):
        assert f"| {row} | " in finished.stdout


@pytest.mark.slow
def test_what_a_start_takes_is_measured_part_by_part() -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "bench.start", "--rounds", "1"], check=False, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stderr
    for row in ("Python and imports", "reading the model", "building the schema", "all until it serves", "memory then"):
        assert f"| {row} | " in finished.stdout
