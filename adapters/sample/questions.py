"""The questions that the answer key of a sample answers, as GraphQL: all that the model has, of a person or an entity.

An answer in ``expected.jsonl`` is what ``fragment`` of its kind selects.
"""

import json
from collections.abc import Mapping

from hub.catalog import EntityKind, Item, ItemType, Model, RecordType

Selection = Mapping[str, "Selection"]
"""The fields that a question asks for, each with what it asks for below."""

_NOTHING: Selection = {}
_CODED: Selection = {"code": _NOTHING, "name": _NOTHING}
_KIND: Selection = {"code": _NOTHING}
_SINCE: Selection = {"validFrom": _NOTHING}
_SOURCE: Selection = {"recordType": _NOTHING, **_SINCE}
_PROVENANCE: Selection = {
    "source": _SOURCE,
    "standing": _NOTHING,
    "absence": _NOTHING,
    "alternatives": {"agrees": _NOTHING, "source": {"recordType": _NOTHING}},
}
_POSITION: Selection = {"role": _NOTHING, "legalEntity": {"creditCode": _NOTHING, "name": _NOTHING}}
_PARTS: Mapping[ItemType, Selection] = {
    ItemType.CODED: _CODED,
    ItemType.ORGANIZATION: {"name": _NOTHING, "creditCode": _NOTHING, "legalEntity": {"name": _NOTHING}},
    ItemType.PERSON: {"name": _NOTHING, "idNumber": _NOTHING, "person": {"idNumber": _NOTHING, "name": _NOTHING}},
}


def selection(model: Model, kind: EntityKind) -> Selection:
    """What is asked of an entity of ``kind``: every merged item with its provenance, every record with every item."""
    merged = model.merged[kind].values()
    asked: dict[str, Selection] = {item.name: _CODED if item.type is ItemType.CODED else _NOTHING for item in merged}
    asked["provenance"] = {item.name: _PROVENANCE for item in merged if item.authority}
    asked |= {record.name: of_record(record) for record in model.records_of(kind)}
    return asked | ({"positions": _POSITION} if kind is EntityKind.NATURAL_PERSON else {})


def of_record(record: RecordType) -> Selection:
    """What is asked of a record: its items and its source."""
    return {item.name: of_item(item) for item in record.shown} | {"source": _SINCE}


def of_item(item: Item) -> Selection:
    """What is asked of an item: its parts, as far as its type has any."""
    if item.members:
        return {member.name: of_item(member) for member in item.members}
    if item.type is ItemType.SUBJECT:
        return {part: _KIND if item.part_type(part) is ItemType.CODED else _NOTHING for part in item.parts}
    return _PARTS.get(item.type, _NOTHING)


def fragment(model: Model, kind: EntityKind) -> str:
    """The question as a fragment, named after the type of its kind."""
    return f"fragment {kind.type_name}Fields on {kind.type_name} {_written(selection(model, kind))}"


def _written(fields: Selection) -> str:
    return "{ " + " ".join(f"{name} {_written(below)}" if below else name for name, below in fields.items()) + " }"


def pick(fields: Selection, value: object) -> object:
    """What a question for ``fields`` shows of ``value``; a field that ``value`` does not have is a fault of the key."""
    if not fields or value is None:
        return value
    if isinstance(value, list):
        return [pick(fields, member) for member in value]
    if not isinstance(value, dict):
        raise TypeError("the question asks for more than the key knows")
    return {name: pick(below, value[name]) if below else value[name] for name, below in fields.items()}


def canonical(answer: object) -> object:
    """``answer`` with every list in the order of its members' JSON: lists come in no promised order."""
    if isinstance(answer, Mapping):
        return {name: canonical(value) for name, value in answer.items()}
    if isinstance(answer, list):
        return sorted((canonical(value) for value in answer), key=lambda value: json.dumps(value, sort_keys=True))
    return answer
