"""The card of an entity: the little of its view that lists, edges and search read.

Pure: takes a view and the items that feed each column; gives a ``Card``. Never holds a number of anyone.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from hub.catalog import CardColumn
from hub.catalog.unknown import is_unknown
from hub.identifiers.names import comparable
from hub.merge.view import View

RULE = 1
"""Grows when the same view would give another card; every card is made anew then."""


class Card(Struct, frozen=True):
    """What an entity is listed and found by; ``name_key`` is its name as names are compared."""

    name: str | None = None
    name_key: str | None = None
    birth_date: str | None = None
    division: str | None = None
    category: str | None = None
    status: str | None = None


def card_of(view: View, sources: Mapping[CardColumn, Iterable[str]]) -> Card:
    """The card of ``view``: of each column the first of its sources that says something."""
    told = {column: _told(view, paths) for column, paths in sources.items()}
    name = told.get(CardColumn.NAME)
    return Card(
        name=name,
        name_key=comparable(name or "") or None,
        birth_date=told.get(CardColumn.BIRTH_DATE),
        division=told.get(CardColumn.DIVISION),
        category=told.get(CardColumn.CATEGORY),
        status=told.get(CardColumn.STATUS),
    )


def _told(view: View, paths: Iterable[str]) -> str | None:
    texts = (_text(value) for path in paths for value in _values(view, path))
    return next((text for text in texts if text), None)


def _values(view: View, path: str) -> Iterator[object]:
    """What a view holds at ``item`` or ``record.item[.part]``, most recent first."""
    name, *steps = path.split(".")
    if not steps:
        choice = view.merged.items.get(name)
        yield choice.value if choice else None
    for record in view.records.get(name, ()):
        value: object = record.values
        for step in steps:
            value = value.get(step) if isinstance(value, Mapping) else None
        yield value


def _text(value: object) -> str | None:
    """A text or date as it is, a coded value as its code."""
    if isinstance(value, Mapping) and not is_unknown(value):
        value = value.get("code")
    return value if isinstance(value, str) else None
