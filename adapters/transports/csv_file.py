"""Deliveries as CSV: UTF-8 or GB18030, cells parted by comma, semicolon or tab, every cell a text."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from adapters.transports import Row, RowFile
from adapters.transports.content import Content, Limits
from adapters.transports.csv_records import Shape, read_records
from adapters.transports.text import encoding_of, open_lines
from hub.intake.delivery import BrokenLine
from hub.reasons import Reason, ReasonCode, reason

DELIMITERS = ",;\t"


class CsvFile(RowFile):
    """A CSV file; its first line that is not blank is the header, and the delimiter is the one that parts it best."""

    format = "CSV"

    def __init__(self, content: Content, limits: Limits) -> None:
        super().__init__(content, limits)
        encoding = encoding_of(content)
        shapes = [Shape(encoding, delimiter, limits.cell_characters) for delimiter in DELIMITERS]
        header, shape = max(((self._header(shape), shape) for shape in shapes), key=lambda found: len(found[0]))
        self.columns = self._titles(header)
        self._shape = replace(shape, columns=self.columns)

    def _header(self, shape: Shape) -> list[str]:
        """The cells of the first line; none if it cannot be parsed in this shape."""
        with open_lines(self.content) as lines:
            cells, _ = next(read_records(lines, shape), ([], b""))
        return [] if isinstance(cells, Reason) else cells

    def _rows(self) -> Iterator[Row | BrokenLine]:
        with open_lines(self.content) as lines:
            records = read_records(lines, self._shape)
            next(records)
            for place, (cells, raw) in enumerate(records, 1):
                self.position = lines.position
                yield self._row(place, self._by_title(cells), raw)

    def _by_title(self, cells: list[str] | Reason) -> Mapping[str, str] | Reason:
        titles = self._shape.columns
        if isinstance(cells, Reason):
            return cells
        if len(cells) != len(titles):
            return reason(ReasonCode.WRONG_NUMBER_OF_CELLS, cells=len(cells), columns=len(titles))
        return dict(zip(titles, cells, strict=True))
