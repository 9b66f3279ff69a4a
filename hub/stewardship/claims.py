"""Find identifiers that two entities claim at once: each keeps its own key, and only one can be right.

Pure: takes views; gives what their records in force claim, and the discrepancies of those who claim the same. The one
that came first is found by the identifier; the discrepancy stands on both, whoever came first.
"""

from collections.abc import Iterator, Mapping

from hub.catalog import EntityKind, Item, ItemType, Model, RecordType
from hub.identifiers.crosswalk import implied
from hub.identifiers.schemes import SCHEMES, Identifier
from hub.merge import Record, View
from hub.stewardship.discrepancy import Discrepancy, name_of

CLAIM = "identifierClaimed"
"""The check that every identifier goes through: whether another entity claims it too."""


def claim_of(key: Identifier, identifier_id: object) -> str:
    """What a record shows that claims ``key``: the number, or for one of a person the id under which it is sealed."""
    return str(identifier_id) if SCHEMES[key.scheme].identity else f"{key.scheme}:{key.value}"


def claims(model: Model, kind: EntityKind, view: View) -> Mapping[str, set[Discrepancy]]:
    """What the records of a view claim, and for each what is found if somebody else claims it too."""
    found: dict[str, set[Discrepancy]] = {}
    for record_type, records in view.records.items():
        declared = model.records[record_type]
        for record in records:
            for item, claim in _claims(declared, record):
                about = model.governed(kind, f"{record_type}.{item.name}") or record_type
                discrepancy = Discrepancy(CLAIM, about, declared.department, (name_of(record.source),))
                found.setdefault(claim, set()).add(discrepancy)
    return found


def _claims(declared: RecordType, record: Record) -> Iterator[tuple[Item, str]]:
    for item in declared.item:
        value = record.values.get(item.name)
        if item.type is ItemType.SUBJECT and isinstance(value, dict):
            value = value.get("idNumber")
            if isinstance(value, str):
                yield item, value
        elif item.type is ItemType.IDENTIFIER and item.scheme and SCHEMES[item.scheme].finds and isinstance(value, str):
            key = Identifier(item.scheme, value)
            yield item, claim_of(key, value)
            yield from ((item, claim_of(inner, "")) for inner in implied([key]) if not SCHEMES[inner.scheme].identity)
