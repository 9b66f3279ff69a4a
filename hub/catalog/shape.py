"""The shape of the model: registers of records of items, and the merged items with their authority.

These structs are both what the TOML files are decoded into and what every other room reads.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from msgspec import Meta, Struct

from hub.identifiers.schemes import Scheme

FieldName = Annotated[str, Meta(pattern="^[a-z][A-Za-z0-9]*$")]
TypeName = Annotated[str, Meta(pattern="^[A-Z][A-Za-z0-9]*$")]
Sensitivity = Literal["O", "P", "S"]
Silence = Literal["NOT_REPORTED", "NOT_COVERED"]


class EntityKind(StrEnum):
    """The two kinds of entity."""

    NATURAL_PERSON = "NATURAL_PERSON"
    LEGAL_ENTITY = "LEGAL_ENTITY"

    @property
    def type_name(self) -> str:
        """The name of the kind's type, as in ``NaturalPerson``."""
        return self.value.title().replace("_", "")

    @property
    def field_name(self) -> str:
        """The name of a field that leads to an entity of the kind, as in ``naturalPerson``."""
        return self.type_name[0].lower() + self.type_name[1:]


class ItemType(StrEnum):
    """How the value of an item is written and read."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    PARTIAL_DATE = "partial_date"
    PARTIAL_TIME = "partial_time"
    CODED = "coded"
    IDENTIFIER = "identifier"
    ORGANIZATION = "organization"
    PERSON = "person"
    SUBJECT = "subject"
    OBJECT = "object"
    LIST = "list"


PARTS: Mapping[ItemType, Mapping[str, ItemType]] = {
    ItemType.CODED: {"code": ItemType.TEXT, "name": ItemType.TEXT},
    ItemType.ORGANIZATION: {"name": ItemType.TEXT, "creditCode": ItemType.IDENTIFIER, "code": ItemType.TEXT},
    ItemType.PERSON: {"name": ItemType.TEXT, "idType": ItemType.CODED, "idNumber": ItemType.IDENTIFIER},
    ItemType.SUBJECT: {
        "name": ItemType.TEXT,
        "idType": ItemType.CODED,
        "idNumber": ItemType.IDENTIFIER,
        "sex": ItemType.CODED,
        "ethnicity": ItemType.CODED,
        "birthDate": ItemType.PARTIAL_DATE,
        "householdAddress": ItemType.TEXT,
        "countryOrRegion": ItemType.CODED,
        "birthPlace": ItemType.CODED,
        "householdPlace": ItemType.CODED,
    },
}
"""The parts that an item of each compound type may have."""

SHAPED = (ItemType.OBJECT, ItemType.LIST)
"""The types whose values are small records of a shape that the model declares: one of them, or several."""


class Basis(StrEnum):
    """Why an item is in the model: listed by an article, sent for comparison (Art. 19), added, or worked out."""

    LISTED = "LISTED"
    COMPARISON = "COMPARISON"
    EXTENSION = "EXTENSION"
    DERIVED = "DERIVED"


class Role(StrEnum):
    """What an item is to the hub: authoritative, valid inside its own register only, compared only, or a key."""

    AUTHORITATIVE = "AUTHORITATIVE"
    SOURCE_SCOPED = "SOURCE_SCOPED"
    COMPARISON = "COMPARISON"
    KEY = "KEY"


class Standing(StrEnum):
    """With what right a register decides a merged item."""

    AUTHORITATIVE = "AUTHORITATIVE"
    FALLBACK = "FALLBACK"
    DERIVED = "DERIVED"


class Department(Struct, frozen=True, forbid_unknown_fields=True):
    """A body that is responsible for registers; ``successor_of`` names the bodies it took over from."""

    name: str
    title: str
    zh: str
    successor_of: tuple[str, ...] = ()


class CodeList(Struct, frozen=True, dict=True, forbid_unknown_fields=True):
    """A standard's codes and their names. An unknown code of an ``open`` list is kept as it came.

    A list of kinds of document names in ``schemes`` what kind of number the documents of each code bear.
    """

    name: str
    version: str
    title: str
    zh: str
    open: bool = False
    codes: dict[str, str] = {}
    aliases: dict[str, str] = {}
    schemes: dict[str, Scheme] = {}

    def code_of(self, text: str) -> str | None:
        """The code that ``text`` is, or is the name of; None also for a name that several codes share."""
        if text in self.codes:
            return text
        return self._by_name.get(text)

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        uses = Counter(self.codes.values())
        return {name: code for code, name in self.codes.items() if uses[name] == 1} | self.aliases


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """One column of a compound item; it is there for the item's reason unless it gives its own."""

    zh: str
    number: str = ""
    basis: Basis | None = None
    columns: tuple[str, ...] = ()
    codes: str | None = None
    sensitivity: Sensitivity | None = None


class Derivation(Struct, frozen=True, forbid_unknown_fields=True):
    """How a derived item follows from other items of the same line; rules are in ``hub.catalog.derived``."""

    rule: str
    of: tuple[str, ...] = ()
    value: str | None = None


class Item(Struct, frozen=True, forbid_unknown_fields=True):
    """One field of a record. An item placed at the ``entity`` shows as a merged item only.

    An item of type object or list names its ``shape``; what that holds the loader puts into ``members``,
    ``plain`` and ``distinct``.
    """

    name: FieldName
    title: str
    zh: str
    type: ItemType
    number: str = ""
    basis: Basis = Basis.LISTED
    role: Role = Role.AUTHORITATIVE
    sensitivity: Sensitivity = "P"
    placed: Literal["record", "entity"] = "record"
    required: bool = False
    codes: str | None = None
    scheme: Scheme | None = None
    max_length: int = 2_000
    columns: tuple[str, ...] = ()
    parts: dict[str, Part] = {}
    derived: Derivation | None = None
    shape: str | None = None
    members: tuple["Item", ...] = ()
    plain: str = ""
    distinct: tuple[str, ...] = ()
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
    title: str
    zh: str
    plain: str
    item: tuple[Item, ...]
    key: tuple[str, ...] = ()


class RecordType(Struct, frozen=True, dict=True, forbid_unknown_fields=True):
    """A list of a register: records of one shape about one kind of entity.

    ``key`` holds alternatives, the first whose items are all given makes the record key; a record type of
    cardinality ``one`` needs none. ``effective`` names the items whose first given date opens a state.
    """

    name: FieldName
    type: TypeName
    title: str
    zh: str
    article: str
    entity: EntityKind
    cardinality: Literal["one", "many"]
    identified_by: tuple[str, ...]
    item: tuple[Item, ...]
    key: tuple[tuple[str, ...], ...] = ()
    effective: tuple[str, ...] = ()
    department: str = ""
    register: str = ""

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
        titles: dict[str, str] = {}
        uses = Counter(item.shape for item in self.item)
        for item in self.item:
            if item.derived:
                continue
            for title in (item.zh, *item.columns):
                titles.setdefault(title, item.value_names[0])
            for part, column in item.parts.items():
                for title in (column.zh, *column.columns):
                    titles[title] = f"{item.name}.{part}"
            for member in item.members if uses[item.shape] == 1 else ():
                for title in (member.zh, *member.columns):
                    titles[title] = f"{item.name}.{member.name}"
        return titles | {name: name for item in self.item if not item.derived for name in item.accepted_names}

    def leaves(self) -> Iterator[tuple[str, Sensitivity]]:
        """The shown items and parts that access is decided on, as ``record.item[.part]``, with their sensitivity."""
        for item in self.shown:
            split = {part: column for part, column in item.parts.items() if column.sensitivity}
            yield f"{self.name}.{item.name}", item.sensitivity
            for part, column in split.items():
                yield f"{self.name}.{item.name}.{part}", column.sensitivity or item.sensitivity


class Former(Struct, frozen=True, forbid_unknown_fields=True):
    """A department that was responsible for a register until (and without) a day."""

    department: str
    until: date


class Register(Struct, frozen=True, forbid_unknown_fields=True):
    """A source of records for which one department is accountable.

    The departments ``joint`` collect for it and may deliver to it; those in ``formerly``, in the order of time, were
    accountable before.
    """

    name: str
    title: str
    zh: str
    department: str
    article: str
    update_duty: str
    joint: tuple[str, ...] = ()
    formerly: tuple[Former, ...] = ()

    def accountable_on(self, day: date) -> str:
        """The department that was responsible for the register on ``day``."""
        return next((former.department for former in self.formerly if day < former.until), self.department)

    @property
    def departments(self) -> tuple[str, ...]:
        """Every department that the register names."""
        return (self.department, *self.joint, *(former.department for former in self.formerly))


class Authority(Struct, frozen=True, forbid_unknown_fields=True, rename={"source": "from"}):
    """One register that may decide a merged item: ``source`` is ``record.item[.part]``.

    It decides only for entities of which none of the records ``unless`` is in force.
    """

    source: str
    basis: str
    standing: Standing = Standing.AUTHORITATIVE
    unless: tuple[str, ...] = ()

    @property
    def record_type(self) -> str:
        """The record type that speaks."""
        return self.source.partition(".")[0]


class MergedItem(Struct, frozen=True, forbid_unknown_fields=True):
    """One field of the entity itself, with the ordered authority over it.

    ``compare`` names further places that are held against the decided value and never decide. ``identifier`` items
    have no authority: they are the entity's own key.
    """

    entity: EntityKind
    name: FieldName
    title: str
    zh: str
    type: ItemType
    article: str
    sensitivity: Sensitivity = "P"
    codes: str | None = None
    scheme: Scheme | None = None
    authority: tuple[Authority, ...] = ()
    compare: tuple[str, ...] = ()
    silence: Silence = "NOT_REPORTED"

    @property
    def speakers(self) -> frozenset[str]:
        """The record types that speak of the item, whether they may decide it or not."""
        paths = (*(authority.source for authority in self.authority), *self.compare)
        return frozenset(path.partition(".")[0] for path in paths)


class Edge(Struct, frozen=True, forbid_unknown_fields=True):
    """A list on an entity of the entities whose records refer to it: ``via`` names ``record.item`` paths."""

    entity: EntityKind
    name: FieldName
    type: TypeName
    title: str
    zh: str
    article: str
    via: tuple[str, ...]
    sensitivity: Sensitivity = "P"


class ModelFile(Struct, frozen=True, forbid_unknown_fields=True):
    """What a file may hold: a register and its record types, a code list, departments, merged items, edges, shapes."""

    register: Register | None = None
    record: tuple[RecordType, ...] = ()
    code_list: CodeList | None = None
    department: tuple[Department, ...] = ()
    merged_item: tuple[MergedItem, ...] = ()
    edge: tuple[Edge, ...] = ()
    shape: tuple[Shape, ...] = ()


@dataclass(frozen=True)
class Model:
    """Everything the hub knows about registers, items and authority."""

    departments: Mapping[str, Department]
    code_lists: Mapping[str, CodeList]
    registers: Mapping[str, Register]
    records: Mapping[str, RecordType]
    merged_items: tuple[MergedItem, ...]
    edges: tuple[Edge, ...]
    shapes: Mapping[str, Shape]

    @cached_property
    def merged(self) -> Mapping[EntityKind, Mapping[str, MergedItem]]:
        """The merged items of each kind by name."""
        return {kind: {item.name: item for item in self.merged_items if item.entity is kind} for kind in EntityKind}

    def records_of(self, kind: EntityKind) -> Iterator[RecordType]:
        """The record types about one kind of entity."""
        return (record for record in self.records.values() if record.entity is kind)

    def edges_of(self, kind: EntityKind) -> Iterator[Edge]:
        """The reverse edges of one kind of entity."""
        return (edge for edge in self.edges if edge.entity is kind)

    @cached_property
    def leaves(self) -> Mapping[EntityKind, Mapping[str, Sensitivity]]:
        """Every governed item of each kind, by the path that access is decided on."""
        return {kind: dict(self._leaves(kind)) for kind in EntityKind}

    def _leaves(self, kind: EntityKind) -> Iterator[tuple[str, Sensitivity]]:
        for item in self.merged[kind].values():
            yield item.name, item.sensitivity
        for record in self.records_of(kind):
            yield from record.leaves()
        for edge in self.edges_of(kind):
            yield edge.name, edge.sensitivity
