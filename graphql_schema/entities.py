"""Build the types of natural persons and legal entities from the model.

Takes the model; gives types whose fields are the model's items, each described with its law. A register added to the
model is in the schema without a line of code here.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Optional

import strawberry
from strawberry.types.field import StrawberryField

from graphql_schema.as_of import MomentOf, moment_of
from graphql_schema.describe import describe_merged, describe_record
from graphql_schema.discrepancies import discrepancies_field
from graphql_schema.edges import EdgeTypes
from graphql_schema.global_id import global_id
from graphql_schema.identifiers import identifiers_field
from graphql_schema.links import merged_from_field
from graphql_schema.making import Resolver, context_of, make_field, make_type, raw_info
from graphql_schema.objections import disputed_field
from graphql_schema.records import KEY_TYPES, SCALAR_TYPES, RecordOf, RecordTypes
from graphql_schema.splits import split_fields
from graphql_schema.values import Absence, Alternative, Provenance, presenting, source_of, unexplained
from graphql_schema.versions import version_fields
from hub.catalog import CodeList, EntityKind, ItemType, MergedItem, Model, RecordType
from hub.catalog.unknown import is_unknown
from hub.desk import Answer
from hub.merge import Choice


class EntityTypes:
    """The types of one model; ``of(kind)`` is the type of an entity."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.node, self.entity = _interfaces()
        self._kinds = {kind: type(kind.type_name, (self.entity,), {}) for kind in EntityKind}
        self._records = RecordTypes(model, self._kinds)
        self._edges = EdgeTypes(model, self._kinds)
        for kind, cls in self._kinds.items():
            fields = dict(self._entity_fields(kind))
            make_type(cls, kind.type_name, _KIND_DESCRIPTIONS[kind], fields, is_type_of=_is_kind(kind))

    def of(self, kind: EntityKind) -> type:
        """The type of entities of ``kind``."""
        return self._kinds[kind]

    def _entity_fields(self, kind: EntityKind) -> Iterator[tuple[str, StrawberryField]]:
        for item in self._model.merged[kind].values():
            resolve = _merged_resolver(item, self._model.code_lists.get(item.codes or ""))
            yield item.name, make_field(self._merged_type(item), resolve, describe_merged(self._model, item))
        yield (
            "provenance",
            make_field(
                self._provenance(kind), lambda root, info: root, "Why each merged item has its value · 数据来源与依据."
            ),
        )
        for record in self._model.records_of(kind):
            if record.shown:
                yield record.name, self._record_field(kind, record)
        for edge in self._model.edges_of[kind].values():
            yield edge.name, self._edges.field(edge)

    def _merged_type(self, item: MergedItem) -> object:
        return KEY_TYPES.get(item.scheme, str) if item.type is ItemType.IDENTIFIER else SCALAR_TYPES[item.type]

    def _provenance(self, kind: EntityKind) -> type:
        decided = [item for item in self._model.merged[kind].values() if item.authority]
        fields = {
            item.name: make_field(Provenance, _provenance_resolver(item), describe_merged(self._model, item))
            for item in decided
        }
        name = f"{kind.type_name}Provenance"
        return make_type(type(name, (), {}), name, "Why each merged item has its value · 数据来源与依据.", fields)

    def _record_field(self, kind: EntityKind, record: RecordType) -> StrawberryField:
        shape = self._records.of(record)

        def resolve(root: Answer, info: strawberry.Info) -> Any:  # noqa: ANN401
            if not root.gives(record.name):
                return context_of(info).deny(raw_info(info), root, record.name)
            found = [RecordOf(root, record, held) for held in root.records(record.name)]
            if record.cardinality == "many":
                context_of(info).spend(raw_info(info), len(found))
                return found
            return found[0] if found else None

        result = Optional[list[shape]] if record.cardinality == "many" else Optional[shape]  # type: ignore[valid-type]  # noqa: UP045
        return make_field(result, resolve, describe_record(self._model, record), nullable=False)


_KIND_DESCRIPTIONS = {
    EntityKind.NATURAL_PERSON: "A natural person, keyed by citizen ID number · 自然人 (GZ-Rules Art. 14, 16).",
    EntityKind.LEGAL_ENTITY: "A legal entity, keyed by unified social credit code · 法人 (GZ-Rules Art. 14, 16).",
}


def _interfaces() -> tuple[type, type]:
    """The interfaces ``Node`` and, below it, ``Entity``."""
    node = {
        "id": make_field(
            strawberry.ID,
            lambda root, info: global_id(root.kind, root.entity_id),
            "The entity's opaque id; it says nothing about anyone.",
            nullable=False,
        )
    }
    node_type = make_type(
        type("Node", (), {}), "Node", "Anything that has an id of its own (Relay).", node, interface=True
    )
    entity = {
        "version": make_field(
            int,
            lambda root, info: root.version,
            "Grows by one when, and only when, something visible changed.",
            nullable=False,
        ),
        "recordedAt": make_field(
            datetime, lambda root, info: root.recorded_at, "Since when the hub knows this version.", nullable=False
        ),
        **version_fields(),
        "asOf": make_field(
            MomentOf,
            lambda root, info: moment_of(root),
            "The moment of this answer, settled by asking for it: given as `asOf` it gives the same answer for ever. "
            "Null below questions that are about now only, as searches · 时点.",
        ),
    }
    entity["identifiers"] = identifiers_field()
    entity["discrepancies"] = discrepancies_field()
    entity["disputed"] = disputed_field()
    entity["mergedFrom"] = merged_from_field()
    entity |= split_fields()
    entity_type = type("Entity", (node_type,), {})
    return node_type, make_type(entity_type, "Entity", "A natural person or a legal entity.", entity, interface=True)


def _merged_resolver(item: MergedItem, codes: CodeList | None) -> Resolver:
    number, present = item.scheme if item.type is ItemType.IDENTIFIER else None, presenting(item.type, codes)

    def resolve(root: Answer, info: strawberry.Info) -> Any:  # noqa: ANN401
        if not root.gives(item.name):
            return context_of(info).deny(raw_info(info), root, item.name)
        if number:
            return root.shown(item.name, item.name, root.numbers.get(number))
        choice = root.choice(item.name)
        return present(root.shown(item.name, item.name, choice.value)) if choice else None

    return resolve


def _provenance_resolver(item: MergedItem) -> Resolver:
    def resolve(root: Answer, info: strawberry.Info) -> Provenance:
        if not root.gives(item.name):
            context_of(info).deny(raw_info(info), root, item.name)
            return unexplained(Absence.NOT_GRANTED, root.catalog.number)
        choice = root.choice(item.name)
        if choice is None:
            return unexplained(Absence[item.silence], root.catalog.number)
        rule = root.rule(item.name, choice)
        return Provenance(
            source=source_of(root.source(choice.source)),
            basis=rule.basis,
            standing=rule.standing,
            catalog_version=root.catalog.number,
            alternatives=list(_alternatives(root, choice)),
            absence=_absence(choice.value),
        )

    return resolve


def _alternatives(root: Answer, choice: Choice) -> Iterator[Alternative]:
    """What other registers say, those that agree first; of an adoption nobody learns without a grant."""
    for places, agrees in ((choice.agreeing, True), (choice.differing, False)):
        for source in map(root.source, places):
            if root.gives(source.record_type):
                yield Alternative(agrees=agrees, source=source_of(source))


def _absence(value: object) -> Absence | None:
    if is_unknown(value):
        return Absence.UNKNOWN_AT_SOURCE
    return Absence.NONE if value is None else None


def _is_kind(kind: EntityKind) -> Callable[..., bool]:
    return lambda cls, root, info: isinstance(root, Answer) and root.kind is kind
