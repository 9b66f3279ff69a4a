"""What a row of a database says, as cells under titles.

Takes a row as it was read; gives its cells, with what it says of itself: when it was stated, and what happened to it.
"""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from adapters.transports.operations import operation_of
from adapters.transports.sql_database import Row
from adapters.transports.sql_settings import Changes, SqlSource
from adapters.transports.watermarks import time_of
from hub.errors import SourceUnusable

_OBJECT = msgspec.json.Decoder(dict[str, object], float_hook=Decimal)


def cells_of(source: SqlSource, row: Row) -> Mapping[str, object]:
    """The cells of ``row``; of a change, those of the row that it is about."""
    cells = dict(row)
    if isinstance(source.read, Changes):
        cells = _changed(source.read, cells)
    if source.stated_at is not None:
        cells["_statedAt"] = time_of(_of(row, source.stated_at))
    return cells


def _changed(change: Changes, cells: dict[str, object]) -> dict[str, object]:
    """The cells of the row that a change is about; a row that is no JSON object is left for quarantine."""
    operation = operation_of(_of(cells, change.operation), change.operations)
    if change.row is not None:
        document = _of(cells, change.row)
        row = document if isinstance(document, dict) else _object(document)
        cells = {**row} if row is not None else cells
    return {**cells, "_operation": operation}


def _object(document: object) -> dict[str, object] | None:
    try:
        return _OBJECT.decode(str(document))
    except msgspec.DecodeError:
        return None


def _of(row: Mapping[str, object], column: str) -> object:
    if column not in row:
        raise SourceUnusable(problem=f"it has no column {column}; it has {', '.join(row)}")
    return row[column]
