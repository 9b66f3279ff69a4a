"""Load a file with several processes at once, each of which takes a share of its lines.

Takes recognised files; gives reports, as ``adapters.loading`` does. The processes read the file each for itself and
share nothing but the database. They end with the one that started them, however it ends; what they have written
stays, and the same command goes on from there.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from multiprocessing.sharedctypes import SynchronizedArray
from multiprocessing.synchronize import Event
from threading import Thread

from adapters.loading import LoadReport, Notes, Progress, load, load_share, report, taking_in
from adapters.recognising import RecognisedFile
from adapters.transports import RowFile
from hub import telemetry
from hub.catalog import Model
from hub.collector import spare_collector
from hub.errors import LoaderLost
from hub.intake.attempt import LeftOff
from hub.intake.shares import Share
from hub.intake.submission import Intake
from hub.settings import Settings
from hub.stewardship.working_days import WorkingDays
from hub.store.pool import open_pool
from hub.vault.cipher import Vault
from hub.vault.key_file import open_key_file

WORTH_SHARING = 16 * 2**20
"""Bytes of a file below which starting processes takes longer than they save."""
MOST_WORKERS = 8
POLL_SECONDS = 0.1


class Stopped(LeftOff):
    """Another process was broken off."""


def workers_for(file: RecognisedFile) -> int:
    """How many processes should load a file where nobody says so."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_WORKERS) if file.file.size >= WORTH_SHARING else 1


@dataclass(frozen=True)
class Equipment:
    """What a process needs to take in lines."""

    settings: Settings
    url: str
    model: Model
    calendar: WorkingDays

    @asynccontextmanager
    async def intake(self) -> AsyncIterator[Intake]:
        """The intake of this process."""
        with telemetry.exporting(self.settings.otlp_endpoint):
            database = await open_pool(self.settings, self.url)
            try:
                vault = Vault.under(open_key_file(self.settings))
                yield Intake(database, self.model, vault, self.calendar)
            finally:
                await database.close()


async def load_shared(
    settings: Settings, intake: Intake, recognised: RecognisedFile, sender: str, workers: int, on_progress: Progress
) -> LoadReport:
    """Take in one file by so many processes, from where an attempt that was broken off left it."""
    delivery = recognised.delivery(sender)
    shares, before = await intake.share(delivery, workers) if workers > 1 else (0, 0)
    if not shares:
        return await load(intake, recognised, sender, on_progress)
    equipment = Equipment(settings, intake.database.direct_url, intake.model, intake.calendar)
    async with taking_in(intake, delivery, recognised.file):
        notes = await _take_shares(equipment, recognised, sender, workers, shares, on_progress)
        summary = replace(await intake.unite(delivery), resumed_after=before)
    return report(recognised, await intake.open(delivery), summary, notes)


async def _take_shares(
    equipment: Equipment, recognised: RecognisedFile, sender: str, workers: int, shares: int, on_progress: Progress
) -> list[Notes]:
    """Have so many processes take in the shares of a file; the first that fails stops the others after their chunk."""
    context = multiprocessing.get_context("spawn")
    stopped, reached = context.Event(), context.Array("q", shares)
    with ProcessPoolExecutor(workers, context, _begin, (equipment, stopped, reached)) as pool:
        taking = [pool.submit(_take, recognised, sender, Share(number, shares)) for number in range(shares)]
        try:
            while not all(share.done() for share in taking):
                await asyncio.sleep(POLL_SECONDS)
                recognised.file.position = min(reached[:])
                on_progress(recognised.file)
                _raise_first(taking)
        finally:
            stopped.set()
    return [share.result() for share in taking]


def _raise_first(taking: Iterable[Future[Notes]]) -> None:
    """Raise what has broken a share off, if anything has."""
    try:
        for share in taking:
            if share.done():
                share.result()
    except BrokenProcessPool:
        raise LoaderLost from None


@dataclass
class _Here:
    """What a process that takes in lines was given when it began."""

    equipment: Equipment
    stopped: Event
    reached: "SynchronizedArray[int]"


_here: _Here


def _begin(equipment: Equipment, stopped: Event, reached: "SynchronizedArray[int]") -> None:
    """Make this process ready; it leaves Ctrl-C to the one that started it, and ends when that one does."""
    global _here  # noqa: PLW0603 - what a process of a pool begins with
    _here = _Here(equipment, stopped, reached)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    spare_collector()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        wait([parent.sentinel])
    os._exit(1)


def _take(recognised: RecognisedFile, sender: str, share: Share) -> Notes:
    return asyncio.run(_taken(recognised, sender, share))


async def _taken(recognised: RecognisedFile, sender: str, share: Share) -> Notes:
    def note(file: RowFile) -> None:
        _here.reached[share.number] = file.position
        if _here.stopped.is_set():
            raise Stopped

    async with _here.equipment.intake() as intake:
        return await load_share(intake, recognised, sender, share, note)
