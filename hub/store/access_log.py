"""Keep the entries of the access log: those of questions asked at the same time go in with one transaction.

Takes entries; says once each is durable. The entries of one process make one chain, whose head is here and is signed
time and again, for the first time before there is an entry. Raises ``AccessLogUnavailable`` for entries that are not
in, or whose chain cannot be anchored: nobody may be answered without. Never waits for a connection that requests hold.
"""

import logging
from asyncio import Event, Future, Task, create_task, get_running_loop, to_thread, wait_for
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import asdict

from hub.audit import Entry, Head, Kept, begin
from hub.audit.anchor import signed
from hub.audit.entry import kept_bytes
from hub.clock import now
from hub.errors import AccessLogUnavailable
from hub.identifiers.entity_id import new_id
from hub.sql import queries
from hub.store.anchors import Anchors
from hub.store.pool import Connection, Database

MOST_AT_ONCE = 500
"""Entries that go in with one transaction."""
MONTHS_AHEAD = 3
_SQL = queries("audit")
_log = logging.getLogger("hub.audit")


@dataclass(frozen=True, slots=True)
class Anchoring:
    """Where heads are anchored, signed by which key, and how long an entry may wait for it."""

    anchors: Anchors
    key: Ed25519PrivateKey
    interval: timedelta


class AccessLog:
    """The access log as one process writes it."""

    def __init__(self, database: Database, anchoring: Anchoring) -> None:
        self._database = database
        self._anchoring = anchoring
        self._head = _begun()
        self._anchored: Head | None = None
        self._anchored_at = self._last_at = now()
        self._waiting: list[tuple[Entry, Future[None]]] = []
        self._come = Event()
        self._working: Task[None] | None = None

    async def keep(self, entry: Entry) -> None:
        """Return once ``entry`` is durable; raise ``AccessLogUnavailable`` where it is not."""
        kept = get_running_loop().create_future()
        self._waiting.append((entry, kept))
        self._come.set()
        if self._working is None or self._working.done():
            self._working = create_task(self._work(), context=Context())  # it works for many, in nobody's trace
        await kept

    async def close(self) -> None:
        """Write what waits and anchor it."""
        self._anchoring = Anchoring(self._anchoring.anchors, self._anchoring.key, timedelta(0))
        self._come.set()
        if self._working:
            await self._working

    async def _work(self) -> None:
        """Write what waits and what comes to wait; end when nothing does and all is anchored, or cannot be."""
        while True:
            while self._waiting:
                await self._write()
            if self._anchored == self._head or not self._anchored:
                return
            self._come.clear()
            due_in = self._anchored_at + self._anchoring.interval - now()
            with suppress(TimeoutError):
                await wait_for(self._come.wait(), max(0.0, due_in.total_seconds()))
            if not self._waiting and await self._problem_of(()):
                return

    async def _write(self) -> None:
        """Write those who wait longest, as many as go in at once, and tell each."""
        batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
        problem = await self._problem_of([entry for entry, _ in batch])
        for _, kept in batch:
            if kept.done():
                continue  # who asked has gone
            if problem:
                kept.set_exception(AccessLogUnavailable())
            else:
                kept.set_result(None)

    async def _problem_of(self, entries: Sequence[Entry]) -> Exception | None:
        """What kept these entries out of the log, or the chain from being anchored; None where all is well."""
        try:
            await self._anchor_if_due()
            if entries:
                await self._add(entries)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody is answered
            _log.error("the access log cannot be written: %s", type(error).__name__)
            return error
        return None

    async def _anchor_if_due(self) -> None:
        """Anchor a chain that begins, or whose anchor is older than it may be."""
        at = now()
        if self._anchored == self._head or (self._anchored and at < self._anchored_at + self._anchoring.interval):
            return
        head = self._head
        await to_thread(self._anchoring.anchors.add, head.writer, signed(self._anchoring.key, head, at))
        self._anchored, self._anchored_at = head, at

    async def _add(self, entries: Sequence[Entry]) -> None:
        """Add entries to the chain, all or none; where nobody can tell which, another chain begins."""
        texts, heads = self._linked(entries)
        async with self._database.reserved_connection() as connection:
            try:
                digests = [head.digest for head in heads]
                await connection.execute(_SQL["keep"], f"[{b','.join(texts).decode()}]", digests)
            except BaseException as error:
                if not _is_refusal(error):
                    self._head, self._anchored = _begun(), None
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


@asynccontextmanager
async def writing_log(database: Database, anchoring: Anchoring) -> AsyncIterator[AccessLog]:
    """The access log, as long as the block runs; all that was added is anchored at its end."""
    log = AccessLog(database, anchoring)
    try:
        yield log
    finally:
        await log.close()


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
