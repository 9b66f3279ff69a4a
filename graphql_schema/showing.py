"""Complete the values of fields in a run of a plan, by what is known of their types beforehand.

Takes a type's fields, or what shows its parts; gives a ``Show`` for a planned field. Resolves nothing.
"""

from collections.abc import Iterable, Sequence
from types import CoroutineType
from typing import Any

from graphql import GraphQLError

from graphql_schema.plan import Coerce, Place, PlannedField, Resolve, Show
from graphql_schema.running import Info, Run, coerced, in_vain, together

MOST_KEPT = 250
"""Objects that are equal to many others, of which a plan keeps at each place what it showed."""


def show_leaf(coerce: Coerce) -> Show:
    """Show a scalar or an enum."""
    return lambda run, field, value, place: coerced(coerce, value)


def show_object(fields: Sequence[PlannedField]) -> Show:
    """Show an object of a type that is known beforehand."""
    return lambda run, field, value, place: run.fields(fields, value, place)


def show_few(fields: Sequence[PlannedField]) -> Show:
    """Show an object that is equal to many others: what was shown of one is shown again of the next."""
    kept: dict[object, Any] = {}

    def show(run: Run, field: PlannedField, value: object, place: Place) -> Any:  # noqa: ANN401
        if value not in kept:
            if len(kept) >= MOST_KEPT:
                kept.clear()
            kept[value] = run.fields(fields, value, place)
        return kept[value]

    return show


def show_one_of(possible: Sequence[tuple[Resolve, Sequence[PlannedField]]]) -> Show:
    """Show an object of one of several types, each given with what tells its values."""

    def show(run: Run, field: PlannedField, value: object, place: Place) -> Any:  # noqa: ANN401
        for is_type_of, fields in possible:
            if is_type_of(value, Info(run, field, place)):
                return run.fields(fields, value, place)
        raise TypeError("a value is of none of the types that its field allows")

    return show


def show_items(show_item: Show, *, required: bool) -> Show:
    """Show a list; a null among items that are ``required`` nulls the list."""

    def show(run: Run, field: PlannedField, value: Iterable[object], place: Place) -> Any:  # noqa: ANN401
        shown: dict[int, Any] = {}
        waiting: list[int] = []
        for index, item in enumerate(value):
            try:
                one = shown[index] = run.shown(show_item, field, item, (place, index), required=required)
            except GraphQLError as error:
                return in_vain([shown[index] for index in waiting], error)
            if isinstance(one, CoroutineType):
                waiting.append(index)
        return _listed(shown, waiting) if waiting else list(shown.values())

    return show


async def _listed(shown: dict[int, Any], waiting: Sequence[int]) -> list[Any]:
    return list((await together(shown, waiting)).values())
