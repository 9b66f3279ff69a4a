"""Deliveries as XLSX: the first visible sheet, the values that were typed in, never the result of a formula.

Takes a file; gives its rows, typed as the sheet has them: dates as dates, whole numbers as ``int``. The values are read
by python-calamine; a row that holds a formula or an error is broken, for nobody has stated its value.
"""

import zlib
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from itertools import chain, repeat
from pathlib import Path
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

import msgspec
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from adapters.transports import LONGEST_EXACT, Row, RowFile, malformed
from adapters.transports.workbook import SheetScan, UnusableWorkbook, check_archive, scan_sheet
from hub.intake.delivery import BrokenLine
from hub.reasons import Reason, ReasonCode, reason

DAMAGE = (BadZipFile, CalamineError, ExpatError, zlib.error, EOFError, KeyError, RuntimeError, ValueError)
"""How the libraries say that an archive or its XML is not what it should be."""


class XlsxFile(RowFile):
    """An XLSX file; the first row of the sheet that is not blank is the header."""

    format = "XLSX"

    def __init__(self, path: Path, max_cell_characters: int) -> None:
        super().__init__(path, max_cell_characters)
        try:
            self._sheet, self._scan = _open(path)
        except UnusableWorkbook as problem:
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


def _open(path: Path) -> tuple[CalamineSheet, SheetScan]:
    """The first visible sheet; archive and sheet are looked at before python-calamine may spend memory on them."""
    with ZipFile(path) as archive:
        check_archive(archive)
        with CalamineWorkbook.from_path(path) as workbook:
            for sheet in workbook.sheets_metadata:
                if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet:
                    scan = scan_sheet(archive, sheet.name)
                    return workbook.get_sheet_by_name(sheet.name), scan
    raise UnusableWorkbook("it has no visible sheet; show the sheet that is to be delivered")


def _value(cell: object) -> object:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < LONGEST_EXACT:
        return int(cell)
    return str(cell) if isinstance(cell, time | timedelta) else cell
