"""Have PostgreSQL look again at the tables that a load has filled, so that the next questions are planned for them.

Takes the database; gives the names of the tables that were looked at, which only their owner may have done.
PostgreSQL does so by itself, but a minute or more later. Where the database is too busy it is left to that.
"""

import logging

from hub.errors import DatabaseBusy, DatabaseTooSlow
from hub.sql import queries
from hub.store.pool import Connection, Database, DirectConnection, connect_directly

_SQL = queries("statistics")
_log = logging.getLogger("hub.store")


async def outgrown(connection: "Connection | DirectConnection") -> list[str]:
    """The tables that have outgrown their statistics."""
    return [row["name"] for row in await connection.fetch(_SQL["outgrown"])]


async def refresh_statistics(database: Database) -> list[str]:
    """Analyse every table that has outgrown its statistics; one that somebody else analyses is left out."""
    analysed: list[str] = []
    try:
        async with connect_directly(database.direct_url) as connection:
            for name in await outgrown(connection):
                await connection.execute(f"analyze (skip_locked) {name}")
                analysed.append(name)
    except (DatabaseBusy, DatabaseTooSlow):
        _log.warning("statistics were left for the database to gather")
    return analysed
