"""Deliveries as text of fixed width: what each byte of a line belongs to is said by a layout beside the file.

Takes a file and its layout; gives its rows, every cell a text. Widths count bytes of the file's encoding, as systems
count that write such files: a Chinese character takes two of GB18030. Columns that change places are not noticed here.
"""

from collections.abc import Iterator, Mapping
from itertools import islice, pairwise
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from adapters.transports import Row, RowFile, malformed
from adapters.transports.content import Content, Limits
from adapters.transports.text import LINE_CUT, Encoding, is_cut, open_lines
from hub.errors import FileNotOpened, UnreadableFile
from hub.intake.delivery import BrokenLine
from hub.reasons import Reason

BLANK = b" \t\r\n\x1a"
"""The last of these ends a file on old systems."""


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One column: its title, the byte of the line that it begins with, counted from 1, and how many bytes it takes."""

    title: str
    start: Annotated[int, Meta(ge=1)]
    width: Annotated[int, Meta(ge=1)]

    @property
    def end(self) -> int:
        """The byte after its last, counted from 0."""
        return self.start - 1 + self.width


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What lies where in each line.

    Of the file's lines the first ``skip`` are none of the data. With ``short`` a line may end early, where blanks at
    its end were cut off.
    """

    column: Annotated[tuple[Column, ...], Meta(min_length=1)]
    encoding: Encoding = Encoding.GB18030
    skip: Annotated[int, Meta(ge=0)] = 0
    short: bool = False

    def __post_init__(self) -> None:
        """Refuse columns that lie over each other."""
        for one, following in pairwise(sorted(self.column, key=lambda column: column.start)):
            if following.start <= one.end:
                raise ValueError(f"the columns {one.title} and {following.title} lie over each other")


def read_layout(path: Path) -> Layout:
    """The layout in a file."""
    try:
        return layout_of(path.read_bytes(), path.name)
    except OSError as error:
        raise FileNotOpened(file=path.name, problem=error.strerror) from None


def layout_of(content: bytes, name: str) -> Layout:
    """A layout called ``name``: TOML with a table ``[[column]]`` for each column."""
    try:
        return msgspec.toml.decode(content, type=Layout)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableFile(file=name, format="a layout", problem=str(error)) from None


class FixedWidthFile(RowFile):
    """A text of fixed width; it has no header, the layout has the titles."""

    format = "fixed-width text"

    def __init__(self, content: Content, limits: Limits, layout: Layout) -> None:
        super().__init__(content, limits)
        self.columns = self._titles([column.title for column in layout.column])
        self._layout = layout
        self._width = max(column.end for column in layout.column)

    def __reduce__(self) -> tuple[object, ...]:
        """How it goes from one process to another: it is opened there anew."""
        return type(self), (self.content, self.limits, self._layout)

    def _rows(self) -> Iterator[Row | BrokenLine]:
        with open_lines(self.content) as lines:
            filled = (line for line in islice(lines, self._layout.skip, None) if line.strip(BLANK))
            for place, line in enumerate(filled, 1):
                self.position = lines.position
                yield self._row(place, self._cells(line), line.rstrip(b"\r\n"))

    def _cells(self, line: bytes) -> Mapping[str, object] | Reason:
        if is_cut(line):
            return LINE_CUT
        line = line.rstrip(b"\r\n")
        if len(line) > self._width or (len(line) < self._width and not self._layout.short):
            return malformed(
                f"it is {len(line)} bytes long, and its layout says {self._width}",
                f"该行为 {len(line)} 字节，而布局规定为 {self._width} 字节",
            )
        cells = {}
        for column in self._layout.column:
            try:
                cells[column.title.strip()] = line[column.start - 1 : column.end].decode(self._layout.encoding).strip()
            except UnicodeDecodeError:
                return malformed(
                    f"“{column.title}” begins or ends inside a character, or is not {self._layout.encoding}",
                    f"「{column.title}」起止于字符中间，或不是 {self._layout.encoding} 文本",
                    column.title,
                )
        return cells
