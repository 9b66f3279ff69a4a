"""What python-calamine does not tell about a workbook, found out before it may spend memory on it.

Takes the zip archive of an XLSX file; streams its XML and gives a ``SheetScan``: where formulas and errors stand, and
how far the sheet reaches. Keeps no cell. Raises ``UnusableWorkbook`` for one that would cost more memory than a
delivery is worth.
"""

import posixpath
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from string import ascii_uppercase, digits
from xml.parsers import expat
from zipfile import ZipFile

from adapters.transports.archive import UnusableArchive
from hub.reasons import ReasonCode

MOST_BYTES = 1 << 30
"""All parts of the archive together, unpacked."""

MOST_CELLS = 1 << 25
"""The rectangle around all cells; python-calamine takes 32 bytes for each place in it, also for empty ones."""

MOST_TEXT = 1 << 28
"""Characters in all cells; python-calamine keeps a text that cells share once for each of them."""

LONGEST_TEXT = 1 << 20
"""Characters in one cell; no spreadsheet program writes more than 32,767."""

LONGEST_TAG = 1 << 22
"""Bytes from the beginning of a tag to its end, attributes and all."""

MOST_SPOILT = 10_000
"""Rows that hold formulas or errors; with more of them a file is no copy of a register but somebody's calculation."""

_PIECE = 1 << 16
_SHARED_TEXTS = "xl/sharedstrings.xml"
_OnElement = Callable[[str, Mapping[str, str]], None]
_OnText = Callable[[str], None]


class UnusableWorkbook(UnusableArchive):
    """A workbook that must not be opened; the message says why and what to do."""


class _Filled(Exception):
    """A sheet holds something, and no more need be read of it."""


@dataclass(slots=True)
class SheetScan:
    """What one pass over a sheet found; rows and columns count from 1.

    ``shared`` are the lengths of the texts that cells share. ``spoilt`` has, for each row with a cell that holds no
    plain value, the column of the first and what it holds: ``FORMULA``, or ``MALFORMED_LINE`` for an error such as
    #N/A.
    """

    shared: Sequence[int]
    spoilt: dict[int, tuple[int, ReasonCode]] = field(default_factory=dict)
    last_row: int = 0
    _last_column: int = 0
    _row: int = 0
    _column: int = 0
    _kind: str | None = None
    _text: str = ""
    _length: int = 0
    _total: int = 0
    _filled_until: int = 0
    _filled_from_column: int = 0

    def on_element(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take notice of one opening tag."""
        if name == "c":
            self.close_cell()
            if reference := attributes.get("r"):
                self._row, self._column = _place(reference)
            else:
                self._column += 1
            self._kind = attributes.get("t")
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
        elif name == "f":
            self._on_formula(attributes)
        elif name in {"v", "is"}:
            self._on_value()

    def on_text(self, text: str) -> None:
        """Take notice of text, a piece of what stands in a cell."""
        self._length += len(text)
        if self._length > LONGEST_TEXT:
            raise UnusableWorkbook(f"one of its cells holds more than {LONGEST_TEXT} characters; send CSV")
        if self._kind == "s":
            self._text += text

    def close_cell(self) -> None:
        """Count the text of the cell that ends here."""
        self._total += self.shared[int(self._text)] if self._text.strip() else self._length
        if self._total > MOST_TEXT:
            raise UnusableWorkbook(f"its cells hold more than {MOST_TEXT} characters; send CSV")
        self._text, self._length, self._kind = "", 0, None

    def _on_formula(self, attributes: Mapping[str, str]) -> None:
        """Mark the row; of a formula that fills an area, also each row below that has something in it."""
        self._reach(self._row, self._column)
        self._spoil(self._column, ReasonCode.FORMULA)
        _, _, last = attributes.get("ref", "").partition(":")
        if last and attributes.get("t") in {"array", "dataTable"}:
            until, _ = _place(last)
            if until > self._filled_until:
                self._filled_until, self._filled_from_column = until, self._column

    def _on_value(self) -> None:
        self._text = ""
        self._reach(self._row, self._column)
        if self._row <= self._filled_until:
            self._spoil(self._filled_from_column, ReasonCode.FORMULA)
        if self._kind == "e":
            self._spoil(self._column, ReasonCode.MALFORMED_LINE)

    def _spoil(self, column: int, by: ReasonCode) -> None:
        self.spoilt.setdefault(self._row, (column, by))
        if len(self.spoilt) > MOST_SPOILT:
            raise UnusableWorkbook(
                f"more than {MOST_SPOILT} of its rows hold formulas or errors; paste their values into a new workbook"
            )

    def _reach(self, row: int, column: int) -> None:
        if row <= self.last_row and column <= self._last_column:
            return
        self.last_row = max(self.last_row, row)
        self._last_column = max(self._last_column, column)
        if self.last_row * self._last_column > MOST_CELLS:
            raise UnusableWorkbook("its cells lie too far apart; delete what is outside the table, or send CSV")


def check_size(archive: ZipFile) -> None:
    """Refuse an archive that unpacks to too much."""
    if sum(part.file_size for part in archive.infolist()) > MOST_BYTES:
        raise UnusableWorkbook(f"unpacked it is larger than {MOST_BYTES >> 20} MiB; send CSV")


def shared_lengths(archive: ZipFile) -> Sequence[int]:
    """The length of each text that cells share; python-calamine reads these texts when it opens a workbook."""
    lengths = array("I")
    total = 0

    def on_element(name: str, _: Mapping[str, str]) -> None:
        if name == "si":
            lengths.append(0)

    def on_text(text: str) -> None:
        nonlocal total
        if lengths:
            lengths[-1] += len(text)
            total += len(text)
        if total > MOST_TEXT or (lengths and lengths[-1] > LONGEST_TEXT):
            raise UnusableWorkbook(f"one of its cells holds more than {LONGEST_TEXT} characters, or all too many")

    for part in archive.namelist():
        if part.replace("\\", "/").lower() == _SHARED_TEXTS:
            _parse(archive, part, on_element, on_text)
    return lengths


def scan_sheet(archive: ZipFile, sheet_name: str, shared: Sequence[int]) -> SheetScan:
    """Scan the worksheet named ``sheet_name``; ``KeyError`` if the archive does not hold it."""
    scan = SheetScan(shared)
    _parse(archive, _part_of(archive, sheet_name), scan.on_element, scan.on_text)
    scan.close_cell()
    return scan


def is_filled(archive: ZipFile, sheet_name: str) -> bool:
    """Whether a cell of the worksheet holds something."""

    def on_element(name: str, _: Mapping[str, str]) -> None:
        if name in {"v", "is", "f"}:
            raise _Filled

    try:
        _parse(archive, _part_of(archive, sheet_name), on_element)
    except _Filled:
        return True
    return False


def _part_of(archive: ZipFile, sheet_name: str) -> str:
    """The path inside the archive of the sheet's XML."""
    relations: dict[str, str] = {}
    targets: dict[str, str] = {}

    def on_sheet(name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            relations[attributes["name"]] = next((text for key, text in attributes.items() if key.endswith(":id")), "")

    def on_relation(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            targets[attributes["Id"]] = attributes["Target"]

    _parse(archive, "xl/workbook.xml", on_sheet)
    _parse(archive, "xl/_rels/workbook.xml.rels", on_relation)
    return posixpath.normpath(posixpath.join("/xl", targets[relations[sheet_name]])).lstrip("/")


def _parse(archive: ZipFile, part: str, on_element: _OnElement, on_text: _OnText | None = None) -> None:
    """Stream one part: its tags, without their prefixes, and its text.

    Refuses a document type, where entity bombs are defined, and a tag that never ends.
    """

    def refuse(*_: object) -> None:
        raise UnusableWorkbook("it defines a document type, which no spreadsheet program does; save it anew")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: on_element(name[name.find(":") + 1 :], attributes)
    parser.CharacterDataHandler = on_text
    fed = 0
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            parser.Parse(piece)
            fed += len(piece)
            if fed - parser.CurrentByteIndex > LONGEST_TAG:
                raise UnusableWorkbook("one of its tags never ends; save it anew")
    parser.Parse(b"", True)


def _place(reference: str) -> tuple[int, int]:
    """Row and column of a cell reference such as B5."""
    letters = reference.rstrip(digits)
    return int(reference[len(letters) :]), _column(letters)


@cache
def _column(letters: str) -> int:
    if not 1 <= len(letters) <= len("XFD") or not set(letters) <= set(ascii_uppercase):
        raise ValueError("a cell reference is malformed")
    return sum(26**power * (ascii_uppercase.index(letter) + 1) for power, letter in enumerate(reversed(letters)))
