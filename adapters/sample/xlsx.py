"""The least that makes an XLSX workbook: one sheet in which every cell is a text.

Takes rows of texts; gives bytes, the same for the same rows.
"""

import io
from collections.abc import Iterable, Sequence
from string import ascii_uppercase
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_OFFICE = "http://schemas.openxmlformats.org"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET_MAIN = f"{_OFFICE}/spreadsheetml/2006/main"
_RELATION = f"{_OFFICE}/officeDocument/2006/relationships"
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_COLUMNS = [first + second for first in ("", *ascii_uppercase[:3]) for second in ascii_uppercase]
_PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="{_OFFICE}/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_CONTENT}.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_CONTENT}.worksheet+xml"/>
</Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{_OFFICE}/package/2006/relationships">
<Relationship Id="rId1" Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/>
</Relationships>""",
    "xl/workbook.xml": f"""<workbook xmlns="{_SHEET_MAIN}" xmlns:r="{_RELATION}">
<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets>
</workbook>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{_OFFICE}/package/2006/relationships">
<Relationship Id="rId1" Type="{_RELATION}/worksheet" Target="worksheets/sheet1.xml"/>
</Relationships>""",
}


def workbook(rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of ``rows``; empty texts leave their cell out, one that begins with = is a formula."""
    sheet = "".join(_row(number, cells) for number, cells in enumerate(rows, 1))
    body = f'<worksheet xmlns="{_SHEET_MAIN}"><sheetData>{sheet}</sheetData></worksheet>'
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, part in (_PARTS | {"xl/worksheets/sheet1.xml": body}).items():
            archive.writestr(ZipInfo(name), _HEAD + part, ZIP_DEFLATED)
    return packed.getvalue()


def _row(number: int, cells: Sequence[str]) -> str:
    filled = "".join(
        _cell(f"{column}{number}", text) for column, text in zip(_COLUMNS[: len(cells)], cells, strict=True) if text
    )
    return f'<row r="{number}">{filled}</row>'


def _cell(place: str, text: str) -> str:
    if text.startswith("="):
        return f'<c r="{place}"><f>{escape(text[1:])}</f><v>0</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
