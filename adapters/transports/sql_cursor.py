"""How far a database has been read, as text: the values of the columns that order its rows.

Takes values as drivers give them; gives them back as they were, so that a comparison finds the very row again.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from hub.clock import SHANGHAI
from hub.errors import SourceUnusable

Value = int | float | Decimal | str | date | UUID

_READERS: Mapping[str, Callable[[str], Value]] = {
    "int": int,
    "float": float,
    "Decimal": Decimal,
    "str": str,
    "UUID": UUID,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}
_TIMES = ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%d", "%Y%m%d")
"""Times as text that sort as they follow each other."""


def write_cursor(values: Sequence[Value]) -> str:
    """The cursor after a row whose ordering columns hold ``values``."""
    texts = [(type(value).__name__, value.isoformat() if isinstance(value, date) else str(value)) for value in values]
    return msgspec.json.encode(texts).decode()


def read_cursor(cursor: str) -> list[Value]:
    """The values that ``cursor`` was made of."""
    try:
        return [_READERS[kind](text) for kind, text in msgspec.json.decode(cursor, type=list[tuple[str, str]])]
    except (msgspec.DecodeError, KeyError, ValueError, ArithmeticError):
        raise SourceUnusable(problem="its cursor was kept while it was set otherwise") from None


def ordering(row: Mapping[str, object], columns: Sequence[str]) -> list[Value]:
    """The values of the ordering columns of a row, none of which may be missing or empty."""
    return [_ordering_value(row, column) for column in columns]


def _ordering_value(row: Mapping[str, object], column: str) -> Value:
    if column not in row:
        raise SourceUnusable(problem=f"it has no column {column}; it has {', '.join(row)}")
    value = row[column]
    if value is None:
        raise SourceUnusable(problem=f"the column {column} orders its rows and is empty in one of them")
    if type(value).__name__ not in _READERS or not isinstance(value, Value):
        raise SourceUnusable(problem=f"the column {column} cannot order its rows, for it holds {type(value).__name__}")
    return value


def begin_before(watermark: Value, overlap: int, began_at: datetime) -> Value:
    """The watermark from which the next run reads, after one that began at ``began_at`` and came to ``watermark``.

    A time ahead of the hub's own is taken for the hub's, for the source's clock may be put right any moment.
    """
    if isinstance(watermark, datetime):
        return _earlier(watermark, overlap, began_at)
    if isinstance(watermark, date):
        return _earlier(datetime.combine(watermark, datetime.max.time()), overlap, began_at).date()
    if isinstance(watermark, str):
        return _earlier_text(watermark, overlap, began_at)
    if isinstance(watermark, UUID):
        raise SourceUnusable(problem="its watermark is a UUID, which does not grow")
    return watermark - overlap


def _earlier(instant: datetime, overlap: int, began_at: datetime) -> datetime:
    present = began_at if instant.tzinfo else began_at.astimezone(SHANGHAI).replace(tzinfo=None)
    return min(instant, present.astimezone(instant.tzinfo) if instant.tzinfo else present) - timedelta(seconds=overlap)


def _earlier_text(text: str, overlap: int, began_at: datetime) -> str:
    form = _form_of(text)
    if form is not None:
        instant = datetime.strptime(text, form)  # noqa: DTZ007 - the source names no zone
        return _earlier(instant, overlap, began_at).strftime(form)[: len(text)]
    if overlap:
        raise SourceUnusable(problem="its watermark is text but no time, so that its `overlap` must be 0")
    return text


def time_of(value: object) -> object:
    """The instant that ``value`` is the text of, in a form that sorts; any other value as it is."""
    form = _form_of(value) if isinstance(value, str) else None
    return datetime.strptime(str(value), form) if form else value  # noqa: DTZ007 - the source names no zone


def _form_of(text: str) -> str | None:
    return next((form for form in _TIMES if _is_written(text, form)), None)


def _is_written(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - the source names no zone
    except ValueError:
        return False
    return True


def still_missing(last: Sequence[Value], missing: Sequence[Value], ids: Sequence[Value], reach: int) -> list[Value]:
    """The numbers that no row has had yet, at most ``reach`` below the newest: they may still be committed.

    Takes the id before the new ``ids``, if there is one, and those that were ``missing`` then.
    """
    newest = ids[-1]
    if not isinstance(newest, int):
        return []
    floor = newest - reach
    numbers = [one for one in (*last, *missing, *ids) if isinstance(one, int)]
    skipped = set(range(max(floor, numbers[0] + 1), newest)).difference(numbers) if numbers else set()
    older = {one for one in missing if isinstance(one, int) and one >= floor}
    return sorted(skipped | older)
