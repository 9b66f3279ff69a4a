"""Build the types of records and of the compound values in them from the model.

Takes the model and the types of entities, which references lead to; gives types whose fields are the model's items.
Shows an item only where the desk gave it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from graphql_schema.absences import ItemAbsence, absences
from graphql_schema.describe import describe_item, describe_member, describe_part, describe_record, describe_shape
from graphql_schema.making import Resolver, context_of, make_field, make_type, raw_info
from graphql_schema.values import CodedValue, CreditCode, IdNumber, PartialDate, SourceOfValue, presenting, source_of
from hub.catalog import PARTS, SHAPED, EntityKind, Item, ItemType, Model, RecordType, Shape
from hub.catalog.unknown import is_unknown
from hub.desk import Answer, Key
from hub.desk.answer import sealed_number
from hub.desk.edges import Match, key_to, match_of
from hub.identifiers.schemes import Scheme
from hub.merge import Record

SCALAR_TYPES: Mapping[ItemType, object] = {
    ItemType.TEXT: str,
    ItemType.INTEGER: int,
    ItemType.BOOLEAN: bool,
    ItemType.DATE: date,
    ItemType.PARTIAL_DATE: PartialDate,
    ItemType.PARTIAL_TIME: PartialDate,
    ItemType.CODED: CodedValue,
    ItemType.IDENTIFIER: str,
}
KEY_TYPES: Mapping[Scheme | None, object] = {Scheme.ID_NUMBER: IdNumber, Scheme.CREDIT_CODE: CreditCode}


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

    def key(self, item_type: ItemType) -> Key | None:
        """The key of the entity that the value names, with what the record calls it elsewhere."""
        values, also = self.owner.record.values, self.item.also
        return key_to(item_type, self.value, values.get(also.number or ""), values.get(also.name or ""))


class RecordTypes:
    """The types of a model's records; ``of(record)`` makes the one of a record type."""

    def __init__(self, model: Model, entities: Mapping[EntityKind, type]) -> None:
        self._model = model
        self._entities = entities
        self._compounds = {
            ItemType.PERSON: self._compound("PersonReference", ItemType.PERSON, "person", EntityKind.NATURAL_PERSON),
            ItemType.ORGANIZATION: self._compound(
                "OrganizationReference", ItemType.ORGANIZATION, "legalEntity", EntityKind.LEGAL_ENTITY
            ),
            ItemType.SUBJECT: self._compound("RecordedSubject", ItemType.SUBJECT, None, None),
        }
        self._shapes = {shape.name: self._shape(shape) for shape in model.shapes.values()}

    def of(self, record: RecordType) -> type:
        """The type of one record type."""
        fields = {
            item.name: make_field(
                self._item_type(item), self._item_resolver(record, item), describe_item(self._model, record, item)
            )
            for item in record.shown
        }
        fields["source"] = make_field(
            SourceOfValue,
            lambda root, info: source_of(root.record.source),
            "Where the record comes from · 来源.",
            nullable=False,
        )
        fields["absences"] = make_field(
            list[ItemAbsence],
            lambda root, info: list(absences(root.answer, root.type, root.record)),
            "Why items that were asked for are null · 空值原因.",
            nullable=False,
        )
        return make_type(type(record.type, (), {}), record.type, describe_record(self._model, record), fields)

    def _item_type(self, item: Item) -> object:
        if item.type in SHAPED:
            shape = self._shapes[item.shape or ""]
            return list[shape] if item.type is ItemType.LIST else shape  # type: ignore[valid-type]
        return self._compounds.get(item.type) or SCALAR_TYPES[item.type]

    def _shape(self, shape: Shape) -> type:
        """The type of small records of one shape."""
        fields = {
            item.name: make_field(
                self._item_type(item), self._member_resolver(item), describe_member(self._model, shape, item)
            )
            for item in shape.item
        }
        return make_type(type(shape.name, (), {}), shape.name, describe_shape(self._model, shape), fields)

    def _item_resolver(self, record: RecordType, item: Item) -> Resolver:
        """The value of an item; a compound one is there at all, and its parts are governed each for itself."""
        path, show = f"{record.name}.{item.name}", self._showing(item)

        def resolve(root: RecordOf, info: strawberry.Info) -> Any:  # noqa: ANN401
            if item.type not in self._compounds and not root.answer.gives(path):
                return context_of(info).deny(raw_info(info), root.answer, path)
            return show(root, item, root.record.values.get(item.name))

        return resolve

    def _member_resolver(self, member: Item) -> Resolver:
        show = self._showing(member)

        def resolve(root: CompoundOf, info: strawberry.Info) -> Any:  # noqa: ANN401
            return show(root.owner, root.item, root.value.get(member.name))

        return resolve

    def _showing(self, item: Item) -> Callable[[RecordOf, Item, Any], Any]:
        """What shows a payload value of an item in a record; access to it is decided on the item ``governed``."""
        present = presenting(item.type, self._model.code_lists.get(item.codes or ""))

        def show(owner: RecordOf, governed: Item, value: Any) -> Any:  # noqa: ANN401
            if value is None or is_unknown(value):
                return None
            if item.type is ItemType.LIST:
                return [CompoundOf(owner, governed, entry) for entry in value]
            if item.type is ItemType.OBJECT or item.type in self._compounds:
                return CompoundOf(owner, governed, value)
            leaf = f"{owner.type.name}.{governed.name}"
            path = leaf if item is governed else f"{leaf}.{item.name}"
            if number := sealed_number(item, value):
                return owner.answer.shown(leaf, path, owner.answer.opened.get(number))
            return present(owner.answer.shown(leaf, path, value))

        return show

    def _compound(self, name: str, item_type: ItemType, edge: str | None, kind: EntityKind | None) -> type:
        fields: dict[str, StrawberryField] = {
            part: make_field(_part_type(part, part_type), self._part_resolver(part, part_type), describe_part(part))
            for part, part_type in PARTS[item_type].items()
        }
        if edge and kind:
            follow = self._reference_resolver(item_type, edge, kind)
            fields[edge] = make_field(self._entities[kind], follow, describe_part(edge))
        if kind is EntityKind.LEGAL_ENTITY:
            fields["match"] = make_field(Match, self._match_resolver(item_type, kind), describe_part("match"))
        return make_type(type(name, (), {}), name, describe_part(name), fields)

    def _part_resolver(self, part: str, part_type: ItemType) -> Resolver:
        def resolve(root: CompoundOf, info: strawberry.Info) -> Any:  # noqa: ANN401
            if not self._gives_part(root, info, part):
                return None
            path, answer = self._path(root, part), root.owner.answer
            leaf = self._leaf(root, part)
            if part == "idNumber":
                number = sealed_number(root.item, root.value)
                return answer.shown(leaf, path, answer.opened.get(number)) if number else None
            declared = root.item.parts.get(part)
            codes = self._model.code_lists.get(declared.codes or "") if declared else None
            return presenting(part_type, codes)(answer.shown(leaf, path, root.value.get(part)))

        return resolve

    def _reference_resolver(self, item_type: ItemType, edge: str, kind: EntityKind) -> Resolver:
        async def resolve(root: CompoundOf, info: strawberry.Info) -> Any:  # noqa: ANN401
            key = root.key(item_type)
            if not self._gives_part(root, info, edge) or key is None:
                return None
            return await context_of(info).entity(raw_info(info), kind, key, root.owner.answer.moment)

        return resolve

    def _match_resolver(self, item_type: ItemType, kind: EntityKind) -> Resolver:
        async def resolve(root: CompoundOf, info: strawberry.Info) -> Match | None:
            key = root.key(item_type)
            if not self._gives_part(root, info, "match") or key is None:
                return None
            found = await context_of(info).found(kind, key, root.owner.answer.moment)
            return match_of(item_type, found) if found else None

        return resolve

    def _gives_part(self, root: CompoundOf, info: strawberry.Info, part: str) -> bool:
        """Whether the leaf that governs a part was given; if not, the denial is noted."""
        leaf = self._leaf(root, part)
        if not root.owner.answer.gives(leaf):
            context_of(info).deny(raw_info(info), root.owner.answer, leaf)
            return False
        return True

    def _leaf(self, root: CompoundOf, part: str) -> str:
        """The leaf that governs a part."""
        path = self._path(root, part)
        return self._model.leaf(root.owner.type.entity, path) or path

    @staticmethod
    def _path(root: CompoundOf, part: str) -> str:
        return f"{root.owner.type.name}.{root.item.name}.{part}"


def _part_type(part: str, part_type: ItemType) -> object:
    if part_type is ItemType.IDENTIFIER:
        return KEY_TYPES[Scheme.ID_NUMBER if part == "idNumber" else Scheme.CREDIT_CODE]
    return SCALAR_TYPES[part_type]
