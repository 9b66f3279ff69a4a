"""How far a watermark has grown, and from where the next run reads.

Takes a watermark as a source gives it: a time, a time as text, or a number; gives one of the same form.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hub.clock import SHANGHAI
from hub.errors import SourceUnusable

Watermark = int | float | Decimal | str | date
FORMS = ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%d", "%Y%m%d")
"""Times as text that sort as they follow each other."""


def begin_before(watermark: Watermark, overlap: int, began_at: datetime) -> Watermark:
    """The watermark from which the next run reads, after one that began at ``began_at`` and came to ``watermark``.

    A time ahead of the hub's own is taken for the hub's, for the source's clock may be put right any moment.
    """
    if isinstance(watermark, datetime):
        return _earlier(watermark, overlap, began_at)
    if isinstance(watermark, date):
        return _earlier(datetime.combine(watermark, time.max), overlap, began_at).date()
    if isinstance(watermark, str):
        return _earlier_text(watermark, overlap, began_at)
    return watermark - overlap


def greatest(values: Iterable[object]) -> str | int | float | None:
    """The greatest watermark among ``values``, as a JSON document holds them; what is none is left out."""
    watermarks = [value for value in values if isinstance(value, str | int | float | Decimal)]
    try:
        found = max(watermarks, key=_instant_or_number, default=None)
    except TypeError:
        raise SourceUnusable(problem="its watermarks are not all of one kind") from None
    return float(found) if isinstance(found, Decimal) else found


def _instant_or_number(watermark: object) -> Any:  # noqa: ANN401 - whatever compares
    return time_of(watermark)


def time_of(value: object) -> object:
    """The instant that ``value`` is the text of; any other value as it is."""
    if not isinstance(value, str):
        return value
    if form := _form_of(value):
        return datetime.strptime(value, form)  # noqa: DTZ007 - the source names no zone
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return value


def _earlier(instant: datetime, overlap: int, began_at: datetime) -> datetime:
    present = began_at.astimezone(instant.tzinfo or SHANGHAI).replace(tzinfo=instant.tzinfo)
    return min(instant, present) - timedelta(seconds=overlap)


def _earlier_text(text: str, overlap: int, began_at: datetime) -> str:
    instant = time_of(text)
    if isinstance(instant, datetime):
        earlier = _earlier(instant, overlap, began_at)
        form = _form_of(text)
        return earlier.strftime(form)[: len(text)] if form else _in_the_zone_of(text, earlier.isoformat())
    if overlap:
        raise SourceUnusable(problem="its watermark is text but no time, so that its `overlap` must be 0")
    return text


def _in_the_zone_of(text: str, instant: str) -> str:
    """``instant`` with the letter Z for its zone, if ``text`` has it so."""
    return instant.replace("+00:00", "Z") if text.endswith("Z") else instant


def _form_of(text: str) -> str | None:
    return next((form for form in FORMS if _is_written(text, form)), None)


def _is_written(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - the source names no zone
    except ValueError:
        return False
    return True
