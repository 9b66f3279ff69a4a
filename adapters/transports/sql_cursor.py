"""How far a database has been read, as text: the values of the columns that order its rows.

Takes values as drivers give them; gives them back as they were, so that a comparison finds the very row again.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

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
    if isinstance(value, str) and not _is_text(value):
        raise SourceUnusable(problem=f"the column {column} orders its rows and holds text that is none in its encoding")
    return value


def _is_text(value: str) -> bool:
    """Whether no byte stands in it as it came."""
    try:
        value.encode()
    except UnicodeEncodeError:
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
