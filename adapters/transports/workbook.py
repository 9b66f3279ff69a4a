"""What python-calamine does not tell about a workbook: where formulas and errors stand, and how far a sheet reaches.

Takes the zip archive of an XLSX file; streams its XML and gives a ``SheetScan``. Keeps no cell. Raises
``UnusableWorkbook`` for one that would cost more memory than a delivery is worth.
"""

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from string import ascii_uppercase, digits
from xml.parsers import expat
from zipfile import ZipFile

from hub.reasons import ReasonCode

MOST_BYTES = 1 << 30
"""All parts of the archive together, unpacked."""

MOST_CELLS = 1 << 25
"""The rectangle around all cells; python-calamine takes 32 bytes for each place in it, also for empty ones."""

_OnElement = Callable[[str, Mapping[str, str]], None]


class UnusableWorkbook(Exception):
    """A workbook that must not be opened; the message says why and what to do."""


@dataclass(slots=True)
class SheetScan:
    """What one pass over a sheet found; rows and columns count from 1.

    ``spoilt`` has, for each row with a cell that holds no plain value, the column of the first and what it holds:
    ``FORMULA``, or ``MALFORMED_LINE`` for an error such as #N/A.
    """

    spoilt: dict[int, tuple[int, ReasonCode]] = field(default_factory=dict)
    last_row: int = 0
    _last_column: int = 0
    _row: int = 0
    _column: int = 0
    _is_error: bool = False

    def on_element(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take notice of one opening tag."""
        if name == "c":
            if reference := attributes.get("r"):
                self._row, self._column = _place(reference)
            else:
                self._column += 1
            self._is_error = attributes.get("t") == "e"
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
        elif name == "f":
            self._spoil(ReasonCode.FORMULA, attributes.get("ref") if attributes.get("t") == "array" else None)
        elif name in {"v", "is"}:
            self._reach(self._row, self._column)
            if self._is_error:
                self._spoil(ReasonCode.MALFORMED_LINE)

    def _spoil(self, by: ReasonCode, area: str | None = None) -> None:
        """Mark the present row, or each row that an array formula writes to."""
        first, _, last = (area or "").partition(":")
        first_row, column = _place(first) if first else (self._row, self._column)
        last_row, _ = _place(last) if last else (first_row, column)
        self._reach(last_row, column)
        for row in range(first_row, last_row + 1):
            self.spoilt.setdefault(row, (column, by))

    def _reach(self, row: int, column: int) -> None:
        if row <= self.last_row and column <= self._last_column:
            return
        self.last_row = max(self.last_row, row)
        self._last_column = max(self._last_column, column)
        if self.last_row * self._last_column > MOST_CELLS:
            raise UnusableWorkbook("its cells lie too far apart; delete what is outside the table, or send CSV")


def check_archive(archive: ZipFile) -> None:
    """Refuse an archive that unpacks to too much, or to one thing here and to another in python-calamine."""
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > MOST_BYTES:
        raise UnusableWorkbook(f"unpacked it is larger than {MOST_BYTES >> 20} MiB; send CSV")
    if len({part.filename for part in parts}) < len(parts):
        raise UnusableWorkbook("it holds one of its parts twice; save it anew")


def scan_sheet(archive: ZipFile, sheet_name: str) -> SheetScan:
    """Scan the worksheet named ``sheet_name``; ``KeyError`` if the archive does not hold it."""
    scan = SheetScan()
    _parse(archive, _part_of(archive, sheet_name), scan.on_element)
    return scan


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


def _parse(archive: ZipFile, part: str, on_element: _OnElement) -> None:
    """Stream the tags of one part, without their prefixes; refuse a document type, where entity bombs are defined."""

    def refuse(*_: object) -> None:
        raise UnusableWorkbook("it defines a document type, which no spreadsheet program does; save it anew")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: on_element(name[name.find(":") + 1 :], attributes)
    with archive.open(part) as stream:
        parser.ParseFile(stream)


def _place(reference: str) -> tuple[int, int]:
    """Row and column of a cell reference such as B5."""
    letters = reference.rstrip(digits)
    return int(reference[len(letters) :]), _column(letters)


@cache
def _column(letters: str) -> int:
    if not 1 <= len(letters) <= len("XFD") or not set(letters) <= set(ascii_uppercase):
        raise ValueError("a cell reference is malformed")
    return sum(26**power * (ascii_uppercase.index(letter) + 1) for power, letter in enumerate(reversed(letters)))
