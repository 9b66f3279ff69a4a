"""A plan: what an operation asks of the schema, worked out once, so that running it walks no syntax.

Data only: `planning.py` makes plans, `running.py` runs them.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, FragmentDefinitionNode, GraphQLField

Place = tuple[Any, str | int]
"""Where a value stands in an answer: the place above it, or None, and its key or index there."""
Resolve = Callable[..., Any]
Coerce = Callable[[Any], object]
"""What JSON holds of a scalar or an enum; None or ``Undefined`` where its type has no form for it."""
Show = Callable[[Any, "PlannedField", Any, Place], Any]
"""Completes a value in a run, for a field, at a place; gives what JSON holds, or what is to be awaited for it."""


@dataclass(frozen=True, slots=True)
class PlannedField:
    """One field of an answer, under the type ``parent``.

    Its value is the ``attribute`` of its source where it has one, else what ``resolve`` gives. A ``leaf`` is coerced by
    that, any other value completed by ``show``. A ``required`` one is never null.
    """

    key: str
    parent: str
    nodes: list[FieldNode]
    definition: GraphQLField
    attribute: str | None
    resolve: Resolve
    required: bool
    leaf: Coerce | None
    show: Show


@dataclass(frozen=True, slots=True)
class Plan:
    """A query that can be run any number of times, by any number of callers at once.

    ``notes`` keeps what is worked out of its selections; it is the same whoever asks.
    """

    fields: tuple[PlannedField, ...]
    fragments: Mapping[str, FragmentDefinitionNode]
    notes: dict[Hashable, Any] = field(default_factory=dict)
