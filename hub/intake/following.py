"""Have what stands follow the catalog in a process that serves, whenever another version was published.

Takes a database; works until it is cancelled. One process at a time does the work: that whose session holds a lock,
which the database takes back from one that dies, so that another goes on where it had come to.
"""

import asyncio
import logging

from hub.catalog import Model
from hub.intake.remerge import remerge
from hub.store import catalogs
from hub.store.pool import Database, connect_directly

LOOK_SECONDS = 2.0
AT_ONCE = 50
"""Entities per transaction: few, for the process answers questions meanwhile."""
_log = logging.getLogger("hub.catalog")


async def follow_catalog(database: Database, model: Model) -> None:
    """Look every so often whether there is anything to follow, and do it; what fails is tried again."""
    while True:
        (fault,) = await asyncio.gather(_catch_up(database, model), return_exceptions=True)
        if fault:
            _log.warning("entities wait to follow the catalog", exc_info=fault)
        await asyncio.sleep(LOOK_SECONDS)


async def _catch_up(database: Database, model: Model) -> None:
    """Have everything follow the catalog in force, unless it does, or another process is at it."""
    async with database.connection() as connection:
        if await catalogs.outstanding(connection) is None:
            return
    async with connect_directly(database.direct_url) as session:
        if await catalogs.claim(session):
            async for _ in remerge(database, model, AT_ONCE):
                pass
