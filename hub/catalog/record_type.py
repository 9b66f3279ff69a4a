"""A record type: one list of a register, decoded from a ``[[record]]`` table.

Gives its items by name, the titles its columns may carry and the items that access is decided on.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct

from hub.catalog.duty import Duty
from hub.catalog.item import Item
from hub.catalog.kinds import EntityKind, FieldName, Sensitivity, Text, TypeName


class RecordType(Struct, frozen=True, dict=True, forbid_unknown_fields=True):
    """A list of a register: records of one shape about one kind of entity.

    ``key`` holds alternatives, the first whose items are all given makes the record key; a record type of
    cardinality ``one`` needs none. ``effective`` names the items whose first given date opens a state. Without a
    ``duty`` of its own it has its register's.
    """

    name: FieldName
    type: TypeName
    title: Text
    zh: Text
    article: Text
    entity: EntityKind
    cardinality: Literal["one", "many"]
    identified_by: tuple[str, ...]
    item: tuple[Item, ...]
    key: tuple[tuple[str, ...], ...] = ()
    effective: tuple[str, ...] = ()
    department: str = ""
    register: str = ""
    duty: Duty | None = None

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """The items by name."""
        return {item.name: item for item in self.item}

    @cached_property
    def shown(self) -> tuple[Item, ...]:
        """The items that the record itself shows."""
        return tuple(item for item in self.item if item.placed == "record")

    @cached_property
    def columns(self) -> Mapping[str, str]:
        """Every title a column may carry, mapped to the value name it stands for; English names win over Chinese."""
        return dict(self.titles()) | {name: name for item in self._delivered for name in item.accepted_names}

    def article_of(self, title: str | None) -> str:
        """The article that makes the column ``title`` a duty, with the number of its item where that is listed."""
        item = self.items.get(self.columns.get(title or "", title or "").partition(".")[0])
        return f"{self.article}, {', '.join(item.numbers)}" if item and item.numbers else self.article

    def title_of(self, name: str) -> str | None:
        """What the column ``name``, a title or an English name, is called in reasons; None where there is none."""
        item_name, _, part = self.columns.get(name, "").partition(".")
        item = self.items.get(item_name)
        if item is None:
            return None
        declared = item.parts.get(part)
        return declared.zh if declared else f"{item.zh}.{part}" if part else item.zh

    def titles(self) -> Iterator[tuple[str, str]]:
        """Every title that the model gives a column, with the value name it stands for: the most exact one last."""
        uses = Counter(item.shape for item in self.item)
        for item in self._delivered:
            yield from ((title, item.value_names[0]) for title in (item.zh, *item.columns))
            for part, column in item.parts.items():
                yield from ((title, f"{item.name}.{part}") for title in (column.zh, *column.columns))
            for member in item.members if uses[item.shape] == 1 else ():
                yield from ((title, f"{item.name}.{member.name}") for title in (member.zh, *member.columns))

    @property
    def _delivered(self) -> tuple[Item, ...]:
        """The items that a column may carry."""
        return tuple(item for item in self.item if not item.derived)

    def leaves(self) -> Iterator[tuple[str, Sensitivity]]:
        """The shown items and parts that access is decided on, as ``record.item[.part]``, with their sensitivity."""
        for item in self.shown:
            split = {part: column for part, column in item.parts.items() if column.sensitivity}
            yield f"{self.name}.{item.name}", item.sensitivity
            for part, column in split.items():
                yield f"{self.name}.{item.name}.{part}", column.sensitivity or item.sensitivity
