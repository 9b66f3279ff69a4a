"""The catalog: what the office may change while the hub runs, in versions of which none is ever changed.

Takes the model and what a version says; gives the merged items with the rules of authority that hold on a day. What a
version does not speak of is as the model says. Never asks the database.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from hashlib import blake2b

import msgspec
from msgspec import Struct

from hub.catalog.contents import Model
from hub.catalog.kinds import EntityKind, Sensitivity
from hub.catalog.merged_item import Authority, MergedItem
from hub.catalog.sharing import NOTHING, SharingType, Terms
from hub.catalog.sharing import in_words as terms_in_words

MergedItems = Mapping[str, MergedItem]


class Content(Struct, frozen=True):
    """What a version says.

    Who decides each merged item, how sensitive items are, how soon registers must deliver, and on which terms items are
    shared: of versions that do not speak of it, as the model says.
    """

    authority: dict[EntityKind, dict[str, tuple[Authority, ...]]]
    terms: dict[EntityKind, dict[str, Sensitivity]]
    duties: dict[str, str]
    sharing: dict[EntityKind, dict[str, Terms]] = {}

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
        {kind: dict(model.terms[kind]) for kind in EntityKind},
    )


def overlaid(content: Content, other: Content) -> Content:
    """``content``, with what only ``other`` speaks of: further items and registers."""
    return Content(
        {kind: other.authority.get(kind, {}) | content.authority.get(kind, {}) for kind in EntityKind},
        {kind: other.terms.get(kind, {}) | content.terms.get(kind, {}) for kind in EntityKind},
        other.duties | content.duties,
        {kind: other.sharing.get(kind, {}) | content.sharing.get(kind, {}) for kind in EntityKind},
    )


class Topic(StrEnum):
    """What a version says something of."""

    AUTHORITY = "AUTHORITY"
    SENSITIVITY = "SENSITIVITY"
    UPDATE_DUTY = "UPDATE_DUTY"
    SHARING = "SHARING"


Saying = tuple[Authority, ...] | Terms | str | None
"""What a version says of one thing; None where it does not speak of it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two versions say otherwise: of an item of a kind of entity, or of a register, by name."""

    topic: Topic
    kind: EntityKind | None
    name: str
    before: Saying
    after: Saying

    @property
    def subject(self) -> str:
        """What they say it of, in words."""
        return f"{self.topic.lower().replace('_', ' ')} of {f'{self.kind.type_name}.' if self.kind else ''}{self.name}"


def differences(before: Content, after: Content) -> Iterator[Difference]:
    """What two versions say otherwise: of merged items by their authority, of items and registers by their terms."""
    for kind in EntityKind:
        one, other = (content.authority.get(kind, {}) for content in (before, after))
        yield from _different(Topic.AUTHORITY, kind, one, other)
    for kind in EntityKind:
        terms, other_terms = (content.terms.get(kind, {}) for content in (before, after))
        yield from _different(Topic.SENSITIVITY, kind, terms, other_terms)
    for kind in EntityKind:
        shared, other_shared = (content.sharing.get(kind, {}) for content in (before, after))
        yield from _different(Topic.SHARING, kind, shared, other_shared)
    yield from _different(Topic.UPDATE_DUTY, None, before.duties, after.duties)


def _different(
    topic: Topic, kind: EntityKind | None, one: Mapping[str, Saying], other: Mapping[str, Saying]
) -> Iterator[Difference]:
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            yield Difference(topic, kind, name, one.get(name), other.get(name))


def in_words(said: Saying) -> list[str]:
    """What a version says of one thing, a line for each rule."""
    if said is None or isinstance(said, str):
        return [said] if said else []
    if isinstance(said, Terms):
        return [terms_in_words(said)]
    return [
        " · ".join(
            [
                rule.source,
                rule.standing,
                *(f"unless {record_type}" for record_type in rule.unless),
                *([f"since {rule.since}"] if rule.since else []),
                rule.basis,
            ]
        )
        for rule in said
    ]


def removed(before: Content, after: Content) -> list[str]:
    """The items that were shared by one version and are not by another (GZ-Rules Art. 9)."""
    return [
        f"{kind.type_name}.{item}"
        for kind in EntityKind
        for item, terms in before.sharing.get(kind, {}).items()
        if terms.type is not SharingType.NOT_SHARED
        and after.sharing.get(kind, {}).get(item, NOTHING).type is SharingType.NOT_SHARED
    ]


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

    @cached_property
    def leaves(self) -> Mapping[EntityKind, Mapping[str, Sensitivity]]:
        """How sensitive each item of the model is, by the path that access is decided on."""
        return {
            kind: {name: self.content.terms.get(kind, {}).get(name, said) for name, said in leaves.items()}
            for kind, leaves in self.model.leaves.items()
        }

    @cached_property
    def sharing(self) -> Mapping[EntityKind, Mapping[str, Terms]]:
        """On which terms each item of the model is shared."""
        return {
            kind: {name: self.content.sharing.get(kind, {}).get(name, said) for name, said in terms.items()}
            for kind, terms in self.model.terms.items()
        }

    def forbidden(self, kind: EntityKind, leaf: str) -> tuple[str, ...]:
        """The purposes for which an item is not given: those of the law, then those of its terms."""
        by_law = (
            purpose.name
            for purpose in self.model.purposes
            if any(one.entity is kind and one.forbids(leaf) for one in purpose.forbids)
        )
        return tuple(dict.fromkeys((*by_law, *self.sharing[kind][leaf].forbidden)))

    def duty(self, register: str) -> str:
        """How soon a register must deliver what changed."""
        return self.content.duties.get(register, self.model.registers[register].update_duty)

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
