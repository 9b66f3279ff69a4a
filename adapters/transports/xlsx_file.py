"""Deliveries as XLSX: the first visible sheet, the values that were typed in, never the result of a formula.

Other sheets that hold something are named in a remark, hidden ones as such.

Takes a file; gives its rows, typed as the sheet has them: dates as dates, whole numbers as ``int``. The values are read
by python-calamine; a row that holds a formula or an error is broken, for nobody has stated its value.
"""

import zlib
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from itertools import chain, repeat
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

import msgspec
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from adapters.transports import LONGEST_EXACT, Row, RowFile, malformed
from adapters.transports.archive import UnusableArchive, open_archive
from adapters.transports.content import Content, Limits
from adapters.transports.workbook import SheetScan, UnusableWorkbook, check_size, is_filled, scan_sheet, shared_lengths
from hub.intake.delivery import BrokenLine
from hub.reasons import Reason, ReasonCode, reason
from hub.redaction import redact

MOST_PACKED = 1 << 28
"""Bytes of the file itself, which python-calamine reads as a whole."""
DAMAGE = (BadZipFile, CalamineError, ExpatError, zlib.error, EOFError, LookupError, OSError, RuntimeError, ValueError)
"""How the libraries say that an archive or its XML is not what it should be."""


class XlsxFile(RowFile):
    """An XLSX file; the first row of the sheet that is not blank is the header."""

    format = "XLSX"

    def __init__(self, content: Content, limits: Limits) -> None:
        super().__init__(content, limits)
        try:
            self._sheet, self._scan, self.remarks = _open(content)
        except UnusableArchive as problem:
            raise self._refusal(str(problem)) from None
        except DAMAGE:
            raise self._refusal("it is damaged or no workbook at all; save it anew as .xlsx") from None
        _, header = next(self._lines(), (0, []))
        self.columns: tuple[str, ...] = self._titles(header)

    def _rows(self) -> Iterator[Row | BrokenLine]:
        lines = self._lines()
        next(lines)
        for place, (number, cells) in enumerate(lines, 1):
            self.position = self.size * number // self._scan.last_row
            yield self._row(place, self._by_title(number, cells), msgspec.json.encode(cells))

    def _lines(self) -> Iterator[tuple[int, list[object]]]:
        """Each row that is not blank: its number in the sheet, and its cells up to the last that is not empty."""
        rows = chain(self._sheet.iter_rows(), repeat(()))
        for number, row in zip(range(1, self._scan.last_row + 1), rows, strict=False):
            cells: list[object] = list(row)
            while cells and cells[-1] == "":
                cells.pop()
            if cells or number in self._scan.spoilt:
                yield number, cells

    def _by_title(self, number: int, cells: list[object]) -> Mapping[str, object] | Reason:
        if number in self._scan.spoilt:
            return self._spoilt(*self._scan.spoilt[number])
        if len(cells) > len(self.columns):
            return reason(ReasonCode.WRONG_NUMBER_OF_CELLS, cells=len(cells), columns=len(self.columns))
        return dict(zip(self.columns, chain(map(_value, cells), repeat("")), strict=False))

    def _spoilt(self, column: int, code: ReasonCode) -> Reason:
        _, first = self._sheet.start or (0, 0)
        titles = dict(enumerate(self.columns, first + 1))
        title = titles.get(column, str(column))
        if code is ReasonCode.FORMULA:
            return reason(code, column=title)
        return malformed(f"“{title}” holds an error value", f"「{title}」是错误值", title)


def _open(content: Content) -> tuple[CalamineSheet, SheetScan, tuple[str, ...]]:
    """The first visible sheet, and what to say of the others.

    Archive and sheet are looked at before python-calamine may spend memory on them.
    """
    if content.size > MOST_PACKED:
        raise UnusableWorkbook(f"it is larger than {MOST_PACKED >> 20} MiB; send CSV")
    with content.seekable() as file, open_archive(file) as archive:
        check_size(archive)
        shared = shared_lengths(archive)
        file.seek(0)
        with CalamineWorkbook.from_filelike(file) as workbook:
            sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
            chosen = next((sheet for sheet in sheets if sheet.visible is SheetVisibleEnum.Visible), None)
            if chosen is None:
                raise UnusableWorkbook("it has no visible sheet; show the sheet that is to be delivered")
            scan = scan_sheet(archive, chosen.name, shared)
            others = (sheet for sheet in sheets if sheet is not chosen and is_filled(archive, sheet.name))
            return workbook.get_sheet_by_name(chosen.name), scan, tuple(map(_remark, others))


def _remark(sheet: SheetMetadata) -> str:
    kind = "sheet" if sheet.visible is SheetVisibleEnum.Visible else "hidden sheet"
    return redact(f"The {kind} {sheet.name} holds something and was not read; only the first visible sheet is.")


def _value(cell: object) -> object:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < LONGEST_EXACT:
        return int(cell)
    return str(cell) if isinstance(cell, time | timedelta) else cell
