"""The sharing catalog as a table, one row for each item: what is published to the agencies (GZ-Detail Art. 30, 31).

Takes a version of the catalog; gives a table. Says nothing of who is granted what.
"""

from collections.abc import Iterator

from hub.catalog.contents import Model
from hub.catalog.dictionary.tables import AND, Row, Table
from hub.catalog.kinds import EntityKind
from hub.catalog.published import Catalog
from hub.catalog.responsible import keepers, responsible

_COLUMNS = (
    "kind",
    "item",
    "名称",
    "责任部门",
    "sensitivity",
    "共享类型 sharing type",
    "共享方式 modes",
    "使用范围 scope",
    "共享期限 months",
    "更新周期 update duty",
    "脱敏 masked",
    "另需 needs",
    "异议期间 while disputed",
    "禁止用途 forbidden purposes",
    "依据 basis",
)


def shared_items(catalog: Catalog) -> Table:
    """Every item with its terms, by kind of entity."""
    return Table("Sharing catalog", "共享目录", _COLUMNS, tuple(_rows(catalog)), grouped=True)


def _rows(catalog: Catalog) -> Iterator[Row]:
    model = catalog.model
    for kind in EntityKind:
        for leaf, terms in catalog.sharing[kind].items():
            department = model.departments[responsible(catalog, kind, leaf)[0]]
            yield (
                kind.type_name,
                leaf,
                title_of(model, kind, leaf),
                department.zh,
                catalog.leaves[kind][leaf],
                terms.type,
                AND.join(terms.modes),
                AND.join(terms.scope) or "all agencies",
                str(terms.months or "as long as published"),
                catalog.duty(model.records[keepers(catalog, kind, leaf)[0]].register),
                "masked" if terms.masked else "",
                AND.join(terms.needs),
                terms.objection,
                AND.join(catalog.forbidden(kind, leaf)),
                terms.basis,
            )


def title_of(model: Model, kind: EntityKind, leaf: str) -> str:
    """What an item is called in Chinese: that of a record after the record."""
    if named := model.merged[kind].get(leaf) or model.edges_of[kind].get(leaf):
        return named.zh
    record_type, name, *part = leaf.split(".")
    record = model.records[record_type]
    item = record.items[name]
    return "·".join((record.zh, item.zh, *(item.parts[one].zh for one in part)))
