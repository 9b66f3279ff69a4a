"""Build the types of natural persons and legal entities from the model.

Takes the model; gives types whose fields are the model's items, each described with its law. A register added to the
model is in the schema without a line of code here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Optional
from uuid import UUID

import strawberry
from strawberry.types.field import StrawberryField

from graphql_schema.context import OperationContext
from graphql_schema.describe import describe_edge, describe_item, describe_merged, describe_part, describe_record
from graphql_schema.global_id import global_id
from graphql_schema.selection import ResolveInfo, items_asked
from graphql_schema.values import (
    Absence,
    Alternative,
    CodedValue,
    CreditCode,
    IdNumber,
    PartialDate,
    Provenance,
    SourceOfValue,
    present,
    source_of,
)
from hub.catalog import PARTS, Edge, EntityKind, Item, ItemType, MergedItem, Model, RecordType
from hub.desk import Answer
from hub.desk.answer import entity_of
from hub.identifiers.schemes import SCHEMES, Scheme
from hub.merge import Record, Source

SCALAR_TYPES: Mapping[ItemType, object] = {
    ItemType.TEXT: str,
    ItemType.INTEGER: int,
    ItemType.BOOLEAN: bool,
    ItemType.DATE: date,
    ItemType.PARTIAL_DATE: PartialDate,
    ItemType.CODED: CodedValue,
    ItemType.IDENTIFIER: str,
}
KEY_TYPES: Mapping[Scheme | None, object] = {Scheme.ID_NUMBER: IdNumber, Scheme.CREDIT_CODE: CreditCode}
Resolver = Callable[[Any, strawberry.Info], Any]


@dataclass(frozen=True, slots=True)
class RecordOf:
    """One record of an entity, as its type's resolvers see it."""

    answer: Answer
    type: RecordType
    record: Record


@dataclass(frozen=True, slots=True)
class CompoundOf:
    """One compound value of a record, as its type's resolvers see it."""

    owner: RecordOf
    item: Item
    value: Mapping[str, Any]


def context_of(info: strawberry.Info) -> OperationContext:
    """The operation's context."""
    context: OperationContext = info.context
    return context


def raw_info(info: strawberry.Info) -> ResolveInfo:
    """The GraphQL library's own view of the present field."""
    return info._raw_info  # noqa: SLF001 - Strawberry offers no other way to the nodes of the document


class EntityTypes:
    """The types of one model; ``of(kind)`` is the type of an entity."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.node, self.entity = _interfaces()
        self._kinds = {kind: type(kind.type_name, (self.entity,), {}) for kind in EntityKind}
        self._compounds = {
            ItemType.PERSON: self._compound("PersonReference", ItemType.PERSON, "person", EntityKind.NATURAL_PERSON),
            ItemType.ORGANIZATION: self._compound(
                "OrganizationReference", ItemType.ORGANIZATION, "legalEntity", EntityKind.LEGAL_ENTITY
            ),
            ItemType.SUBJECT: self._compound("RecordedSubject", ItemType.SUBJECT, None, None),
        }
        for kind, cls in self._kinds.items():
            fields = dict(self._entity_fields(kind))
            _make(cls, kind.type_name, _KIND_DESCRIPTIONS[kind], fields, is_type_of=_is_kind(kind))

    def of(self, kind: EntityKind) -> type:
        """The type of entities of ``kind``."""
        return self._kinds[kind]

    def _entity_fields(self, kind: EntityKind) -> Iterator[tuple[str, StrawberryField]]:
        merged = self._model.merged[kind].values()
        for item in merged:
            yield item.name, _field(self._merged_type(item), _merged_resolver(kind, item), describe_merged(item))
        yield (
            "provenance",
            _field(
                self._provenance(kind), lambda root, info: root, "Why each merged item has its value · 数据来源与依据."
            ),
        )
        for record in self._model.records_of(kind):
            if record.shown:
                yield record.name, self._record_field(kind, record)
        for edge in self._model.edges_of(kind):
            yield edge.name, self._edge_field(kind, edge)

    def _merged_type(self, item: MergedItem) -> object:
        return KEY_TYPES.get(item.scheme, str) if item.type is ItemType.IDENTIFIER else SCALAR_TYPES[item.type]

    def _provenance(self, kind: EntityKind) -> type:
        decided = [item for item in self._model.merged[kind].values() if item.authority]
        fields = {
            item.name: _field(Provenance, _provenance_resolver(kind, item), describe_merged(item)) for item in decided
        }
        name = f"{kind.type_name}Provenance"
        return _make(type(name, (), {}), name, "Why each merged item has its value · 数据来源与依据.", fields)

    def _record_field(self, kind: EntityKind, record: RecordType) -> StrawberryField:
        shape = self._record(record)

        def resolve(root: Answer, info: strawberry.Info) -> Any:  # noqa: ANN401
            if root.denied(record.name):
                return context_of(info).deny(raw_info(info), kind, record.name)
            found = [RecordOf(root, record, held) for held in root.records(record.name)]
            if record.cardinality == "many":
                return found
            return found[0] if found else None

        result = Optional[list[shape]] if record.cardinality == "many" else Optional[shape]  # type: ignore[valid-type]  # noqa: UP045
        return _field(result, resolve, describe_record(self._model, record), nullable=False)

    def _record(self, record: RecordType) -> type:
        fields = {
            item.name: _field(self._item_type(item), self._item_resolver(record, item), describe_item(record, item))
            for item in record.shown
        }
        fields["source"] = _field(SourceOfValue, _record_source, "Where the record comes from · 来源.", nullable=False)
        return _make(type(record.type, (), {}), record.type, describe_record(self._model, record), fields)

    def _item_type(self, item: Item) -> object:
        return self._compounds.get(item.type) or SCALAR_TYPES[item.type]

    def _item_resolver(self, record: RecordType, item: Item) -> Resolver:
        path = f"{record.name}.{item.name}"
        code_list = self._model.code_lists.get(item.codes or "")

        def resolve(root: RecordOf, info: strawberry.Info) -> Any:  # noqa: ANN401
            if root.answer.denied(path) and item.type not in self._compounds:
                return context_of(info).deny(raw_info(info), record.entity, path)
            value: Any = root.record.values.get(item.name)
            if value is None:
                return None
            if item.type in self._compounds:
                return CompoundOf(root, item, value)
            if _is_sealed(item):
                return root.answer.opened.get(UUID(value))
            return present(item.type, value, code_list)

        return resolve

    def _compound(self, name: str, item_type: ItemType, edge: str | None, kind: EntityKind | None) -> type:
        fields = {
            part: _field(
                KEY_TYPES[Scheme.ID_NUMBER if part == "idNumber" else Scheme.CREDIT_CODE]
                if part_type is ItemType.IDENTIFIER
                else SCALAR_TYPES[part_type],
                self._part_resolver(part, part_type),
                describe_part(part),
            )
            for part, part_type in PARTS[item_type].items()
        }
        if edge and kind:
            fields[edge] = _field(self._kinds[kind], self._reference_resolver(edge, kind), describe_part(edge))
        return _make(type(name, (), {}), name, describe_part(name), fields)

    def _part_resolver(self, part: str, part_type: ItemType) -> Resolver:
        def resolve(root: CompoundOf, info: strawberry.Info) -> Any:  # noqa: ANN401
            if self._part_denied(root, info, part):
                return None
            if part == "idNumber":
                subject = root.item.type is ItemType.SUBJECT
                entity_id = root.owner.answer.entity_id if subject else entity_of(root.value)
                return root.owner.answer.opened.get(entity_id) if entity_id else None
            declared = root.item.parts.get(part)
            codes = self._model.code_lists.get(declared.codes or "") if declared else None
            return present(part_type, root.value.get(part), codes)

        return resolve

    def _reference_resolver(self, edge: str, kind: EntityKind) -> Resolver:
        async def resolve(root: CompoundOf, info: strawberry.Info) -> Any:  # noqa: ANN401
            entity_id = entity_of(root.value)
            if self._part_denied(root, info, "idNumber" if edge == "person" else edge) or entity_id is None:
                return None
            items = items_asked(self._model, kind, raw_info(info))
            return await context_of(info).entity(kind, entity_id, items)

        return resolve

    def _part_denied(self, root: CompoundOf, info: strawberry.Info, part: str) -> bool:
        """Whether the leaf that governs a part was denied; if so that is noted."""
        record = root.owner.type
        path = f"{record.name}.{root.item.name}"
        apart = f"{path}.{part}"
        leaf = apart if apart in self._model.leaves[record.entity] else path
        if not root.owner.answer.denied(leaf):
            return False
        context_of(info).deny(raw_info(info), record.entity, leaf)
        return True

    def _edge_field(self, kind: EntityKind, edge: Edge) -> StrawberryField:
        target = self._model.records[edge.via[0].partition(".")[0]].entity
        step = target.type_name[0].lower() + target.type_name[1:]

        async def resolve(root: Answer, info: strawberry.Info) -> Any:  # noqa: ANN401
            if root.denied(edge.name):
                return context_of(info).deny(raw_info(info), kind, edge.name)
            items = items_asked(self._model, target, raw_info(info), step)
            return await context_of(info).referrers(edge, root.entity_id, items)

        fields = {
            "role": _field(str, lambda root, info: root.via.partition(".")[2], "The item that refers, as operator."),
            "source": _field(
                SourceOfValue,
                lambda root, info: source_of(root.record.source, self._model),
                "The record that refers · 来源.",
                nullable=False,
            ),
            step: _field(self._kinds[target], lambda root, info: root.answer, f"The {step} whose record refers."),
        }
        shape = _make(type(edge.type, (), {}), edge.type, describe_edge(edge), fields)
        result = Optional[list[shape]]  # type: ignore[valid-type]  # noqa: UP045
        return _field(result, resolve, describe_edge(edge), nullable=False)


_KIND_DESCRIPTIONS = {
    EntityKind.NATURAL_PERSON: "A natural person, keyed by citizen ID number · 自然人 (GZ-Rules Art. 14, 16).",
    EntityKind.LEGAL_ENTITY: "A legal entity, keyed by unified social credit code · 法人 (GZ-Rules Art. 14, 16).",
}


def _interfaces() -> tuple[type, type]:
    """The interfaces ``Node`` and, below it, ``Entity``."""
    node = {
        "id": _field(
            strawberry.ID,
            lambda root, info: global_id(root.kind, root.entity_id),
            "The entity's opaque id; it says nothing about anyone.",
            nullable=False,
        )
    }
    node_type = _make(type("Node", (), {}), "Node", "Anything that has an id of its own (Relay).", node, interface=True)
    entity = {
        "version": _field(
            int,
            lambda root, info: root.version,
            "Grows by one when, and only when, something visible changed.",
            nullable=False,
        ),
        "recordedAt": _field(
            datetime, lambda root, info: root.recorded_at, "Since when the hub knows this version.", nullable=False
        ),
    }
    entity_type = type("Entity", (node_type,), {})
    return node_type, _make(entity_type, "Entity", "A natural person or a legal entity.", entity, interface=True)


def _merged_resolver(kind: EntityKind, item: MergedItem) -> Resolver:
    def resolve(root: Answer, info: strawberry.Info) -> Any:  # noqa: ANN401
        if root.denied(item.name):
            return context_of(info).deny(raw_info(info), kind, item.name)
        if item.type is ItemType.IDENTIFIER and item.scheme:
            return root.numbers.get(item.scheme)
        choice = root.choice(item.name)
        codes = context_of(info).model.code_lists.get(item.codes or "")
        return present(item.type, choice.value, codes) if choice else None

    return resolve


def _provenance_resolver(kind: EntityKind, item: MergedItem) -> Resolver:
    def resolve(root: Answer, info: strawberry.Info) -> Provenance:
        context = context_of(info)
        if root.denied(item.name):
            context.deny(raw_info(info), kind, item.name)
            return Provenance(source=None, basis=None, standing=None, alternatives=[], absence=Absence.NOT_GRANTED)
        choice = root.choice(item.name)
        if choice is None:
            return Provenance(source=None, basis=None, standing=None, alternatives=[], absence=Absence[item.silence])
        rule = item.authority[choice.authority]
        spoken = [(place, True) for place in choice.agreeing] + [(place, False) for place in choice.differing]
        others = [(root.source(place), agrees) for place, agrees in spoken]
        return Provenance(
            source=source_of(root.source(choice.source), context.model),
            basis=rule.basis,
            standing=rule.standing,
            alternatives=[
                Alternative(agrees=agrees, source=source_of(source, context.model))
                for source, agrees in others
                if source.record_type in root.decision.given  # an adoption is no one's business without a grant
            ],
            absence=Absence.NONE if choice.value is None else None,
        )

    return resolve


def _record_source(root: RecordOf, info: strawberry.Info) -> SourceOfValue:
    source: Source = root.record.source
    return source_of(source, context_of(info).model)


def _is_sealed(item: Item) -> bool:
    return item.scheme is not None and SCHEMES[item.scheme].identity


def _field(graphql_type: object, resolver: Resolver, description: str, *, nullable: bool = True) -> StrawberryField:
    resolver.__annotations__ = {"info": strawberry.Info} | resolver.__annotations__
    field: StrawberryField = strawberry.field(
        resolver=resolver,
        graphql_type=Optional[graphql_type] if nullable else graphql_type,  # noqa: UP045
        description=description,
    )
    return field


def _make(
    cls: type,
    name: str,
    description: str,
    fields: Mapping[str, StrawberryField],
    *,
    interface: bool = False,
    is_type_of: Callable[..., bool] | None = None,
) -> type:
    """Make ``cls`` the GraphQL type ``name`` with ``fields``, whose names are kept as they are."""
    for field_name, field in fields.items():
        field.graphql_name = field_name
        setattr(cls, field_name, field)
    if is_type_of:
        cls.is_type_of = classmethod(is_type_of)  # type: ignore[attr-defined]
    decorate = strawberry.interface if interface else strawberry.type
    return decorate(cls, name=name, description=description)


def _is_kind(kind: EntityKind) -> Callable[..., bool]:
    return lambda cls, root, info: isinstance(root, Answer) and root.kind is kind
