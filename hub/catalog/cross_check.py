"""A cross-check: what records of several registers must not say of one entity at once (GZ-Detail Art. 3, 19, 44)."""

from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from hub.catalog.kinds import EntityKind, FieldName

ARROW = " -> "


class Place(Struct, frozen=True, dict=True):
    """Where a value stands: a merged item, ``record`` (since when it holds) or ``record.item[.part]``.

    With a ``fact``, the item is a reference, and the value is the one at ``fact`` of the entity that it leads to.
    """

    path: str
    fact: str = ""

    @cached_property
    def record_type(self) -> str:
        """The record type that speaks, or the merged item."""
        return self.path.partition(".")[0]

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """The way to the value in a record."""
        return tuple(self.path.split(".")[1:])


class CrossCheck(Struct, frozen=True, dict=True, forbid_unknown_fields=True):
    """Values that contradict each other by a rule of ``hub.catalog.contradictions``.

    Each entry of ``of`` gives the rule the places of its values; the first of them is in question. What is found
    belongs to ``register``, else to the register of the record in question. ``days``, ``codes`` and ``allowed`` are
    particulars of the rule.
    """

    name: FieldName
    title: str
    zh: str
    entity: EntityKind
    article: str
    rule: str
    of: tuple[tuple[str, ...], ...]
    register: str = ""
    days: int = 0
    codes: tuple[str, ...] = ()
    allowed: dict[str, tuple[str, ...]] = {}
    note: str = ""

    @cached_property
    def places(self) -> tuple[tuple[Place, ...], ...]:
        """The places of each entry."""
        return tuple(tuple(_place(text) for text in entry) for entry in self.of)

    @cached_property
    def questioned(self) -> frozenset[str]:
        """The record types and merged items that are in question."""
        return frozenset(name for first, *_ in self.places for name in (first.record_type, first.path))

    @property
    def references(self) -> Iterator[Place]:
        """The places that lie in other entities."""
        return (place for entry in self.places for place in entry if place.fact)


def _place(text: str) -> Place:
    path, _, fact = text.partition(ARROW)
    return Place(path, fact)
