"""How to come from one page of an API to the next.

Takes the way of paging and the page that was asked for; gives what asks for it, and what asks for the one behind it.
"""

from collections.abc import Mapping, Sequence

from adapters.transports.http_api import Answer
from adapters.transports.http_settings import CursorPaging, LinkPaging, NumberPaging
from adapters.transports.json_path import at
from hub.errors import SourceUnusable

Paging = CursorPaging | NumberPaging | LinkPaging | None


def asking_for(paging: Paging, page: str | None) -> Mapping[str, str]:
    """The parameters that ask for ``page``, or for the first where it is None."""
    if isinstance(paging, NumberPaging):
        return {paging.param: page or str(paging.first)}
    return {paging.param: page} if isinstance(paging, CursorPaging) and page is not None else {}


def following(paging: Paging, page: str | None, answer: Answer, rows: Sequence[object]) -> str | None:
    """The page behind ``page``, which held ``rows``; None behind the last."""
    if isinstance(paging, NumberPaging):
        number = paging.first if page is None else int(page)
        return str(number + 1) if _has_more(paging, number, answer, rows) else None
    if isinstance(paging, CursorPaging):
        cursor = at(answer.document, paging.path)
        return str(cursor) if isinstance(cursor, str | int) and cursor not in ("", False) else None
    return answer.next_link if paging else None


def _has_more(paging: NumberPaging, number: int, answer: Answer, rows: Sequence[object]) -> bool:
    if paging.last is None:
        return bool(rows)
    last = at(answer.document, paging.last)
    if not isinstance(last, int):
        raise SourceUnusable(problem=f"it has no number of the last page at {paging.last}")
    return number < last
