"""Deliveries as JSON Lines: one object a line, in UTF-8.

Takes a file; gives its rows. An object inside an object becomes cells named ``outer.inner``, one level down and no
deeper; of a name given twice inside one object the last counts, as JSON has it.
"""

from collections.abc import Iterator, Mapping

import msgspec

from adapters.transports import Row, RowFile, malformed
from adapters.transports.text import LINE_CUT, Encoding, decode, is_cut, open_lines
from hub.intake.delivery import BrokenLine
from hub.reasons import Reason, ReasonCode, reason

_Cell = str | int | float | bool | None
_OBJECTS = msgspec.json.Decoder(dict[str, _Cell | dict[str, _Cell]])

NOT_AN_OBJECT = malformed(
    "it is not a JSON object of plain values, nested at most one level",
    "不是由简单值组成、最多嵌套一层的 JSON 对象",
)
NAMED_TWICE = malformed("it names one column twice", "同一列出现两次")


class JsonLinesFile(RowFile):
    """A JSON Lines file; it has no header, each line names its own columns."""

    format = "JSON Lines"

    def _rows(self) -> Iterator[Row | BrokenLine]:
        with open_lines(self.content) as lines:
            for place, line in enumerate(filter(bytes.strip, lines), 1):
                self.position = lines.position
                yield self._row(place, _cells(line), line.rstrip(b"\r\n"))


def _cells(line: bytes) -> Mapping[str, object] | Reason:
    if is_cut(line):
        return LINE_CUT
    if decode(line, Encoding.UTF_8) is None:
        return reason(ReasonCode.INVALID_ENCODING, encoding=Encoding.UTF_8)
    try:
        given = list(_flat(_OBJECTS.decode(line)))
    except msgspec.DecodeError:
        return NOT_AN_OBJECT
    cells = dict(given)
    return cells if len(cells) == len(given) else NAMED_TWICE


def _flat(line: Mapping[str, _Cell | dict[str, _Cell]]) -> Iterator[tuple[str, _Cell]]:
    for title, value in line.items():
        if isinstance(value, dict):
            yield from ((f"{title.strip()}.{part.strip()}", cell) for part, cell in value.items())
        else:
            yield title.strip(), value
