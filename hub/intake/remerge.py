"""Have the views that stand follow the catalog in force, after another version of it was published.

Goes through all entities in the order of their ids, batch by batch, and merges those anew that may differ, under the
locks that intake takes. How far it has come is kept: it may be stopped anywhere and run again, by several at once, as
others read and write. An entity follows the new version from the instant at which it was merged by it, be it here or
for what was said of it meanwhile; of what was known before that instant it is told by the old one for ever.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

import asyncpg

from hub.catalog import EntityKind, Model, concerned
from hub.intake.batches import MOST_ENTITIES, writing_to
from hub.intake.identify import Identified
from hub.intake.publish import Publisher
from hub.store import catalogs
from hub.store.catalogs import Catalogs, Task
from hub.store.known_time import KnownTime, announce
from hub.store.pool import Connection, Database

SCANNED = 10
"""Entities that are looked at for each that is merged anew at most."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many entities have been gone through since the start, of how many there were then."""

    done: int
    total: int


async def remerge(database: Database, model: Model, at_once: int = MOST_ENTITIES) -> AsyncIterator[Progress]:
    """Have every view follow the catalog in force, ``at_once`` a transaction; gives how far it has come, each time.

    A version that merges nothing differently is followed at once.
    """
    publisher = Publisher(model, Catalogs(model))
    before: Task | None = None
    total = done = 0
    while task := await _outstanding(database):
        if before is None or task.number != before.number:
            await KnownTime(database).outlast()  # writers that began before the publication may not know of it
            total = done + await _left(database, task)
        async with database.connection() as connection:
            record_types = await _concerned(publisher.catalogs, connection, task)
            rows = await catalogs.scan(connection, task, record_types, at_once * SCANNED) if record_types else []
            if not rows:
                await catalogs.finish(connection, task)
                continue
        rows = rows[: _reach(rows, at_once)]
        concerned_ids = {row["entity_id"] for row in rows if row["is_concerned"]}
        async with writing_to(database, model, concerned_ids) as connection:
            await _follow(connection, publisher, concerned_ids)
            await catalogs.reach(connection, task, rows[-1]["entity_id"])
        before, done = task, done + len(rows)
        yield Progress(min(done, total), total)


def _reach(rows: Sequence[asyncpg.Record], at_once: int) -> int:
    """How many of the first rows hold no more than ``at_once`` entities that are concerned."""
    places = [place for place, row in enumerate(rows) if row["is_concerned"]]
    return places[at_once] if len(places) > at_once else len(rows)


async def _follow(connection: Connection, publisher: Publisher, entity_ids: Collection[UUID]) -> None:
    """Merge by the catalog in force what stands of entities, once it is brought to the day by the one before."""
    kinds = {row["entity_id"]: EntityKind(row["kind"]) for row in await catalogs.standing(connection, entity_ids)}
    if kinds:
        at = await announce(connection)
        occasion = await publisher.begin(connection, kinds, (), at)
        await publisher.publish(connection, occasion, set(kinds), Identified(), None)


async def _outstanding(database: Database) -> Task | None:
    async with database.connection() as connection:
        return await catalogs.outstanding(connection)


async def _left(database: Database, task: Task) -> int:
    async with database.connection() as connection:
        return await catalogs.count_left(connection, task)


async def _concerned(published: Catalogs, connection: Connection, task: Task) -> set[str]:
    """The record types of entities that versions not followed everywhere merge differently."""
    contents = [(await published.at(connection, number)).content for number in range(task.followed, task.number + 1)]
    return set().union(*(concerned(*pair) for pair in pairwise(contents)))
