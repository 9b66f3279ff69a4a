"""Publish versions of the catalog: the first one from the model, the next ones by order of the office.

Takes what a version is to say and why; gives its number. A version is in force for what is written from then on; what
stands already follows as ``hub/intake/remerge.py`` comes to it.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from hub.catalog import Content, EntityKind, Model, content_of, overlaid
from hub.errors import CatalogChanged, InvalidArgument
from hub.redaction import redact
from hub.store import catalogs
from hub.store.catalogs import Catalogs
from hub.store.pool import Connection, Database

THE_HUB = "hub"
"""Who publishes what follows from the model without anybody's order."""


async def fill_catalog(database: Database, model: Model) -> int | None:
    """Publish the model where there is no catalog, else what only the model has; gives the number of what that made.

    What the model says otherwise than the catalog stays unsaid until the office publishes it.
    """
    async with database.connection() as connection:
        if not await catalogs.is_published(connection):
            return await catalogs.publish(connection, 0, content_of(model), THE_HUB, "as the model says")
        catalog = await Catalogs(model).in_force(connection)
        content = overlaid(catalog.content, content_of(model))
        if content == catalog.content:
            return None
        return await catalogs.publish(connection, catalog.number, content, THE_HUB, "the model has more items")


async def publish_catalog(connection: Connection, after: int, content: Content, by: str, reason: str) -> int:
    """Publish ``content`` as the version after ``after``; raises where that is not in force any more."""
    number = await catalogs.publish(connection, after, content, by, redact(reason))
    if number is None:
        raise CatalogChanged(version=after)
    return number


def reordered(content: Content, kind: EntityKind, item: str, order: Sequence[str]) -> Content:
    """``content`` with the rules over a merged item in the order of their sources; raises unless each is named once."""
    rules = content.authority[kind].get(item, ())
    if not rules:
        raise InvalidArgument(name="item", problem="it is no merged item that registers decide")
    if sorted(order) != sorted(rule.source for rule in rules):
        raise InvalidArgument(name="order", problem="it must name each source of the item's rules once")
    placed = tuple(sorted(rules, key=lambda rule: order.index(rule.source)))
    return replace(content, authority=content.authority | {kind: content.authority[kind] | {item: placed}})
