"""Pull: write what a source gives into a spool, a JSON Lines file that is then loaded like any other.

Takes a ``Pull``, the cursor where its run begins and a path; gives a ``Spool``. Beside the rows lies a note of the
cursor reached and of the bytes that were written by then: a run that was broken off goes on from there, and what was
written beyond is cut off. Only the hub's own user may read the files, and who has taken in the rows removes them.
"""

import asyncio
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import msgspec

from adapters.transports import Page, Pull
from adapters.transports.cells import NoCell, cell
from hub.clock import now
from hub.errors import SourceUnusable
from hub.reasons import named

STATED_AT = "_statedAt"
PRIVATE = 0o600
Progress = Callable[["Spool"], None]


class Spool(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run has come: ``reached`` is the cursor after the last of its ``rows``, which take ``size`` bytes.

    The run began at the cursor ``start``, at ``began_at``, of a source set as ``fingerprint`` says; once ``finished``,
    the next one begins at ``next_start``.
    """

    fingerprint: str
    start: str | None
    began_at: datetime
    reached: str | None
    rows: int = 0
    size: int = 0
    finished: bool = False
    next_start: str | None = None


async def pull(source: Pull, start: str | None, path: Path, on_page: Progress = lambda spool: None) -> Spool:
    """Write every row past ``start`` to ``path``; go on where an earlier run from the same start was broken off."""
    spool = _found(source, start, path)
    if spool.finished:
        return spool
    async with aclosing(source.pages(spool.reached)) as pages:
        with _opened(path, spool.size) as file:
            async for page in pages:
                spool = await asyncio.to_thread(_written, file, path, spool, page)
                on_page(spool)
                if _is_enough(source, spool.rows):
                    break
    following = start if spool.reached == start else source.next_start(spool.reached or "", spool.began_at)
    spool = msgspec.structs.replace(spool, finished=True, next_start=following)
    _note(path, spool)
    return spool


def discard(path: Path) -> None:
    """Remove a spool: first its note, for rows without one count for nothing."""
    _note_path(path).unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def _found(source: Pull, start: str | None, path: Path) -> Spool:
    """The spool at ``path`` as far as it was noted, if it is of the same source from the same start; else a new one."""
    try:
        spool = msgspec.json.decode(_note_path(path).read_bytes(), type=Spool)
        written = path.stat().st_size
    except (FileNotFoundError, msgspec.DecodeError):
        spool, written = None, 0
    if spool and (spool.fingerprint, spool.start) == (source.fingerprint, start) and written >= spool.size:
        return spool
    return Spool(fingerprint=source.fingerprint, start=start, began_at=now(), reached=start)


def _is_enough(source: Pull, rows: int) -> bool:
    """Whether a run stops here: one that reads what is new goes on next time, one that must read everything cannot."""
    if source.whole and rows > source.max_rows:
        raise SourceUnusable(problem=f"it gives more than {source.max_rows} rows, its max_rows")
    return not source.whole and rows >= source.max_rows


@contextmanager
def _opened(path: Path, size: int) -> Iterator[BinaryIO]:
    """The file at ``path``, cut off after ``size`` bytes and ready for more."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, PRIVATE), "wb") as file:
        file.truncate(size)
        file.seek(size)
        yield file


def _written(file: BinaryIO, path: Path, spool: Spool, page: Page) -> Spool:
    """Write the rows of a page through to the disk, each with the instant at which this run says it; then note it."""
    first = spool.began_at + timedelta(microseconds=spool.rows)
    rows = [
        {STATED_AT: (first + timedelta(microseconds=place)).isoformat()} | _cells(row)
        for place, row in enumerate(page.rows, 1)
    ]
    file.writelines(map(_line, rows))
    file.flush()
    os.fsync(file.fileno())
    spool = msgspec.structs.replace(spool, reached=page.cursor, rows=spool.rows + len(rows), size=file.tell())
    _note(path, spool)
    return spool


def _line(row: Mapping[str, object]) -> bytes:
    """A row as a line; one with text that is none in its encoding holds its bytes, and is refused by who reads it."""
    try:
        return msgspec.json.encode(row) + b"\n"
    except UnicodeEncodeError:
        return json.dumps(row, ensure_ascii=False).encode(errors="surrogateescape") + b"\n"


def _cells(row: Mapping[str, object]) -> dict[str, object]:
    cells: dict[str, object] = {}
    for title, value in row.items():
        try:
            cells[title] = cell(value)
        except NoCell:
            problem = f"the column {named(title)} holds bytes; leave it out, or have it given as text"
            raise SourceUnusable(problem=problem) from None
    return cells


def _note(path: Path, spool: Spool) -> None:
    """Replace the note beside ``path`` as a whole, so that it is the old one or the new one at any time."""
    fresh = _note_path(path).with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "wb") as file:
        file.write(msgspec.json.encode(spool))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(_note_path(path))


def _note_path(path: Path) -> Path:
    return path.with_name(path.name + ".note")
