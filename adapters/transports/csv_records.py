"""The records of a CSV text, each on its own.

Takes physical lines and the shape of the file; gives for each record its cells, or the reason why it has none, and its
bytes. The csv module of the standard library parses; this module decides what it gets to see and where it starts again.

A quoted cell may run on over further lines, but no further than the longest cell may be, across no more closing quotes
than there are columns, and only into a record that fits the header: so a quote that is never closed costs its own line,
not the rest of the file, and a file full of them is still read in one pass or few.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.transports import malformed
from adapters.transports.text import LINE_CUT, LINE_LIMIT, Encoding, Lines, decode, is_cut
from hub.reasons import Reason, ReasonCode, reason

BAD_QUOTES = malformed(
    "its quotation marks do not match or it holds a stray line end", "引号不配对，或含有多余的换行符"
)

csv.field_size_limit(2 * LINE_LIMIT)  # its default aborts a whole file at one cell that a setting may allow


@dataclass(frozen=True, slots=True)
class Shape:
    """How a CSV file is written; ``columns`` is empty while its header is being read."""

    encoding: Encoding
    delimiter: str
    longest_cell: int
    columns: tuple[str, ...] = ()

    def title(self, position: int) -> str:
        """The title of the column at ``position``, counted from 0; its number where it has none."""
        return self.columns[position] if position < len(self.columns) else str(position + 1)


def read_records(lines: Lines, shape: Shape) -> Iterator[tuple[list[str] | Reason, bytes]]:
    """Each record that is not blank: its cells or its flaw, and its bytes without the line end."""
    while True:
        record = _Record(lines, shape)
        try:
            cells = record.parse()
        except csv.Error:
            lines.put_back(record.lines[1:])
            yield BAD_QUOTES, record.lines[0].rstrip(b"\r\n")
            continue
        if cells is None:
            return
        if record.flaw or any(cells):
            yield record.flaw or cells, b"".join(record.lines).rstrip(b"\r\n")


class _Record:
    """One record while the csv module reads it: the lines it asked for, and what is wrong with them."""

    def __init__(self, source: Lines, shape: Shape) -> None:
        self._source = source
        self._shape = shape
        self.lines: list[bytes] = []
        self.flaw: Reason | None = None

    def parse(self) -> list[str] | None:
        """The cells, or ``None`` at the end of the file; ``csv.Error`` if only its first line is to be given up."""
        cells = next(csv.reader(self._texts(), delimiter=self._shape.delimiter, strict=True), None)
        if cells and len(self.lines) > 1 and len(self._shape.columns) not in (0, len(cells)):
            raise csv.Error
        return cells

    def _texts(self) -> Iterator[str]:
        characters = self._shape.longest_cell
        closings = len(self._shape.columns) or characters
        for line in self._source:
            self.lines.append(line)
            text = self._text(line)
            if len(self.lines) > 1:
                characters -= len(text)
                closings -= '"' in text.replace('""', "")
                if not text or characters < 0 or closings < 0:
                    raise csv.Error
            yield text

    def _text(self, line: bytes) -> str:
        """What the csv module gets to see of ``line``: if it is spoilt only its quotes, if it is huge nothing."""
        if is_cut(line):
            self.flaw = LINE_CUT
            return ""
        text = decode(line, self._shape.encoding)
        if text is None:
            self.flaw = reason(ReasonCode.INVALID_ENCODING, encoding=self._shape.encoding)
            text = line.decode("latin-1")
        if (column := _huge_cell(text, self._shape)) is not None:
            self.flaw = reason(ReasonCode.TOO_LONG, column=column, limit=self._shape.longest_cell)
            return ""
        return text


def _huge_cell(text: str, shape: Shape) -> str | None:
    """The title of the first cell of the line that is too long even if half of it were doubled quotes."""
    longest = 2 * shape.longest_cell + len('""\r\n')
    if len(text) <= longest:
        return None
    cells = re.finditer(rf'((?:"(?:[^"]++|"")*+"?)?[^{shape.delimiter}]*+)(?:{shape.delimiter}|\Z)', text)
    return next((shape.title(n) for n, cell in enumerate(cells) if cell.end() - cell.start() > longest), None)
