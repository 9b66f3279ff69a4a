"""Rebuild all that stands with several processes at once, each of which is given a batch of entities at a time.

Takes a database that is up to date; gives how far it has come. What was gone through is kept, so that the same command
goes on where one was broken off. The processes share nothing but the database, and end with the one that started them.
"""

import asyncio
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import wait
from threading import Thread
from uuid import UUID

from hub.catalog import Model
from hub.clock import now
from hub.identifiers.entity_id import new_id
from hub.intake.batches import MOST_ENTITIES
from hub.intake.publish import Publisher
from hub.intake.rebuild import examine
from hub.settings import Settings
from hub.store import rebuilds
from hub.store.catalogs import Catalogs
from hub.store.pool import Database, open_pool
from hub.store.rebuilds import Rebuild

AHEAD = 2
"""Batches that wait for each process, so that none waits for its next one."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many entities a rebuild has gone through, of how many there are."""

    rebuild_id: UUID
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class _Batch:
    """Entities that a process has been given."""

    last: UUID
    size: int
    examined: "Future[None]"


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


async def rebuild(
    settings: Settings, database: Database, model: Model, *, repairs: bool, workers: int
) -> AsyncIterator[Progress]:
    """Go through all entities, from where a rebuild that was broken off has come to; gives how far, batch by batch."""
    task = await _task(database, repairs=repairs)
    async with database.connection() as connection:
        total = task.entities + await rebuilds.count_left(connection, task.reached)
    done = task.entities
    yield Progress(task.rebuild_id, done, total)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _begin, (settings, database.direct_url, model)) as pool:
        async for batch in _batches(database, pool, task, workers * AHEAD, repairs=repairs):
            await asyncio.wrap_future(batch.examined)
            async with database.connection() as connection:
                await rebuilds.reach(connection, task.rebuild_id, batch.last, batch.size)
            done += batch.size
            yield Progress(task.rebuild_id, done, max(done, total))
    async with database.connection() as connection:
        await rebuilds.finish(connection, task.rebuild_id)


async def _task(database: Database, *, repairs: bool) -> Rebuild:
    """The rebuild that was broken off, or a new one."""
    async with database.connection() as connection:
        broken_off = await rebuilds.unfinished(connection, repairs=repairs)
        return broken_off or await rebuilds.begin(connection, new_id(now()), repairs=repairs)


async def _batches(
    database: Database, pool: ProcessPoolExecutor, task: Rebuild, most: int, *, repairs: bool
) -> AsyncIterator[_Batch]:
    """Every batch in the order of its entities, while those that follow are being examined."""
    waiting: deque[_Batch] = deque()
    after: UUID | None = task.reached
    while after or waiting:
        while after and len(waiting) < most:
            async with database.connection() as connection:
                entity_ids = await rebuilds.entities(connection, after, MOST_ENTITIES)
            after = entity_ids[-1] if entity_ids else None
            if after:
                examined = pool.submit(_examine, task.rebuild_id, entity_ids, repairs)
                waiting.append(_Batch(after, len(entity_ids), examined))
        if waiting:
            yield waiting.popleft()


@dataclass(frozen=True)
class _Here:
    """What a process of the pool works with for as long as it lives."""

    runner: asyncio.Runner
    database: Database
    publisher: Publisher


_here: _Here


def _begin(settings: Settings, url: str, model: Model) -> None:
    """Make this process ready; it leaves Ctrl-C to the one that started it, and ends when that one does."""
    global _here  # noqa: PLW0603 - what a process of a pool begins with
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    runner = asyncio.Runner()
    _here = _Here(runner, runner.run(open_pool(settings, url)), Publisher(model, Catalogs(model)))


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        wait([parent.sentinel])
    os._exit(1)


def _examine(rebuild_id: UUID, entity_ids: list[UUID], repairs: bool) -> None:
    _here.runner.run(examine(_here.database, _here.publisher, rebuild_id, entity_ids, repairs=repairs))
