"""Publish versions of the catalog: the first ones from the model, the next ones as ``drafts.py`` brings them.

Takes what a version is to say and why; gives its number. A version is in force for what is written from then on; what
stands already follows as ``hub/intake/remerge.py`` comes to it.
"""

from hub.catalog import Content, Model, content_of, overlaid, removed
from hub.errors import CatalogChanged, CatalogInUse, RemovalNotApproved
from hub.redaction import redact
from hub.store import catalogs
from hub.store.catalogs import Catalogs
from hub.store.known_time import announce
from hub.store.pool import Connection, Database

SHOWN = 5
"""Items that an error names."""
THE_HUB = "hub"
"""Who publishes what follows from the model without anybody's order."""


async def fill_catalog(database: Database, model: Model) -> int | None:
    """Publish the model where there is no catalog, else what only the model has; gives the number of what that made.

    What the model says otherwise than the catalog stays unsaid until the office publishes it.
    """
    async with database.transaction() as connection:
        if not await catalogs.is_published(connection):
            return await _publish(connection, 0, content_of(model), THE_HUB, "as the model says")
        catalog = await Catalogs(model).in_force(connection)
        content = overlaid(catalog.content, content_of(model))
        if content == catalog.content:
            return None
        return await _publish(connection, catalog.number, content, THE_HUB, "the model has more items")


async def publish_model(database: Database, model: Model, by: str, reason: str, approval: str = "") -> int | None:
    """Publish what the model says otherwise than the catalog, by one hand; gives the version, if there is one.

    Raises ``CatalogInUse`` once anybody is known to the hub: from then on two officers publish.
    """
    async with database.transaction() as connection:
        if await catalogs.is_in_use(connection):
            raise CatalogInUse
        catalog = await Catalogs(model).in_force(connection)
        content = overlaid(content_of(model), catalog.content)
        if content == catalog.content:
            return None
        return await publish_within(connection, model, catalog.number, content, by, reason, approval)


async def publish_catalog(
    database: Database, model: Model, after: int, content: Content, by: str, reason: str, approval: str = ""
) -> int:
    """Publish ``content`` as the version after ``after``; raises where that is not in force any more.

    What takes an item out of sharing needs the ``approval`` of the government, which is kept with the reason.
    """
    async with database.transaction() as connection:
        return await publish_within(connection, model, after, content, by, reason, approval)


async def publish_within(
    connection: Connection, model: Model, after: int, content: Content, by: str, reason: str, approval: str = ""
) -> int:
    """The same within a transaction that publishes at its end, or nothing."""
    before = (await Catalogs(model).at(connection, after)).content
    if not approval.strip() and (items := removed(before, content)):
        raise RemovalNotApproved(items=", ".join(items[:SHOWN]))
    words = f"{reason} · approved by {approval}" if approval.strip() else reason
    number = await _publish(connection, after, content, by, redact(words))
    if number is None:
        raise CatalogChanged(version=after)
    return number


async def _publish(connection: Connection, after: int, content: Content, by: str, reason: str) -> int | None:
    """Publish a version from an announced instant on, so that what was in force at a settled one never changes."""
    return await catalogs.publish(connection, after, content, by, reason, await announce(connection))
