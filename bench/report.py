"""Write figures as Markdown, on the terminal and into the document that explains them.

Takes what was measured; gives text. Names no path and no host of the machine.
"""

import os
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from bench.as_of import Figures as AsOfFigures
from bench.city import Outcome
from bench.plots import bars
from bench.processes import PROC, Server
from bench.reading import PAST, Figures

TITLES = {
    "hub": "hub",
    PAST: "hub, as of a drawn day",
    "unlogged": "hub, access log left out",
    "floor": "hand-written floor",
    "peer": "PostGraphile 5",
    "pgbench": "pgbench: one statement, no server",
    "constant": "constant of the same size",
}
APART = frozenset({"constant", "pgbench"})
"""What does too little to be drawn beside the others."""
MEASURES = {"floor": "the floor", "peer": "PostGraphile"}
PACKAGES = ("uvicorn", "uvloop", "httptools", "starlette", "strawberry-graphql", "graphql-core", "asyncpg", "msgspec")
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
MEBIBYTE = 1024 * 1024


def machine(postgresql: str) -> str:
    """What the figures were taken on."""
    model = next((line.partition(": ")[2] for line in _lines("cpuinfo") if line.startswith("model name")), "")
    cores = len(os.sched_getaffinity(0))
    memory = int(_lines("meminfo")[0].split()[1]) * 1024 / 1024**3
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    processor = model.strip() or platform.machine()
    return (
        f"{cores} cores ({processor}), {memory:.0f} GiB, load before {os.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}, PostgreSQL {postgresql}, {packages}"
    )


def reads(title: str, figures: Mapping[str, Figures]) -> str:
    """The table of one question, each server as a multiple of those in ``MEASURES``."""
    measures = {name: figures[name] for name in MEASURES if name in figures}
    multiples = [f"of {MEASURES[name]}" for name in measures]
    heads = ["", "requests/s", *multiples, "p50 ms", "p99 ms", "CPU s per 1,000: server", "PostgreSQL", *multiples]
    rows = [
        [
            TITLES[name],
            f"{row.rate:,.0f}",
            *(f"{row.rate / measure.rate:.2f}" for measure in measures.values()),
            f"{row.p50:.1f}",
            f"{row.p99:.1f}",
            f"{row.server:.2f}",
            f"{row.database:.2f}",
            *(_multiple(_work(row), _work(measure)) for measure in measures.values()),
        ]
        for name, row in figures.items()
    ]
    past = f"\n\nAs of a drawn day: {figures[PAST].rate / figures['hub'].rate:.2f} of now." if PAST in figures else ""
    return f"### {title}\n\n{table(heads, rows)}{past}"


def plot(title: str, figures: Mapping[str, Figures]) -> str:
    """A picture of the same: requests a second."""
    shown = {TITLES[name]: row.rate for name, row in figures.items() if name not in APART}
    return bars(f"{title}: requests/s", shown)


def _work(figures: Figures) -> float:
    return figures.server + figures.database


def _multiple(one: float, other: float) -> str:
    return f"{one / other:.2f}" if other else ""


def intake(outcome: Outcome) -> str:
    """The table of loading."""
    ways = {
        "`load`, everything new": outcome.new,
        "`load`, the same again": outcome.unchanged,
        "raw COPY of the same bytes": outcome.copied,
    }
    rows = [
        [way, f"{outcome.lines / seconds:,.0f}", f"{outcome.copied / seconds:.3f}"] for way, seconds in ways.items()
    ]
    size = f"{outcome.lines:,} lines, {outcome.bytes / MEBIBYTE:.1f} MiB"
    return (
        f"### Intake: {size}\n\n{table(['', 'lines/s', 'of COPY'], rows)}\n\n"
        f"Most memory that the loading process held: {outcome.peak_bytes / MEBIBYTE:.0f} MiB."
    )


def as_of(figures: Sequence[AsOfFigures]) -> str:
    """The table of questions about past moments."""
    heads = ["states of the entity", "now ms", "now, settled ms", "of now", "a past moment ms", "of now"]
    rows = [
        [
            f"{row.states:,}",
            f"{row.now:.1f}",
            f"{row.settled:.1f}",
            f"{row.settled / row.now:.2f}",
            f"{row.past:.1f}",
            f"{row.past / row.now:.2f}",
        ]
        for row in figures
    ]
    return f"### As-of: one person at the desk, 12 items\n\n{table(heads, rows)}"


def worker(server: Server, resident: int) -> str:
    """What one process of the hub takes; ``resident`` is what it holds after the load."""
    return (
        f"### One process of the hub\n\nFrom its start to its first answer {server.start_seconds:.1f} s; "
        f"{server.start_bytes / MEBIBYTE:.0f} MiB of memory once started, {resident / MEBIBYTE:.0f} MiB after the load."
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with its first column on the left and figures on the right."""
    return "\n".join(_rows([heads, ["---", *["---:"] * (len(heads) - 1)], *rows]))


def put_into(document: Path, figures: str, begin: str = BEGIN, end: str = END) -> None:
    """Replace the figures in a document; raises ``ValueError`` where it has no place for them."""
    before, has_begin, rest = document.read_text(encoding="utf-8").partition(begin)
    _, has_end, after = rest.partition(end)
    if not has_begin or not has_end:
        raise ValueError(f"{document} has no lines {begin} and {end}")
    document.write_text(f"{before}{begin}\n\n{figures}\n\n{end}{after}", encoding="utf-8")


def put_beside(document: Path, plots: Mapping[str, str]) -> None:
    """Write plots into the folder beside a document from which it shows them."""
    folder = document.parent / "plots"
    folder.mkdir(exist_ok=True)
    for name, picture in plots.items():
        (folder / f"{name}.svg").write_text(picture, encoding="utf-8")


def _rows(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for cells in rows:
        yield f"| {' | '.join(cells)} |"


def _lines(name: str) -> list[str]:
    return (PROC / name).read_text().splitlines()
