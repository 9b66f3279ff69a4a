"""What a row of an API says, as cells under titles.

Takes a row as it was read; gives its cells, with what it says of itself: when it was stated, and what happened to it.
"""

from collections.abc import Mapping

from adapters.transports.http_settings import Feed, HttpSource
from adapters.transports.json_path import at
from adapters.transports.operations import operation_of
from adapters.transports.watermarks import time_of

_MISSING = object()


def cells_of(source: HttpSource, row: object) -> Mapping[str, object]:
    """The cells of ``row``; one that is no object is left for quarantine."""
    read = source.read
    subject = at(row, read.row) if isinstance(read, Feed) and read.row else row
    cells = dict(subject) if isinstance(subject, dict) else {"row": subject}
    if source.columns:
        taken = {path: at(cells, path, _MISSING) for path in source.columns}
        cells = {path: value for path, value in taken.items() if value is not _MISSING}
    if isinstance(read, Feed) and read.operation:
        cells["_operation"] = operation_of(at(row, read.operation), read.operations)
    if source.stated_at:
        cells["_statedAt"] = time_of(at(row, source.stated_at))
    return cells
