"""Known time: a writer announces from when on it writes, a reader waits until nothing can be added before its instant.

Takes a connection of a writer, or the database and an instant of a reader; gives instants of the database's clock.
What a reader sees at a settled instant never changes. Never reads the clock of this machine.
"""

import asyncio
from datetime import UTC, datetime

from hub.errors import KnownTimeInFuture, KnownTimeNotSettled
from hub.sql import queries
from hub.store.pool import Connection, Database
from hub.timeline import TICK

POLL_SECONDS = 0.02
_SQL = queries("known_time")


async def announce(connection: Connection) -> datetime:
    """The known time of what the transaction of ``connection`` is about to write; asked for once its locks are held."""
    at: datetime = await connection.fetchval(_SQL["announce"])
    return at


class KnownTime:
    """Which instants are settled, as one process knows; a reader must ask in a statement before the one that reads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._settled = datetime.min.replace(tzinfo=UTC)

    async def present(self) -> datetime:
        """The latest settled instant."""
        await self._look()
        return self._settled - TICK

    async def settle(self, known_at: datetime) -> None:
        """Wait until ``known_at`` is settled; raises where it lies in the future or a writer takes too long."""
        polls = int(self._database.settle_timeout / POLL_SECONDS)
        for pause in (0, *[POLL_SECONDS] * polls):
            if known_at < self._settled:
                return
            await asyncio.sleep(pause)
            if known_at >= await self._look():
                raise KnownTimeInFuture
        if known_at >= self._settled:
            raise KnownTimeNotSettled

    async def outlast(self) -> None:
        """Wait until all who write now have ended, however long they take."""
        now = await self._look()
        while self._settled < now:
            await asyncio.sleep(POLL_SECONDS)
            await self._look()

    async def _look(self) -> datetime:
        """Learn what is settled by now; gives the database's time."""
        async with self._database.connection() as connection:
            (row,) = await connection.fetch(_SQL["settled"])
        self._settled = max(self._settled, row["settled"])
        now: datetime = row["now"]
        return now
