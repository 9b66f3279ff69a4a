"""Keep a refused line whole, so that it can be shown, mended and taken in again.

Takes a ``Line``; gives the bytes that quarantine seals, and back. What could not even be read has no columns to mend.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct

from hub.catalog import RecordType
from hub.intake.delivery import Line, Operation


class KeptLine(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A line as it came: its ``cells`` under the source's own titles, and the ``values`` that were read from them."""

    record_type: str
    cells: dict[str, Any]
    values: dict[str, Any]
    operation: Operation = Operation.STATE
    stated_at: datetime | None = None
    valid_from: date | None = None


class Mending(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What is to be changed in a line: ``values`` by title or English name, and the columns to do ``without``.

    What is None stays as it is.
    """

    values: dict[str, Any] = {}
    without: tuple[str, ...] = ()
    operation: Operation | None = None
    stated_at: datetime | None = None
    valid_from: date | None = None


def keep(line: Line) -> bytes:
    """The line, to be sealed."""
    return written(
        KeptLine(
            record_type=line.record_type,
            cells=dict(line.cells),
            values=dict(line.values),
            operation=line.operation,
            stated_at=line.stated_at,
            valid_from=line.valid_from,
        )
    )


def written(kept: KeptLine) -> bytes:
    """A kept line, to be sealed."""
    return msgspec.json.encode(kept)


def read(raw: bytes) -> KeptLine | None:
    """The line that was kept; None for what could not be read when it came."""
    try:
        return msgspec.json.decode(raw, type=KeptLine)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def mended(kept: KeptLine | None, mending: Mending, record: RecordType) -> KeptLine:
    """The line with what ``mending`` changes; of one that could not be read nothing but that is left."""
    kept = kept or KeptLine(record.name, {}, {})
    return KeptLine(
        record_type=record.name,
        cells=_changed(kept.cells, mending.values, mending.without),
        values=_changed(
            kept.values,
            {record.columns.get(name, name): value for name, value in mending.values.items()},
            {record.columns.get(name, name) for name in mending.without},
        ),
        operation=mending.operation or kept.operation,
        stated_at=mending.stated_at or kept.stated_at,
        valid_from=mending.valid_from or kept.valid_from,
    )


def line_of(kept: KeptLine, place: int, stated_at: datetime) -> Line:
    """The line at its ``place`` in another submission, stated at ``stated_at`` where it does not say so itself."""
    return Line(
        place=place,
        record_type=kept.record_type,
        values=kept.values,
        cells=kept.cells,
        operation=kept.operation,
        stated_at=kept.stated_at or stated_at,
        valid_from=kept.valid_from,
    )


def _changed(given: Mapping[str, Any], values: Mapping[str, Any], without: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in {**given, **values}.items() if name not in without}
