"""Run sources on their schedules, and do what else has to happen regularly, until told to stop.

Takes the sources and who runs them; several workers on several machines share the work through the run log and the
claims of sources, and know nothing of each other. A worker that is killed leaves open runs behind, which others go on
with; one that is stopped ends its runs at the next chunk and leaves them so too.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.brake import Brake, BrokenOff
from adapters.running import Ended, Runner
from adapters.schedule import Schedule
from adapters.sources import Source
from adapters.turns import next_run
from hub.clock import now
from hub.errors import HubError
from hub.store import runs
from hub.store.runs import LatestRun

LOOK_SECONDS = 1.0
"""How often a worker looks whose turn it is."""
AGAIN = timedelta(minutes=1)
"""When a chore that failed is tried again."""

_log = logging.getLogger("hub.sources")


@dataclass(frozen=True)
class Chore:
    """Something that has to happen at the start and by a schedule; it may be run by several workers at once."""

    name: str
    times: Schedule
    work: Callable[[], Awaitable[None]]


@dataclass
class Worker:
    """One process's share of the work: at most ``settings.max_runs`` sources at the same time."""

    runner: Runner
    sources: Mapping[str, Source]
    chores: Sequence[Chore] = ()
    _brakes: dict[str, Brake] = field(default_factory=dict)
    _runs: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def work(self, stopped: asyncio.Event) -> None:
        """Work until ``stopped``; without the database, wait for it to come back."""
        since = now()
        tending = [asyncio.create_task(self._tend(chore)) for chore in self.chores]
        try:
            while not stopped.is_set():
                try:
                    await self._look(since)
                except HubError as error:
                    _log.warning("sources wait: %s", error.message)
                await self._wait(stopped)
        finally:
            for brake in self._brakes.values():
                brake.press(BrokenOff())
            for task in tending:
                task.cancel()
            await asyncio.gather(*tending, *self._runs.values(), return_exceptions=True)

    async def _look(self, since: datetime) -> None:
        """Begin the runs whose turn it is, the longest overdue first, as far as there is room."""
        for name in [name for name, task in self._runs.items() if task.done()]:
            self._runs.pop(name).result()
            del self._brakes[name]
        async with self.runner.intake.database.connection() as connection:
            latest = await runs.latest(connection, self.sources)
        present = next((run.present for run in latest.values()), now())
        turns = [
            (turn, name)
            for name, source in self.sources.items()
            if name not in self._runs and not (name in latest and latest[name].is_held)
            if (turn := next_run(source, latest.get(name), since)) and turn <= present
        ]
        for _, name in sorted(turns)[: self.runner.settings.max_runs - len(self._runs)]:
            self._brakes[name] = Brake()
            self._runs[name] = asyncio.create_task(self._run(self.sources[name], since, present))

    async def _run(self, source: Source, since: datetime, present: datetime) -> None:
        """Run a source whose turn it is, unless another worker was faster."""

        def is_due(latest: LatestRun | None) -> bool:
            turn = next_run(source, latest, since)
            return turn is not None and turn <= present

        running = self.runner.run(source, self._brakes[source.name], lambda file: None, is_due)
        match (await asyncio.gather(running, return_exceptions=True))[0]:
            case Ended() as ended:
                _tell(ended)
            case BrokenOff():
                _log.info("source %s: left open, to be gone on with", source.name)
            case BaseException() as fault:
                _log.warning("source %s: left open after a fault", source.name, exc_info=fault)

    async def _wait(self, stopped: asyncio.Event) -> None:
        """Wait until it is time to look again: a while has passed, a run has ended, or the worker is to stop."""
        stopping = asyncio.create_task(stopped.wait())
        await asyncio.wait({stopping, *self._runs.values()}, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()

    async def _tend(self, chore: Chore) -> None:
        """Do a chore now and whenever its time has come."""
        while True:
            began = now()
            (fault,) = await asyncio.gather(chore.work(), return_exceptions=True)
            if isinstance(fault, BaseException):
                _log.warning("%s: to be tried again", chore.name, exc_info=fault)
            pause = AGAIN if fault else chore.times.after(began, began) - now()
            await asyncio.sleep(max(0.0, pause.total_seconds()))


def _tell(ended: Ended) -> None:
    """Log how a run has ended."""
    run = ended.run
    told = (run.source, str(run.outcome).lower(), run.lines, run.run_id)
    if ended.problem is None:
        _log.info("source %s: %s, %d lines, run %s", *told)
    else:
        level = logging.ERROR if run.failing else logging.WARNING
        _log.log(level, "source %s: %s, %d lines, run %s: %s", *told, ended.problem.message)
