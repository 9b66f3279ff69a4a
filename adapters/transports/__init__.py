"""Transports: how a delivery reaches the hub, whichever register it is from.

A file transport takes the content of a file and gives rows: cells under column titles, each row on its own, so that one
bad line never costs another. A pull asks a database or an API and gives pages of rows, which are spooled and then
loaded like a file (adapters/pulling.py). Neither knows a register, checks a meaning or keeps a line.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile
from typing import ClassVar

import msgspec

from adapters.transports.content import Content, Limits
from hub.errors import UnreadableFile
from hub.intake.delivery import BrokenLine
from hub.reasons import Reason, ReasonCode, reason

LONGEST_EXACT = 10**15
"""Spreadsheets keep 15 digits of a number: a longer one, such as an ID number, has lost its end."""


@dataclass(frozen=True, slots=True)
class Row:
    """One data line: ``place`` counts data lines from 1 (no header, no blank line), ``cells`` go by column title.

    A cell is text, a whole or broken number, a boolean, a date, an instant or ``None``; one left empty is ``""``.
    """

    place: int
    cells: Mapping[str, object]


class RowFile(ABC):
    """A delivery in one file; the same file gives the same rows at the same places, every time.

    ``columns`` is its header, ``None`` where a format has none; ``position`` says how many of its ``size`` bytes the
    latest ``rows`` has passed, about; ``remarks`` tell whoever delivers what of the file is not read.
    """

    format: ClassVar[str]
    columns: tuple[str, ...] | None = None
    remarks: tuple[str, ...] = ()

    def __init__(self, content: Content, limits: Limits) -> None:
        self.content = content
        self.limits = limits
        self.position = 0

    def __reduce__(self) -> tuple[object, ...]:
        """How it goes from one process to another: it is opened there anew."""
        return type(self), (self.content, self.limits)

    @property
    def name(self) -> str:
        """What the delivery is called."""
        return self.content.name

    @property
    def size(self) -> int:
        """The number of its bytes, unpacked."""
        return self.content.size

    @property
    def digest(self) -> bytes:
        """The BLAKE2b-256 of its bytes, unpacked: packing a delivery does not make it another."""
        return self.content.digest

    def rows(self, after: int = 0) -> Iterator[Row | BrokenLine]:
        """Every row past the first ``after`` places, read as they are asked for."""
        return dropwhile(lambda row: row.place <= after, self._rows())

    @abstractmethod
    def _rows(self) -> Iterator[Row | BrokenLine]:
        """Every row from the first."""

    def _row(self, place: int, cells: Mapping[str, object] | Reason, raw: bytes) -> Row | BrokenLine:
        """A row if its cells can be kept; else the broken line with the reason why not."""
        if isinstance(cells, Reason):
            return BrokenLine(place, cells, raw)
        flaw = _flaw(cells, self.limits.cell_characters)
        return Row(place, cells) if flaw is None else BrokenLine(place, flaw, raw)

    def _titles(self, cells: Sequence[object]) -> tuple[str, ...]:
        """The header, if every column has a title of its own.

        A refusal names positions only, for a file without a header has a person in its first line.
        """
        titles = tuple(str(cell).strip() for cell in cells)
        if not titles:
            raise self._refusal("its first line cannot be read as a header; put a title above each column")
        for position, title in enumerate(titles, 1):
            if not title or "\0" in title:
                raise self._refusal(f"column {position} of its first line has no title; give each column one")
            if (first := titles.index(title) + 1) < position:
                raise self._refusal(f"columns {first} and {position} have the same title; give each column its own")
        return titles

    def _refusal(self, problem: str) -> UnreadableFile:
        return UnreadableFile(file=self.name, format=self.format, problem=problem)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows that a source gave at one time, as cells under titles, and the cursor after the last of them."""

    rows: Sequence[Mapping[str, object]]
    cursor: str


class Pull(ABC):
    """A source that is read by asking it, page by page, as ``settings`` say.

    ``whole`` says that each run reads everything there is, not what is new; ``max_rows`` is the most that one run
    reads; ``fingerprint`` tells it from a source that is set otherwise.
    """

    def __init__(self, settings: msgspec.Struct, *, whole: bool, max_rows: int) -> None:
        said = msgspec.json.encode(settings, order="deterministic")
        self.fingerprint = hashlib.blake2b(said, digest_size=16).hexdigest()
        self.whole = whole
        self.max_rows = max_rows

    @abstractmethod
    def pages(self, after: str | None) -> AsyncGenerator[Page]:
        """Every page past the cursor ``after``; from the first where it is None."""

    @abstractmethod
    def next_start(self, reached: str, began_at: datetime) -> str | None:
        """The cursor at which the next run begins, after one that began at ``began_at`` and came to ``reached``."""


def _flaw(cells: Mapping[str, object], limit: int) -> Reason | None:
    """Why these cells cannot be kept, if they cannot."""
    for column, cell in cells.items():
        if isinstance(cell, str):
            if len(cell) > limit:
                return reason(ReasonCode.TOO_LONG, column=column, limit=limit)
            if "\0" in cell:
                return reason(ReasonCode.CONTAINS_NUL, column=column)
        elif isinstance(cell, float) and abs(cell) >= LONGEST_EXACT:
            return malformed(
                f"“{column}” is a number of more than 15 digits, which is not exact; send it as text",
                f"「{column}」是超过 15 位的数字，已失去精度，请以文本报送",
                column,
            )
    return None


def malformed(problem: str, problem_zh: str, column: str | None = None) -> Reason:
    """The reason of a line that cannot be parsed."""
    return reason(ReasonCode.MALFORMED_LINE, problem=problem, problem_zh=problem_zh, column=column)
