"""The least that makes an XLSX workbook: sheets in which every cell is a text, and no text becomes a formula.

Takes sheets of rows of texts; gives bytes, the same for the same sheets. A formula is only what is given as one.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from string import ascii_uppercase
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_OFFICE = "http://schemas.openxmlformats.org"
_SHEET_MAIN = f"{_OFFICE}/spreadsheetml/2006/main"
_RELATION = f"{_OFFICE}/officeDocument/2006/relationships"
_PACKAGE = f"{_OFFICE}/package/2006"
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_COLUMNS = [first + second for first in ("", *ascii_uppercase) for second in ascii_uppercase]
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold."""


class Formula(str):
    """A cell that is worked out, without its equals sign."""

    __slots__ = ()


def workbook(sheets: Mapping[str, Iterable[Sequence[str]]]) -> bytes:
    """A workbook of ``sheets`` by title; empty texts leave their cell out."""
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, part in _parts(sheets).items():
            content = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{part}'
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return packed.getvalue()


def _parts(sheets: Mapping[str, Iterable[Sequence[str]]]) -> dict[str, str]:
    """The files that a workbook is packed of."""
    numbers = range(1, len(sheets) + 1)
    overrides = [("workbook", f"{_CONTENT}.sheet.main+xml")]
    overrides += [(f"worksheets/sheet{number}", f"{_CONTENT}.worksheet+xml") for number in numbers]
    types = "".join(f'<Override PartName="/xl/{name}.xml" ContentType="{kind}"/>' for name, kind in overrides)
    relations = "".join(_relation(number, "worksheet", f"worksheets/sheet{number}.xml") for number in numbers)
    listed = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{number}" r:id="rId{number}"/>'
        for number, title in zip(numbers, sheets, strict=True)
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{types}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{_relation(1, 'officeDocument', 'xl/workbook.xml')}</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET_MAIN}" xmlns:r="{_RELATION}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>',
    } | {
        f"xl/worksheets/sheet{number}.xml": f'<worksheet xmlns="{_SHEET_MAIN}"><sheetData>'
        f"{''.join(_row(place, cells) for place, cells in enumerate(rows, 1))}</sheetData></worksheet>"
        for number, rows in zip(numbers, sheets.values(), strict=True)
    }


def _relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_RELATION}/{kind}" Target="{target}"/>'


def _row(number: int, cells: Sequence[str]) -> str:
    filled = "".join(_cell(f"{column}{number}", text) for column, text in zip(_COLUMNS, cells, strict=False) if text)
    return f'<row r="{number}">{filled}</row>'


def _cell(place: str, text: str) -> str:
    if isinstance(text, Formula):
        return f'<c r="{place}"><f>{_escaped(text)}</f><v>0</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{_escaped(text)}</t></is></c>'


def _escaped(text: str) -> str:
    return escape(_NO_XML.sub("", text))
