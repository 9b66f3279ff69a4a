"""What one model file may hold, and what all of them hold together.

These structs are both what the TOML files are decoded into and what every other room reads.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from msgspec import Struct

from hub.catalog.card import CardColumn, CardSource
from hub.catalog.code_list import CodeList
from hub.catalog.cross_check import CrossCheck
from hub.catalog.edge import Edge
from hub.catalog.item import Item, Shape
from hub.catalog.kinds import REFERRED, EntityKind, ItemType, Sensitivity
from hub.catalog.mask import Mask
from hub.catalog.merged_item import MergedItem
from hub.catalog.purpose import Purpose
from hub.catalog.record_type import RecordType
from hub.catalog.register import Department, Register
from hub.catalog.sharing import SharingRule, Terms, terms_of
from hub.identifiers.schemes import SCHEMES, Scheme


class ModelFile(Struct, frozen=True, forbid_unknown_fields=True):
    """What a file may hold: a register and its record types, a code list, departments, merged items and more."""

    register: Register | None = None
    record: tuple[RecordType, ...] = ()
    code_list: CodeList | None = None
    department: tuple[Department, ...] = ()
    merged_item: tuple[MergedItem, ...] = ()
    edge: tuple[Edge, ...] = ()
    shape: tuple[Shape, ...] = ()
    purpose: tuple[Purpose, ...] = ()
    card: tuple[CardSource, ...] = ()
    cross_check: tuple[CrossCheck, ...] = ()
    sharing: tuple[SharingRule, ...] = ()
    mask: tuple[Mask, ...] = ()


@dataclass(frozen=True, repr=False)  # what tells of a task tells of its result, at length
class Model:
    """Everything the hub knows about registers, items and authority."""

    departments: Mapping[str, Department]
    code_lists: Mapping[str, CodeList]
    registers: Mapping[str, Register]
    records: Mapping[str, RecordType]
    merged_items: tuple[MergedItem, ...]
    edges: tuple[Edge, ...]
    shapes: Mapping[str, Shape]
    cross_checks: Mapping[str, CrossCheck]
    purposes: tuple[Purpose, ...] = ()
    card_sources: tuple[CardSource, ...] = ()
    sharing: tuple[SharingRule, ...] = ()
    masks: tuple[Mask, ...] = ()

    @cached_property
    def merged(self) -> Mapping[EntityKind, Mapping[str, MergedItem]]:
        """The merged items of each kind by name."""
        return {kind: {item.name: item for item in self.merged_items if item.entity is kind} for kind in EntityKind}

    def records_of(self, kind: EntityKind) -> Iterator[RecordType]:
        """The record types about one kind of entity."""
        return (record for record in self.records.values() if record.entity is kind)

    @cached_property
    def edges_of(self) -> Mapping[EntityKind, Mapping[str, Edge]]:
        """The edges of each kind of entity by name."""
        return {kind: {edge.name: edge for edge in self.edges if edge.entity is kind} for kind in EntityKind}

    def cross_checks_of(self, kind: EntityKind) -> Iterator[CrossCheck]:
        """The cross-checks of one kind of entity."""
        return (check for check in self.cross_checks.values() if check.entity is kind)

    @cached_property
    def checked_ways(self) -> Mapping[EntityKind, Mapping[str, frozenset[str]]]:
        """By kind of the entity that refers: the ways of references that checks follow, with the facts they read."""
        ways: dict[EntityKind, dict[str, frozenset[str]]] = {kind: {} for kind in EntityKind}
        for check in self.cross_checks.values():
            for place in check.references:
                facts = ways[check.entity].get(place.path, frozenset())
                ways[check.entity][place.path] = facts | {place.fact}
        return ways

    def governed(self, kind: EntityKind, path: str) -> str | None:
        """The leaf that access to the value at ``path`` is decided on: itself, its item, or the merged item it is."""
        if path in self.records:
            return path
        item = path.rsplit(".", maxsplit=1)[-1]
        return self.leaf(kind, path) or (item if item in self.merged[kind] else None)

    def value_at(self, path: str) -> tuple[ItemType, str | None] | None:
        """The type and the code list of the value at ``record.item[.part]``, if there is one."""
        record_name, _, rest = path.partition(".")
        item_name, _, part = rest.partition(".")
        record = self.records.get(record_name)
        item = record.items.get(item_name) if record else None
        if item is None or (part and part not in item.parts):
            return None
        return (item.part_type(part), item.parts[part].codes) if part else (item.type, item.codes)

    @cached_property
    def cards(self) -> Mapping[EntityKind, Mapping[CardColumn, tuple[str, ...]]]:
        """The sources of each column of the card of each kind, in order."""
        cards: dict[EntityKind, dict[CardColumn, tuple[str, ...]]] = {kind: {} for kind in EntityKind}
        for card in self.card_sources:
            cards[card.entity][card.column] = cards[card.entity].get(card.column, ()) + card.sources
        return cards

    def leaf(self, kind: EntityKind, path: str) -> str | None:
        """The leaf on which access to ``item`` or ``record.item[.part]`` is decided, if there is one."""
        leaves = (path, path.rpartition(".")[0])
        return next((leaf for leaf in leaves if leaf in self.leaves[kind]), None)

    @cached_property
    def leaves(self) -> Mapping[EntityKind, Mapping[str, Sensitivity]]:
        """Every governed item of each kind, by the path that access is decided on."""
        return {kind: dict(self._leaves(kind)) for kind in EntityKind}

    @cached_property
    def terms(self) -> Mapping[EntityKind, Mapping[str, Terms]]:
        """On which terms each governed item is shared."""
        return {
            kind: {leaf: terms_of(self.sharing, kind, leaf, sensitivity) for leaf, sensitivity in leaves.items()}
            for kind, leaves in self.leaves.items()
        }

    def is_masked(self, kind: EntityKind, leaf: str) -> bool:
        """Whether there is a mask for a leaf, or for a part of it."""
        parts = {part for mask in self.masks for part in mask.parts} if leaf.count(".") == 1 else ()
        return any(self.mask(kind, path) for path in (leaf, *(f"{leaf}.{part}" for part in parts)))

    def mask(self, kind: EntityKind, path: str) -> Mask | None:
        """The mask of the value at ``item`` or ``record.item[.part]``, if it has one."""
        record_type, _, rest = path.partition(".")
        name, _, part = rest.partition(".")
        held = self.records[record_type].items[name] if rest else self.merged[kind][record_type]
        names_person = held.type in (ItemType.PERSON, ItemType.SUBJECT)
        return next(
            (
                mask
                for mask in self.masks
                if f"{kind.type_name}.{path}" in mask.items
                or (names_person and part in mask.parts)
                or (not part and held.scheme in mask.schemes)
            ),
            None,
        )

    @cached_property
    def bearers(self) -> Mapping[EntityKind, Mapping[Scheme, frozenset[str]]]:
        """The items that bear an entity's own numbers, by scheme: all of them must be given for one to be shown."""
        return {kind: self._bearers(kind) for kind in EntityKind}

    def _bearers(self, kind: EntityKind) -> Mapping[Scheme, frozenset[str]]:
        """The entity's own item of a scheme, else the record items of it; other documents go by the kind's own key."""
        own = {item.scheme: frozenset([item.name]) for item in self.merged[kind].values() if item.scheme}
        borne: dict[Scheme, frozenset[str]] = {}
        for record in self.records_of(kind):
            for item in record.shown:
                if item.type is ItemType.IDENTIFIER and item.scheme and SCHEMES[item.scheme].finds:
                    borne[item.scheme] = borne.get(item.scheme, frozenset()) | {f"{record.name}.{item.name}"}
        names_person = kind is EntityKind.NATURAL_PERSON
        others = (scheme for scheme, rule in SCHEMES.items() if rule.finds and rule.names_person == names_person)
        return dict.fromkeys(others, next(iter(own.values()))) | borne | own

    def target_of(self, edge: Edge) -> EntityKind:
        """The kind of entity that an edge leads to."""
        return next(self.targets_of(edge))

    def targets_of(self, edge: Edge) -> Iterator[EntityKind]:
        """The kind of entity that an edge leads to, for each of the items it goes by."""
        yield from (REFERRED[self.item(path).type] for path in edge.names)
        yield from (self.records[path.partition(".")[0]].entity for path in edge.named_in)

    def item(self, path: str) -> Item:
        """The item ``record.item``."""
        record_type, _, name = path.partition(".")
        return self.records[record_type].items[name]

    def _leaves(self, kind: EntityKind) -> Iterator[tuple[str, Sensitivity]]:
        for item in self.merged[kind].values():
            yield item.name, item.sensitivity
        for record in self.records_of(kind):
            yield from record.leaves()
        for edge in self.edges_of[kind].values():
            yield edge.name, edge.sensitivity
