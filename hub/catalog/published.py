"""The catalog: what the office may change while the hub runs, in versions of which none is ever changed.

Takes the model and what a version says; gives the merged items with the rules of authority that hold on a day. What a
version does not speak of is as the model says. Never asks the database.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import blake2b

import msgspec
from msgspec import Struct

from hub.catalog.contents import Model
from hub.catalog.kinds import EntityKind, Sensitivity
from hub.catalog.merged_item import Authority, MergedItem

MergedItems = Mapping[str, MergedItem]


class Content(Struct, frozen=True):
    """What a version says: who decides each merged item, how sensitive items are, how soon registers must deliver."""

    authority: dict[EntityKind, dict[str, tuple[Authority, ...]]]
    terms: dict[EntityKind, dict[str, Sensitivity]]
    duties: dict[str, str]

    @property
    def digest(self) -> bytes:
        """Stands for all of it."""
        return blake2b(msgspec.json.encode(self, order="sorted"), digest_size=16).digest()


def content_of(model: Model) -> Content:
    """What a version that is taken from the model says."""
    return Content(
        {kind: {item.name: item.authority for item in model.merged[kind].values()} for kind in EntityKind},
        {kind: dict(model.leaves[kind]) for kind in EntityKind},
        {register.name: register.update_duty for register in model.registers.values()},
    )


def overlaid(content: Content, other: Content) -> Content:
    """``content``, with what only ``other`` speaks of: further items and registers."""
    return Content(
        {kind: other.authority.get(kind, {}) | content.authority.get(kind, {}) for kind in EntityKind},
        {kind: other.terms.get(kind, {}) | content.terms.get(kind, {}) for kind in EntityKind},
        other.duties | content.duties,
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two versions say otherwise: None where one does not speak of it."""

    subject: str
    before: object
    after: object


def differences(before: Content, after: Content) -> Iterator[Difference]:
    """What two versions say otherwise: of merged items by their authority, of items and registers by their terms."""
    for part in ("authority", "terms"):
        for kind in EntityKind:
            one, other = (getattr(content, part).get(kind, {}) for content in (before, after))
            yield from _different(one, other, f"{part} of {kind.type_name}.")
    yield from _different(before.duties, after.duties, "duty of ")


def _different(one: Mapping[str, object], other: Mapping[str, object], title: str) -> Iterator[Difference]:
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            yield Difference(title + name, one.get(name), other.get(name))


def concerned(before: Content, after: Content) -> set[str]:
    """The record types of which an entity must have records for two versions to merge it differently."""
    rules: set[Authority] = set()
    for kind in EntityKind:
        one, other = before.authority.get(kind, {}), after.authority.get(kind, {})
        for name in one.keys() | other.keys():
            if one.get(name) != other.get(name):
                rules.update(one.get(name, ()), other.get(name, ()))
    return {name for rule in rules for name in (rule.record_type, *rule.unless)}


@dataclass(frozen=True)
class Catalog:
    """One version of the catalog under a model."""

    model: Model
    number: int
    content: Content
    _items: dict[tuple[EntityKind, int], MergedItems] = field(default_factory=dict, repr=False, compare=False)

    def items(self, kind: EntityKind, day: date) -> MergedItems:
        """The merged items of a kind by name, each with the rules of authority that hold on ``day``."""
        place = (kind, bisect_right(self._turns[kind], day))
        if place not in self._items:
            self._items[place] = {item.name: self._on(item, day) for item in self.model.merged[kind].values()}
        return self._items[place]

    def rules(self, item: MergedItem) -> tuple[Authority, ...]:
        """Every rule of authority over an item, whenever it holds."""
        return self.content.authority.get(item.entity, {}).get(item.name, item.authority)

    def next_turn(self, kind: EntityKind, day: date) -> date | None:
        """The next day after ``day`` from which on other rules hold for a kind, if there is one."""
        turns = self._turns[kind]
        place = bisect_right(turns, day)
        return turns[place] if place < len(turns) else None

    @cached_property
    def _turns(self) -> Mapping[EntityKind, list[date]]:
        """The days from which on other rules hold, in order."""
        return {
            kind: sorted({rule.since for item in items.values() for rule in self.rules(item) if rule.since})
            for kind, items in self.model.merged.items()
        }

    def _on(self, item: MergedItem, day: date) -> MergedItem:
        held = tuple(rule for rule in self.rules(item) if rule.since is None or rule.since <= day)
        return msgspec.structs.replace(item, authority=held)
