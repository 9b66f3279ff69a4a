"""How a DBF table is laid out: its header, its columns, and what stands in a field of a row.

Takes bytes; gives a ``Table`` and cells, or raises ``UnusableTable``. Reads no rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import isfinite
from struct import Struct, unpack
from typing import BinaryIO

VERSIONS = frozenset(b"\x03\x04\x30\x31\x32\x83\x8b\xcb\xf5\xfb")
VISUAL_FOXPRO = frozenset(b"\x30\x31\x32")
MEMOS = "MGPW"
FIRST_DAY = 1_721_426
"""The number that FoxPro gives to the first day of year 1."""

_HEADER = Struct("<B3xIHH17xB2x")
_FIELD = Struct("<11sc4xBBB13x")
_END_OF_FIELDS = b"\r"
_HIDDEN, _NULLABLE = 0x1, 0x2


class UnusableTable(Exception):
    """A table that cannot be read; the message says why and what to do."""


class NoValue(Exception):
    """A field holds what its kind cannot be."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its title as it is stored, its kind, where it lies in a row, and which bit says that it is null."""

    title: bytes
    kind: str
    start: int
    length: int
    null_bit: int | None

    def of(self, row: bytes) -> bytes:
        """What stands there in a row."""
        return row[self.start : self.start + self.length]


@dataclass(frozen=True, slots=True)
class Table:
    """What a header says; ``null_flags`` is where the bits lie that say which fields of a row are null."""

    mark: int
    rows: int
    row_length: int
    header_length: int
    fields: tuple[Field, ...]
    null_flags: slice

    def is_null(self, field: Field, row: bytes) -> bool:
        """Whether the row says that it has no value there."""
        flags = int.from_bytes(row[self.null_flags], "little")
        return field.null_bit is not None and bool(flags >> field.null_bit & 1)


def read_table(stream: BinaryIO) -> Table:
    """The table whose header ``stream`` begins with; it is left where the rows begin."""
    head = stream.read(_HEADER.size)
    if len(head) < _HEADER.size or head[0] not in VERSIONS:
        raise UnusableTable("it is no table of dBase III, dBase IV or FoxPro; export it again")
    version, rows, header_length, row_length, mark = _HEADER.unpack(head)
    rest = stream.read(max(0, header_length - _HEADER.size))
    columns, ends = [], [1]
    for place in range(0, len(rest), _FIELD.size):
        described = rest[place : place + _FIELD.size]
        if described.startswith(_END_OF_FIELDS) or len(described) < _FIELD.size:
            break
        title, kind, low, high, flags = _FIELD.unpack(described)
        length = low + (high << 8 if kind == b"C" else 0)
        columns.append((title.partition(b"\0")[0], kind.decode("latin-1"), length, flags))
        ends.append(ends[-1] + length)
    if ends[-1] != row_length:
        raise UnusableTable("its header does not fit its rows; export it again")
    bits = iter(range(len(columns)))
    fields = [
        Field(title, _kind(kind, length, version), start, length, next(bits) if flags & _NULLABLE else None)
        for (title, kind, length, flags), start in zip(columns, ends, strict=False)
        if not flags & _HIDDEN
    ]
    hidden = next((n for n, (*_, flags) in enumerate(columns) if flags & _HIDDEN), len(columns))
    return Table(mark, rows, row_length, header_length, tuple(fields), slice(ends[hidden], row_length))


def cell_of(field: Field, row: bytes, encoding: str) -> object:
    """What a row holds there; raises ``NoValue`` or ``UnicodeDecodeError`` where it cannot be told."""
    raw = field.of(row)
    return raw.decode(encoding).rstrip(" \0") if field.kind == "C" else _CELLS[field.kind](raw)


def _kind(kind: str, length: int, version: int) -> str:
    """How a field is stored; a memo lies in another file, and of what else is not known nothing can be said."""
    if kind == "B" and version in VISUAL_FOXPRO:
        return "double"
    if kind in MEMOS or kind == "B":
        raise UnusableTable("it has a memo field, which lies in another file; export that column as text")
    if (kind != "C" and kind not in _CELLS) or length != _LENGTHS.get(kind, length):
        raise UnusableTable(f"it has a field of the kind {kind!r}, which is not read; export that column as text")
    return kind


def _number(raw: bytes) -> str:
    text = raw.decode("ascii", "replace").strip(" \0")
    if text and not text.lstrip("+-").replace(".", "", 1).isdecimal():
        raise NoValue
    return text


def _day(raw: bytes) -> str:
    text = raw.decode("ascii", "replace").strip(" \0")
    return "" if not text.strip("0") else text


def _truth(raw: bytes) -> bool | str:
    if raw in b" ?\0":
        return ""
    if raw not in b"TtYyFfNn":
        raise NoValue
    return raw in b"TtYy"


def _double(raw: bytes) -> float:
    number: float = unpack("<d", raw)[0]
    if not isfinite(number):
        raise NoValue
    return number


def _instant(raw: bytes) -> datetime | str:
    day, milliseconds = unpack("<II", raw)
    if not day:
        return ""
    try:
        return datetime(1, 1, 1) + timedelta(days=day - FIRST_DAY, milliseconds=milliseconds)  # noqa: DTZ001 - no zone
    except OverflowError:
        raise NoValue from None


_LENGTHS = {"L": 1, "I": 4, "double": 8, "Y": 8, "T": 8, "D": 8}
_CELLS: Mapping[str, Callable[[bytes], object]] = {
    "N": _number,
    "F": _number,
    "D": _day,
    "L": _truth,
    "I": lambda raw: unpack("<i", raw)[0],
    "Y": lambda raw: str(Decimal(unpack("<q", raw)[0]).scaleb(-4)),
    "double": _double,
    "T": _instant,
}
