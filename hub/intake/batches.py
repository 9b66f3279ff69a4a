"""Write to entities of which nobody has said anything new: batch by batch, each in a transaction of its own.

Takes ids of entities; gives a transaction that holds the locks that intake would take to write to them.
"""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from uuid import UUID

from hub.catalog import EntityKind, Model
from hub.intake.locks import Locks, locks_on
from hub.stewardship.bonds import bonds_of
from hub.store import writing
from hub.store.pool import Connection, Database

MOST_ENTITIES = 500
"""Entities per transaction, each of which takes a lock."""


@asynccontextmanager
async def writing_to(database: Database, model: Model, entity_ids: Collection[UUID]) -> AsyncIterator[Connection]:
    """A transaction in which nobody else writes to the entities, nor to what stands of them."""
    while True:
        async with database.connection() as connection:
            locks = await _locks(connection, model, entity_ids)
        async with database.transaction() as connection:
            await writing.lock(connection, locks.alone, locks.shared)
            if locks.cover(await _locks(connection, model, entity_ids)):
                yield connection
                return


async def _locks(connection: Connection, model: Model, entity_ids: Collection[UUID]) -> Locks:
    """The locks that publishing entities takes as things stand."""
    bonds = await bonds_of(connection, model, EntityKind, {*entity_ids})
    return locks_on((found.bytes for found in {*entity_ids, *bonds.contested}), (found.bytes for found in bonds.shared))
