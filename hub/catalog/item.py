"""An item: one field of a record, its parts, and the small records that may stand in it.

Decoded from ``[[record.item]]`` and ``[[shape]]`` tables, and read by every other room.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from hub.catalog.kinds import PARTS, Basis, FieldName, ItemType, Role, Sensitivity, Text, TypeName
from hub.identifiers.schemes import Scheme


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """One column of a compound item; it is there for the item's reason unless it gives its own.

    A number of ``any_document`` need not be an ID number where nobody says what kind of document it is of.
    """

    zh: Text
    number: str = ""
    basis: Basis | None = None
    columns: tuple[str, ...] = ()
    codes: str | None = None
    sensitivity: Sensitivity | None = None
    any_document: bool = False


class Also(Struct, frozen=True, forbid_unknown_fields=True):
    """The items of the same record that name the same organisation: by its number as an employer, by its name."""

    number: str | None = None
    name: str | None = None


class Derivation(Struct, frozen=True, forbid_unknown_fields=True):
    """How a derived item follows from other items of the same line; rules are in ``hub.catalog.derived``."""

    rule: str
    of: tuple[str, ...] = ()
    value: str | None = None


class Item(Struct, frozen=True, forbid_unknown_fields=True):
    """One field of a record. An item placed at the ``entity`` shows as a merged item only.

    One that is ``former_of`` another holds the number that the other's took the place of.
    An item of type object or list names its ``shape``; what that holds the loader puts into ``members``,
    ``plain`` and ``distinct``.
    """

    name: FieldName
    title: Text
    zh: Text
    type: ItemType
    number: str = ""
    basis: Basis = Basis.LISTED
    role: Role = Role.AUTHORITATIVE
    sensitivity: Sensitivity = "P"
    placed: Literal["record", "entity"] = "record"
    required: bool = False
    codes: str | None = None
    scheme: Scheme | None = None
    former_of: str | None = None
    max_length: Annotated[int, Meta(ge=1, le=100_000)] = 2_000
    columns: tuple[str, ...] = ()
    parts: dict[str, Part] = {}
    derived: Derivation | None = None
    shape: str | None = None
    members: tuple["Item", ...] = ()
    plain: str = ""
    distinct: tuple[str, ...] = ()
    also: Also = Also()
    note: str = ""

    def part_type(self, part: str) -> ItemType:
        """The type of one part of this item."""
        return PARTS[self.type][part]

    @property
    def value_names(self) -> tuple[str, ...]:
        """The names under which a line carries this item: its own, or one for each part or member."""
        if self.members:
            return (self.name, *(f"{self.name}.{member.name}" for member in self.members))
        return tuple(f"{self.name}.{part}" for part in self.parts) or (self.name,)

    @property
    def accepted_names(self) -> tuple[str, ...]:
        """The English names under which a delivery may send this item or a part of it; a coded part needs its list."""
        kinds = PARTS.get(self.type, {})
        parts = (part for part, kind in kinds.items() if kind is not ItemType.CODED or part in self.parts)
        return (self.name, *(f"{self.name}.{part}" for part in (*parts, *(member.name for member in self.members))))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of the listed items that this one carries, itself or in its parts and members."""
        parts = (part.number for part in self.parts.values())
        return tuple(filter(None, (self.number, *parts, *(member.number for member in self.members))))


class Shape(Struct, frozen=True, forbid_unknown_fields=True):
    """A small record inside a record, used by any number of items.

    Entries of one list differ in the items ``key``; a value that is given whole goes to the item ``plain``.
    """

    name: TypeName
    title: Text
    zh: Text
    plain: str
    item: tuple[Item, ...]
    key: tuple[str, ...] = ()
