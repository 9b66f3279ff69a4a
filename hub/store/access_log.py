"""Keep the entries of the access log: those of questions asked at the same time go in with one transaction.

Takes entries; says once each is durable. The entries of one process make one chain, whose head is here. Raises
``AccessLogUnavailable`` for entries that are not in: nobody may be answered without. Never waits for a connection that
requests hold.
"""

import logging
from asyncio import Future, Task, create_task, get_running_loop
from collections.abc import Sequence
from datetime import date, datetime

import asyncpg
from msgspec.structs import asdict

from hub.audit import Entry, Head, Kept, begin
from hub.audit.entry import kept_bytes
from hub.clock import now
from hub.errors import AccessLogUnavailable
from hub.identifiers.entity_id import new_id
from hub.sql import queries
from hub.store.pool import Connection, Database

MOST_AT_ONCE = 500
"""Entries that go in with one transaction."""
MONTHS_AHEAD = 3
_SQL = queries("audit")
_log = logging.getLogger("hub.audit")


class AccessLog:
    """The access log as one process writes it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._head = _begun()
        self._last_at = now()
        self._waiting: list[tuple[Entry, Future[None]]] = []
        self._writing: Task[None] | None = None

    async def keep(self, entry: Entry) -> None:
        """Return once ``entry`` is durable; raise ``AccessLogUnavailable`` where it is not."""
        kept = get_running_loop().create_future()
        self._waiting.append((entry, kept))
        if self._writing is None or self._writing.done():
            self._writing = create_task(self._write())
        await kept

    async def _write(self) -> None:
        """Write what waits, and what comes to wait meanwhile."""
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            problem = await self._written([entry for entry, _ in batch])
            for _, kept in batch:
                if kept.done():
                    continue  # who asked has gone
                if problem:
                    kept.set_exception(AccessLogUnavailable())
                else:
                    kept.set_result(None)

    async def _written(self, entries: Sequence[Entry]) -> Exception | None:
        """What kept these entries out of the log; None once they are durable."""
        try:
            await self._add(entries)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody is answered
            _log.error("the access log cannot be written: %s", type(error).__name__)
            return error
        return None

    async def _add(self, entries: Sequence[Entry]) -> None:
        """Add entries to the chain, all or none; where nobody can tell which, another chain begins."""
        texts, heads = self._linked(entries)
        async with self._database.reserved_connection() as connection:
            try:
                digests = [head.digest for head in heads]
                await connection.execute(_SQL["keep"], f"[{b','.join(texts).decode()}]", digests)
            except BaseException as error:
                if not _is_refusal(error):
                    self._head = _begun()
                raise
        self._head = heads[-1]

    def _linked(self, entries: Sequence[Entry]) -> tuple[list[bytes], list[Head]]:
        """The bytes of entries as they go on from the head, and the head after each."""
        self._last_at = at = max(now(), self._last_at)
        head, texts, heads = self._head, [], []
        for entry in entries:
            text = kept_bytes(_kept(entry, head, at))
            head = head.after(text)
            texts.append(text)
            heads.append(head)
        return texts, heads


def _begun() -> Head:
    """The head of a new chain."""
    return begin(new_id(now()))


def _kept(entry: Entry, head: Head, at: datetime) -> Kept:
    return Kept(**asdict(entry), writer=head.writer, position=head.count + 1, at=at)


def _is_refusal(error: BaseException) -> bool:
    """Whether the server said no, and so keeps nothing; when the connection broke, nobody knows."""
    return isinstance(error, asyncpg.PostgresError) and error.severity_en == "ERROR"


async def make_months(connection: Connection, day: date) -> int:
    """Make the partitions of the month of ``day`` and of those to come that are missing; gives how many."""
    made: int = await connection.fetchval(_SQL["make_months"], day, MONTHS_AHEAD)
    return made
