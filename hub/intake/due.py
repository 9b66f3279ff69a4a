"""Publish the changes that valid time brings by itself: a state that was said in advance begins, another one ends.

Takes a day; merges anew every entity whose day has come, chunk by chunk, each in a transaction of its own. It may be
stopped anywhere and run again, by several at once, beside intake: what is published already is not published twice.
"""

from collections.abc import AsyncIterator
from datetime import date

from hub.catalog import Model
from hub.clock import shanghai_date
from hub.intake.batches import MOST_ENTITIES, writing_to
from hub.intake.publish import Publisher
from hub.store import writing
from hub.store.catalogs import Catalogs
from hub.store.known_time import announce
from hub.store.pool import Database


async def publish_due(database: Database, model: Model, until: date | None = None) -> AsyncIterator[int]:
    """Bring every view to ``until``, by default the database's day in Shanghai; gives the entities of each chunk."""
    publisher = Publisher(model, Catalogs(model))
    while True:
        async with database.connection() as connection:
            entity_ids = await writing.due_entities(connection, until, MOST_ENTITIES)
        if not entity_ids:
            return
        async with writing_to(database, model, entity_ids) as connection:
            at = await announce(connection)
            await publisher.mature(connection, entity_ids, until or shanghai_date(at))
        yield len(entity_ids)
