"""A small measurement runs to its end."""

import subprocess
import sys
from pathlib import Path
from xml.parsers.expat import ParserCreate

import pytest

from bench import plateau, plots, report

SERVERS = [title for name, title in report.TITLES.items() if name not in ("peer", "pgbench")]
ROWS = [*SERVERS, "`load`, everything new", "`load`, the same again", "raw COPY of the same bytes"]
SMALL = ("--persons", "50", "--entities", "10", "--concurrency", "2")
HEADINGS = [
    "### Q1",
    "### Q2",
    "As of a drawn day: ",
    "### Q3",
    "### As-of",
    "### Intake",
    "### One process of the hub",
]


@pytest.mark.slow
def test_a_small_measurement_fills_every_row_and_its_document(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{report.BEGIN}\nwhat was there\n{report.END}\nafter\n", encoding="utf-8")
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
    assert "what was there" not in written
    for name in ("short", "long", "many"):
        assert is_drawn((tmp_path / "plots" / f"{name}.svg").read_text(encoding="utf-8"))


def is_drawn(picture: str) -> bool:
    """Whether a plot is well-formed."""
    ParserCreate().Parse(picture, True)
    return picture.startswith("<svg ")


def test_a_plot_has_a_bar_or_a_line_for_each_name() -> None:
    bars = plots.bars("Q1 <requests/s>", {"hub": 10.0, "floor & more": 5.0})
    assert is_drawn(bars)
    assert (bars.count("<rect"), "floor &amp; more" in bars) == (2, True)
    lines = plots.lines("Memory", "MiB", {"hub": [(0.0, 1.0), (1.0, 2.0)], "PostgreSQL": [(0.0, 1.0)], "none": []})
    assert is_drawn(lines)
    assert lines.count("<polyline") == 3


def figures_of(module: str, document: Path, *options: str) -> str:
    """What a measurement prints, which it puts into a document too."""
    finished = subprocess.run(
        [sys.executable, "-m", module, *SMALL, "--folder", document.parent / "kept", *options, "--write", document],
        check=False,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.strip() in document.read_text(encoding="utf-8")
    return finished.stdout


@pytest.mark.slow
def test_what_is_held_under_mixed_load_is_told_by_thirds(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("<!-- plateau -->\n<!-- end of plateau -->\n", encoding="utf-8")
    options = ("--minutes", "0.5", "--interval", "1", "--subscribers", "2")
    rows = [line.split("|") for line in figures_of("bench.plateau", document, *options).splitlines()]
    told = [int(row[-2].replace(",", "")) for row in rows if len(row) > 1 and row[1].strip() in plateau.THIRDS]
    assert (len(told), all(told)) == (3, True)
    assert is_drawn((tmp_path / "plots" / "plateau.svg").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_a_city_that_is_padded_answers_as_before_and_never_becomes_smaller(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("<!-- growth -->\n<!-- end of growth -->\n", encoding="utf-8")
    options = ("--rounds", "1", "--seconds", "0.5")
    printed = figures_of("bench.growth", document, *options, "--padding", "1", "--padding", "3")
    sizes = [int(row.split("|")[1].replace(",", "")) for row in printed.splitlines() if "| Q1 |" in row]
    assert sizes[1] == 3 * sizes[0]
    again = subprocess.run(
        [sys.executable, "-m", "bench.growth", *SMALL, "--folder", tmp_path / "kept", "--padding", "2"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert "padded to 3 times already" in again.stderr


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
