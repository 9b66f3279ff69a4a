"""How a DBF table is laid out: its header, its columns, and what stands in a field of a row.

Takes bytes; gives a ``Table`` and cells, or raises ``UnusableTable``. Reads no rows.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate, count
from math import isfinite
from struct import Struct, unpack
from typing import BinaryIO, NamedTuple

VERSIONS = frozenset(b"\x03\x04\x30\x31\x32\x83\x8b\xcb\xf5\xfb")
VISUAL_FOXPRO = frozenset(b"\x30\x31\x32")
TEXT, DOUBLE = "C", "double"
MEMOS = ("B", "M", "G", "P", "W")
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
    columns = list(_described(stream.read(max(0, header_length - _HEADER.size))))
    starts = list(accumulate((column.length for column in columns), initial=1))
    if starts[-1] != row_length:
        raise UnusableTable("its header does not fit its rows; export it again")
    bits = count()
    fields = tuple(
        Field(
            column.title,
            _kind(column, version),
            start,
            column.length,
            next(bits) if column.flags & _NULLABLE else None,
        )
        for column, start in zip(columns, starts, strict=False)
        if not column.flags & _HIDDEN
    )
    hidden = next((start for column, start in zip(columns, starts, strict=False) if column.flags & _HIDDEN), row_length)
    return Table(mark, rows, row_length, header_length, fields, slice(hidden, row_length))


class _Column(NamedTuple):
    """A column as a header describes it."""

    title: bytes
    kind: str
    length: int
    flags: int


def _described(header: bytes) -> Iterator[_Column]:
    """The columns that a header describes, up to the mark behind the last; only texts may be longer than 255 bytes."""
    for place in range(0, len(header) - _FIELD.size + 1, _FIELD.size):
        if header.startswith(_END_OF_FIELDS, place):
            return
        title, kind, low, high, flags = _FIELD.unpack_from(header, place)
        length = low + (high << 8 if kind == b"C" else 0)
        yield _Column(title.partition(b"\0")[0], kind.decode("latin-1"), length, flags)


def cell_of(field: Field, row: bytes, encoding: str) -> object:
    """What a row holds there; raises ``NoValue`` or ``UnicodeDecodeError`` where it cannot be told."""
    raw = field.of(row)
    return raw.decode(encoding).rstrip(" \0") if field.kind == TEXT else _CELLS[field.kind](raw)


def _kind(column: _Column, version: int) -> str:
    """How a field is stored; a memo lies in another file, and of what else is not known nothing can be said."""
    kind = DOUBLE if column.kind == "B" and version in VISUAL_FOXPRO else column.kind
    if kind in MEMOS:
        raise UnusableTable("it has a memo field, which lies in another file; export that column as text")
    if kind != TEXT and (kind not in _CELLS or column.length != _LENGTHS.get(kind, column.length)):
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


_LENGTHS = {"L": 1, "I": 4, DOUBLE: 8, "Y": 8, "T": 8, "D": 8}
_CELLS: Mapping[str, Callable[[bytes], object]] = {
    "N": _number,
    "F": _number,
    "D": _day,
    "L": _truth,
    "I": lambda raw: unpack("<i", raw)[0],
    "Y": lambda raw: str(Decimal(unpack("<q", raw)[0]).scaleb(-4)),
    DOUBLE: _double,
    "T": _instant,
}
