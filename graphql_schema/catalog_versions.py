"""The versions of the catalog as callers read them."""

from datetime import datetime

import strawberry

from graphql_schema.connections import After, Connection, First, page_of, page_size
from graphql_schema.enums import EntityKind, Topic
from graphql_schema.making import context_of, raw_info
from hub.catalog import Difference, in_words
from hub.desk.catalog import Published, changed_by, following, published_versions


@strawberry.type(description="One thing that a version of the catalog says otherwise than the one before · 目录变更.")
class CatalogChange:
    """One thing that a version says otherwise."""

    topic: Topic = strawberry.field(description="What it says something of.")
    entity: EntityKind | None = strawberry.field(description="The kind of entity; null for a register.")
    name: str = strawberry.field(description="The item, or the register.")
    before: list[str] = strawberry.field(description="What was said, a line for each rule; empty where nothing was.")
    after: list[str] = strawberry.field(description="What is said, a line for each rule; empty where nothing is.")


@strawberry.type(description="How far entities have come to follow a version of the catalog · 进度.")
class CatalogProgress:
    """How far entities have come to follow a version."""

    followers: int = strawberry.field(
        description="The entities that follow it, or a later one, as far as these concern them."
    )
    total: int = strawberry.field(description="All entities.")


@strawberry.type(description="A published version of the catalog · 目录版本.")
class CatalogVersion:
    """A published version of the catalog."""

    number: int = strawberry.field(description="Its number, as provenance and changes name it.")
    since: datetime = strawberry.field(description="Since when it is in force for what is written.")
    until: datetime | None = strawberry.field(description="Until when; null for the version in force.")
    published_by: str = strawberry.field(description="Who published it; `hub` for what followed from the model alone.")
    reason: str = strawberry.field(description="Why.")
    followed_since: datetime | None = strawberry.field(
        description="Since when all entities follow it, or a later one, as far as it concerns them; null while they "
        "are being merged anew."
    )

    @strawberry.field(description="What it says otherwise than the version before it.")  # type: ignore[untyped-decorator]
    async def changes(self, info: strawberry.Info) -> list[CatalogChange]:
        """What it says otherwise."""
        found = await changed_by(context_of(info).desk, self.number)
        context_of(info).spend(raw_info(info), len(found))
        return [change_of(difference) for difference in found]

    @strawberry.field(  # type: ignore[untyped-decorator]
        description="How far entities have come to follow it; null once all do."
    )
    async def progress(self, info: strawberry.Info) -> CatalogProgress | None:
        """How far entities have come."""
        if self.followed_since:
            return None
        found = await following(context_of(info).desk, self.number)
        return CatalogProgress(followers=found.followers, total=found.total)


async def catalog_versions(info: strawberry.Info, first: First = 20, after: After = None) -> Connection[CatalogVersion]:
    """The versions of the catalog, the one in force first."""
    context = context_of(info)
    found, more = await published_versions(context.desk, after, page_size(first))
    context.spend(raw_info(info), len(found))
    return page_of([(one.cursor, _version(one)) for one in found], after, more=more)


def _version(published: Published) -> CatalogVersion:
    """A version as callers see it."""
    return CatalogVersion(
        number=published.number,
        since=published.since,
        until=published.until,
        published_by=published.published_by,
        reason=published.reason,
        followed_since=published.followed_since,
    )


def change_of(difference: Difference) -> CatalogChange:
    """A difference as callers see it."""
    return CatalogChange(
        topic=difference.topic,
        entity=difference.kind,
        name=difference.name,
        before=in_words(difference.before),
        after=in_words(difference.after),
    )
