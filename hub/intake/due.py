"""Publish the changes that valid time brings by itself: a state that was said in advance begins, another one ends.

Takes a day; merges anew every entity whose day has come, chunk by chunk, each in a transaction of its own. It may be
stopped anywhere and run again, by several at once, beside intake: what is published already is not published twice.
"""

from collections.abc import AsyncIterator, Collection
from datetime import date
from uuid import UUID

from hub.catalog import EntityKind, Model
from hub.clock import shanghai_date
from hub.intake.locks import Locks, locks_on
from hub.intake.publish import Publisher
from hub.stewardship.bonds import bonds_of
from hub.store import writing
from hub.store.known_time import announce
from hub.store.pool import Connection, Database

MOST_ENTITIES = 500
"""Entities per transaction, each of which takes a lock."""


async def publish_due(database: Database, model: Model, until: date | None = None) -> AsyncIterator[int]:
    """Bring every view to ``until``, by default the database's day in Shanghai; gives the entities of each chunk."""
    publisher = Publisher(model)
    while True:
        async with database.connection() as connection:
            entity_ids = await writing.due_entities(connection, until, MOST_ENTITIES)
            locks = await _locks(connection, model, entity_ids)
        if not entity_ids:
            return
        async with database.transaction() as connection:
            await writing.lock(connection, locks.alone, locks.shared)
            if not locks.cover(await _locks(connection, model, entity_ids)):
                continue
            at = await announce(connection)
            await publisher.mature(connection, entity_ids, until or shanghai_date(at))
        yield len(entity_ids)


async def _locks(connection: Connection, model: Model, entity_ids: Collection[UUID]) -> Locks:
    """The locks that publishing entities takes as things stand."""
    bonds = await bonds_of(connection, model, EntityKind, {*entity_ids})
    return locks_on((found.bytes for found in {*entity_ids, *bonds.contested}), (found.bytes for found in bonds.shared))
