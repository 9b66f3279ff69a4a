"""The single-entity view: merged items with provenance, and the records in force.

A view is two documents, so that a question about merged items need not read the records.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from hub.catalog import MergedItems

IDENTIFIERS = "identifiers"
"""What a change says of an entity that was given a further key."""
LINKED_INTO = "linkedInto"
"""What a change says of an entity that another stands for from now on."""
UNLINKED = "unlinked"
"""What a change says of an entity that stands for itself again."""
MERGED_FROM = "mergedFrom"
"""What a change says of an entity that stands for others than before."""
SPLIT = "split"
"""What a change says of an entity some of whose records turned out to be another's."""
SIGNS = frozenset({IDENTIFIERS, LINKED_INTO, UNLINKED, MERGED_FROM, SPLIT})
"""What a change may say besides the items that changed."""


class Source(Struct, frozen=True, kw_only=True, omit_defaults=True, cache_hash=True):
    """Where a value comes from: one state of one record, and since when the hub knows it.

    ``moved_by`` is the order by which it was said of this entity, where it had been said of another.
    """

    register: str
    record_type: str
    record_key: str
    source_unit: str
    valid_from: date
    valid_to: date | None = None
    stated_at: datetime
    recorded_at: datetime
    submission_id: UUID
    moved_by: UUID | None = None


class Record(Struct, frozen=True):
    """One record in force: its source and its payload as its register said it."""

    source: Source
    values: dict[str, object]


class Choice(Struct, frozen=True, omit_defaults=True):
    """The value of a merged item and why it is this one.

    ``source``, ``agreeing`` and ``differing`` are places in ``Merged.sources``; ``authority`` is the place of the rule
    that fired in the item's authority list.
    """

    value: object
    source: int
    authority: int
    agreeing: tuple[int, ...] = ()
    differing: tuple[int, ...] = ()


class Merged(Struct, frozen=True):
    """The merged items that some register speaks of, and the sources they name."""

    items: dict[str, Choice]
    sources: tuple[Source, ...]


class Telling(Protocol):
    """What a view tells, whether it was just merged or lies in documents that are opened as far as they are read."""

    def choice(self, item: str) -> Choice | None:
        """The merged item ``item`` with its reason, if some register speaks of it."""

    def source(self, place: int) -> Source:
        """The source that a ``Choice`` names by its place."""

    def records_of(self, record_type: str) -> tuple[Record, ...]:
        """The records of a type that are in force, most recent first."""


class View(Struct, frozen=True):
    """The whole view of one entity."""

    merged: Merged
    records: dict[str, tuple[Record, ...]]

    def choice(self, item: str) -> Choice | None:
        """See ``Telling``."""
        return self.merged.items.get(item)

    def source(self, place: int) -> Source:
        """See ``Telling``."""
        return self.merged.sources[place]

    def records_of(self, record_type: str) -> tuple[Record, ...]:
        """See ``Telling``."""
        return self.records.get(record_type, ())


def entity_of(value: object) -> UUID | None:
    """The entity that a reference in a payload names."""
    found = value.get("entityId") if isinstance(value, Mapping) else None
    return UUID(found) if isinstance(found, str) else None


def changed_items(old: View | None, new: View, old_rules: MergedItems, new_rules: MergedItems) -> list[str]:
    """The merged items and record types in which two views of one entity differ, sorted.

    Each view is given with the items it was merged by: the rule that fired may stand elsewhere and be the same.
    """
    if old is None:
        return sorted(new.merged.items.keys() | new.records.keys())
    before = _comparable(old, old_rules)
    after = _comparable(new, new_rules)
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _comparable(view: View, rules: MergedItems) -> dict[str, object]:
    sources = view.merged.sources
    items: dict[str, object] = {
        name: (
            choice.value,
            rules[name].authority[choice.authority],
            sources[choice.source],
            [sources[place] for place in choice.agreeing],
            [sources[place] for place in choice.differing],
        )
        for name, choice in view.merged.items.items()
        if name in rules  # else the model has lost the item since
    }
    return items | view.records
