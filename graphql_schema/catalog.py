"""What the catalog says: every governed item with who decides it, in the version in force now or at a moment."""

from datetime import date
from typing import Annotated

import strawberry

from graphql_schema.as_of import GivenAsOf
from graphql_schema.enums import EntityKind, Standing
from graphql_schema.making import context_of
from hub.access import decide
from hub.catalog import Authority, Catalog
from hub.desk.catalog import CatalogOn, catalog_on

OfVersion = Annotated[
    int | None,
    strawberry.argument(description="A version of it, in place of a moment: see `catalogVersions`."),
]


@strawberry.type(description="A register that may decide an item, in its place in the order · 权威规则.")
class AuthorityRule:
    """A register that may decide an item."""

    source: str = strawberry.field(description="The item of a record that decides, as `reorderAuthority` takes it.")
    register: str = strawberry.field(description="The register, by name.")
    department: str = strawberry.field(description="The department responsible for the record, by name.")
    standing: Standing = strawberry.field(description="With what right it decides.")
    basis: str = strawberry.field(description="The legal basis of the rule · 依据.")
    unless: list[str] = strawberry.field(
        description="Record types: it decides only for entities that have none of them."
    )
    since: date | None = strawberry.field(description="The day from which on it decides; null for ever.")


@strawberry.type(description="One governed item of an entity · 共享目录项.")
class CatalogItem:
    """One governed item."""

    entity: EntityKind = strawberry.field(description="The kind of entity.")
    item: str = strawberry.field(description="The item, as access decides on it.")
    sensitivity: str = strawberry.field(description="O organisation data, P personal, S sensitive personal.")
    deciders: list[str] = strawberry.field(description="The departments that may decide it on that day, in order.")
    rules: list[AuthorityRule] = strawberry.field(
        description="Of a merged item, the registers that may decide it, in order, whatever the day; else empty."
    )
    granted: bool = strawberry.field(description="Whether a grant of yours covers it now.")
    catalog_version: int = strawberry.field(description="The version of the catalog that says so · 目录版本.")


async def catalog(info: strawberry.Info, version: OfVersion = None, as_of: GivenAsOf = None) -> list[CatalogItem]:
    """Every governed item, and whether the caller is given it."""
    context = context_of(info)
    desk = context.desk
    asked = await catalog_on(desk, as_of.asked() if as_of else None, version)
    if asked is None:
        return []
    async with desk.database.connection() as connection:
        in_force = await desk.catalogs.lately(connection)
    given = {
        kind: decide(in_force, desk.grants, context.viewer, kind, asked.catalog.leaves[kind]).given
        for kind in EntityKind
    }
    return [
        _item(asked, kind, leaf, sensitivity, granted=leaf in given[kind])
        for kind in EntityKind
        for leaf, sensitivity in asked.catalog.leaves[kind].items()
    ]


def _item(asked: CatalogOn, kind: EntityKind, leaf: str, sensitivity: str, *, granted: bool) -> CatalogItem:
    item = asked.catalog.model.merged[kind].get(leaf)
    return CatalogItem(
        entity=kind,
        item=leaf,
        sensitivity=sensitivity,
        deciders=_deciders(asked, kind, leaf),
        rules=[_rule(asked.catalog, rule) for rule in asked.catalog.rules(item)] if item else [],
        granted=granted,
        catalog_version=asked.catalog.number,
    )


def _rule(catalog: Catalog, rule: Authority) -> AuthorityRule:
    record = catalog.model.records[rule.record_type]
    return AuthorityRule(
        source=rule.source,
        register=record.register,
        department=record.department,
        standing=rule.standing,
        basis=rule.basis,
        unless=list(rule.unless),
        since=rule.since,
    )


def _deciders(asked: CatalogOn, kind: EntityKind, leaf: str) -> list[str]:
    model = asked.catalog.model
    edge, item = model.edges_of[kind].get(leaf), asked.catalog.items(kind, asked.day).get(leaf)
    if item:
        records = [rule.record_type for rule in item.authority]
    else:
        records = [path.partition(".")[0] for path in (edge.ways if edge else (leaf,))]
    return list(dict.fromkeys(model.records[record].department for record in records))
