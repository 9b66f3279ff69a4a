"""Deliveries as DBF: tables of dBase III and IV and of FoxPro, which many systems of departments still export.

Takes a file; gives its rows at the record numbers that those programs show. A row that was marked as deleted is left
out. A memo lies in another file, so a table that has one is refused.
"""

from collections.abc import Iterator, Mapping
from itertools import chain

from adapters.transports import Row, RowFile, malformed
from adapters.transports.content import Content, Limits
from adapters.transports.dbf_table import TEXT, NoValue, UnusableTable, cell_of, read_table
from adapters.transports.text import Encoding, elect
from hub.intake.delivery import BrokenLine
from hub.reasons import Reason, ReasonCode, reason

MARKED_CHINESE = frozenset(b"\x4d\x7a")
MARKED_IN_VAIN = frozenset(b"\x00\x01\x02\x03\x57")
"""No code page, and the Western ones that programs write without asking: what the texts are in is found out."""

KEPT, DELETED = b" ", b"*"
END_OF_ROWS = b"\x1a"
DAMAGED_ROW = malformed("the table is damaged there", "表在此处已损坏")


class DbfFile(RowFile):
    """A DBF file; its header says which columns there are."""

    format = "DBF"

    def __init__(self, content: Content, limits: Limits) -> None:
        super().__init__(content, limits)
        try:
            with content.open() as stream:
                self._table = read_table(stream)
        except UnusableTable as problem:
            raise self._refusal(str(problem)) from None
        self._encoding = self._chosen_encoding()
        self.columns = self._titles([field.title.decode(self._encoding, "ignore") for field in self._table.fields])
        self._check_end()

    def _rows(self) -> Iterator[Row | BrokenLine]:
        for place, row in enumerate(self._records(), 1):
            if row[:1] != DELETED:
                yield self._row(place, self._cells(row), row)

    def _records(self) -> Iterator[bytes]:
        """The bytes of each row, those marked as deleted among them."""
        with self.content.open() as stream:
            stream.read(self._table.header_length)
            for _ in range(self._table.rows):
                row = stream.read(self._table.row_length)
                self.position = stream.tell()
                yield row

    def _check_end(self) -> None:
        """Refuse a table that does not hold the rows that its header tells of."""
        end = self._table.header_length + self._table.rows * self._table.row_length
        if self.content.size < end:
            raise self._refusal("it is cut off; export and send it again")
        with self.content.open() as stream:
            stream.seek(end)
            if stream.read(1) not in (b"", END_OF_ROWS):
                raise self._refusal("it holds more rows than its header tells of; repair and export it again")

    def _chosen_encoding(self) -> Encoding:
        """What texts are in: as the table is marked, else as most of its rows say."""
        if self._table.mark in MARKED_CHINESE:
            return Encoding.GB18030
        if self._table.mark not in MARKED_IN_VAIN:
            raise self._refusal(f"its code page is marked 0x{self._table.mark:02x}; export it in code page 936")
        texts = [field for field in self._table.fields if field.kind == TEXT]
        titles = (field.title for field in self._table.fields)
        return elect(chain(titles, (b"".join(field.of(row) for field in texts) for row in self._records())))

    def _cells(self, row: bytes) -> Mapping[str, object] | Reason:
        if row[:1] != KEPT:
            return DAMAGED_ROW
        cells: dict[str, object] = {}
        for title, field in zip(self.columns or (), self._table.fields, strict=True):
            if self._table.is_null(field, row):
                cells[title] = ""
                continue
            try:
                cells[title] = cell_of(field, row, self._encoding)
            except UnicodeDecodeError:
                return reason(ReasonCode.INVALID_ENCODING, encoding=self._encoding)
            except NoValue:
                return malformed(f"“{title}” is not of its column's kind", f"「{title}」与列的类型不符", title)
        return cells
