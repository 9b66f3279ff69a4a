"""Start the processes that are measured, and read from /proc what they used (Linux only).

Processor seconds come in ticks of ten milliseconds, so measure over seconds.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A server that answers: its name, process and address, and what its start took."""

    name: str
    pid: int
    url: str
    start_seconds: float
    start_bytes: int


@contextmanager
def serving(name: str, environment: Mapping[str, str], command: Sequence[str] = ()) -> Iterator[Server]:
    """A server in a process of its own, from when it prints its address to the end of the block.

    Without a ``command`` it is the one that ``bench.server`` calls ``name``.
    """
    begun = time.perf_counter()
    process = spawn(command or [sys.executable, "-m", "bench.server", name], environment)
    try:
        url = process.stdout.readline().decode().strip() if process.stdout else ""
        if not url:
            raise RuntimeError(f"the server {name} did not start")
        yield Server(name, process.pid, url, time.perf_counter() - begun, resident_bytes(process.pid))
    finally:
        process.terminate()
        process.communicate()


def start(module: str, environment: Mapping[str, str], *words: str) -> "subprocess.Popen[bytes]":
    """Start a module of this package with ``words``."""
    return spawn([sys.executable, "-m", f"bench.{module}", *words], environment)


def spawn(command: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start a program; of the hub's settings it sees only those in ``environment``."""
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("HUB_")}
    return subprocess.Popen(  # noqa: S603 - programs of ours and the peer's, no shell
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**inherited, **environment},
    )


def run(module: str, environment: Mapping[str, str], *words: str, say: bytes = b"") -> bytes:
    """What a module of this package prints when told ``say``; raises where it fails."""
    process = start(module, environment, *words)
    printed, _ = process.communicate(say)
    if process.returncode != 0:
        raise RuntimeError(f"bench.{module} failed")
    return printed


def resident_bytes(pid: int | str, measure: str = "VmRSS") -> int:
    """The memory that a process holds, or with ``VmHWM`` has held at most."""
    lines = (PROC / str(pid) / "status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{measure}:"))


def private_bytes_below(pid: int) -> int:
    """The memory that the children of a process hold for themselves; what they share is not counted."""
    held = 0
    for place in _places():
        with suppress(FileNotFoundError, ProcessLookupError):
            if int(_stat(place)[1]) == pid:
                held += resident_bytes(place.name, "RssAnon")
    return held


def parent_of(pid: int) -> int:
    """The process that started ``pid``."""
    return int(_stat(PROC / str(pid))[1])


def processor_seconds(pid: int) -> float:
    """The processor time that a process and its children, living and dead, have used."""
    own = _stat(PROC / str(pid))
    children = [fields for fields in _all_stats() if int(fields[1]) == pid]
    return (_ticks(own, 4) + sum(_ticks(fields, 2) for fields in children)) / TICKS


def _all_stats() -> Iterator[list[str]]:
    for place in _places():
        with suppress(FileNotFoundError, ProcessLookupError):
            yield _stat(place)


def _places() -> Iterator[Path]:
    return (place for place in PROC.iterdir() if place.name.isdecimal())


def _stat(place: Path) -> list[str]:
    """The fields of /proc/<pid>/stat after the program's name: first its state, then its parent."""
    return (place / "stat").read_text().rpartition(") ")[2].split()


def _ticks(fields: list[str], columns: int) -> int:
    """User and system time and, with four columns, those of children that have ended."""
    return sum(int(ticks) for ticks in fields[11 : 11 + columns])
