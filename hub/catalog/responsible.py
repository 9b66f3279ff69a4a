"""Who keeps an item, and which departments are responsible for it (GZ-Rules Art. 14; GZ-Detail Art. 3).

Pure: takes a version of the catalog and an item; gives record types or departments, the first one before the others.
"""

from collections.abc import Iterable

from hub.catalog.contents import Model
from hub.catalog.kinds import EntityKind
from hub.catalog.merged_item import MergedItem
from hub.catalog.published import Catalog


def responsible(catalog: Catalog, kind: EntityKind, leaf: str) -> tuple[str, ...]:
    """The departments of the record types that keep an item."""
    return tuple(dict.fromkeys(catalog.model.records[name].department for name in keepers(catalog, kind, leaf)))


def keepers(catalog: Catalog, kind: EntityKind, leaf: str) -> tuple[str, ...]:
    """The record type that a leaf is of, or those that its edge goes by; of a merged item those that may decide it.

    A key of the entity is kept by those that bear it.
    """
    model = catalog.model
    item = model.merged[kind].get(leaf)
    names = _recording(model, kind, leaf) if item is None else _deciding(catalog, item)
    return tuple(dict.fromkeys(name for name in names if name in model.records))


def _recording(model: Model, kind: EntityKind, leaf: str) -> Iterable[str]:
    edge = model.edges_of[kind].get(leaf)
    return (path.partition(".")[0] for path in (edge.ways if edge else (leaf,)))


def _deciding(catalog: Catalog, item: MergedItem) -> Iterable[str]:
    if item.authority:
        return (rule.record_type for rule in catalog.rules(item))
    bearing = catalog.model.records_of(item.entity)
    return (record.name for record in bearing if any(held.scheme is item.scheme for held in record.item))
