"""What the catalog says: every governed item with who decides it, in the version in force now or at a moment."""

from datetime import date
from typing import Annotated

import strawberry

from graphql_schema.as_of import GivenAsOf
from graphql_schema.enums import EntityKind, Need, ObjectionPolicy, SharingMode, SharingType, Standing
from graphql_schema.making import context_of
from hub.access import decide
from hub.catalog import Authority, Catalog, keepers, responsible
from hub.desk.catalog import CatalogOn, catalog_on

OfVersion = Annotated[
    int | None,
    strawberry.argument(description="A version of it, in place of a moment: see `catalogVersions`."),
]


@strawberry.type(description="A register that may decide an item, in its place in the order · 权威规则.")
class AuthorityRule:
    """A register that may decide an item."""

    source: str = strawberry.field(description="The item of a record that decides, as `draftCatalogChange` takes it.")
    register: str = strawberry.field(description="The register, by name.")
    department: str = strawberry.field(description="The department responsible for the record, by name.")
    standing: Standing = strawberry.field(description="With what right it decides.")
    basis: str = strawberry.field(description="The legal basis of the rule · 依据.")
    unless: list[str] = strawberry.field(
        description="Record types: it decides only for entities that have none of them."
    )
    since: date | None = strawberry.field(description="The day from which on it decides; null for ever.")


@strawberry.type(description="On which terms an item is shared · 共享条件.")
class SharingTerms:
    """On which terms an item is shared."""

    type: SharingType = strawberry.field(description="Who may have it.")
    modes: list[SharingMode] = strawberry.field(description="In which ways it may be used.")
    scope: list[str] = strawberry.field(description="The agencies that may have it; empty for all · 使用范围.")
    months: int | None = strawberry.field(
        description="How long a grant of it lasts; null for as long as the catalog says so · 共享期限."
    )
    masked: bool = strawberry.field(description="Whether it leaves with all but a few characters covered · 脱敏.")
    needs: list[Need] = strawberry.field(description="What it needs besides a grant.")
    objection: ObjectionPolicy = strawberry.field(description="What is done with it while it is disputed.")
    forbidden: list[str] = strawberry.field(description="The purposes for which it is not given · 禁止用途.")
    basis: str = strawberry.field(description="On what the terms rest · 依据.")


@strawberry.type(description="One governed item of an entity · 共享目录项.")
class CatalogItem:
    """One governed item."""

    entity: EntityKind = strawberry.field(description="The kind of entity.")
    item: str = strawberry.field(description="The item, as access decides on it.")
    sensitivity: str = strawberry.field(description="O organisation data, P personal, S sensitive personal.")
    department: str = strawberry.field(description="The department responsible for it, by name · 责任部门.")
    update_duty: str = strawberry.field(description="How soon that department must deliver what changed · 更新周期.")
    sharing: SharingTerms = strawberry.field(description="On which terms it is shared · 共享条件.")
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
        access = await desk.access(connection, context.viewer)
    given = {kind: decide(access, kind, asked.catalog.leaves[kind]).given for kind in EntityKind}
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
        department=responsible(asked.catalog, kind, leaf)[0],
        update_duty=asked.catalog.duty(_register(asked.catalog, kind, leaf)),
        sharing=_terms(asked.catalog, kind, leaf),
        deciders=_deciders(asked, kind, leaf),
        rules=[_rule(asked.catalog, rule) for rule in asked.catalog.rules(item)] if item else [],
        granted=granted,
        catalog_version=asked.catalog.number,
    )


def _register(catalog: Catalog, kind: EntityKind, leaf: str) -> str:
    """The register whose department is responsible for an item."""
    return catalog.model.records[keepers(catalog, kind, leaf)[0]].register


def _terms(catalog: Catalog, kind: EntityKind, leaf: str) -> SharingTerms:
    terms = catalog.sharing[kind][leaf]
    return SharingTerms(
        type=terms.type,
        modes=list(terms.modes),
        scope=list(terms.scope),
        months=terms.months,
        masked=terms.masked,
        needs=list(terms.needs),
        objection=terms.objection,
        forbidden=list(catalog.forbidden(kind, leaf)),
        basis=terms.basis,
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
