"""Run one source once: take its claim, bring in what it has, and write down what came of it.

Takes a source; gives what came of it. One process at a time runs a source, whoever started it. A run that was broken
off, by a kill at any instant, is gone on with by whoever claims the source next.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from adapters.brake import Brake, BrokenOff, RunCancelled
from adapters.bringing import Run, spools_in
from adapters.loading import Progress
from adapters.sources import Source
from adapters.syncing import forget
from hub.clock import now
from hub.errors import HubError, RunKeepsBreaking, SourceBusy
from hub.identifiers.entity_id import new_id
from hub.intake.submission import Intake
from hub.settings import Settings
from hub.store import runs
from hub.store.pool import LOST, DirectConnection, connect_directly
from hub.store.runs import LatestRun, LoggedRun, RunOutcome
from hub.store.statistics import refresh_statistics

MOST_RESUMED = 100
"""How often a run may be broken off before it counts as failed: whatever it reads may be what kills the process."""
WATCH_SECONDS = 0.5
"""How often a run looks whether it is to end."""

_log = logging.getLogger("hub.sources")


@dataclass(frozen=True)
class Ended:
    """A run that has ended, as it stands in the log, and, where it failed, why."""

    run: LoggedRun
    problem: HubError | None = None


@dataclass(frozen=True)
class Runner:
    """Runs sources into one hub; ``name`` says on whose behalf."""

    intake: Intake
    settings: Settings
    name: str

    async def run(
        self,
        source: Source,
        brake: Brake,
        on_progress: Progress,
        is_due: Callable[[LatestRun | None], bool] = lambda latest: True,
    ) -> Ended | None:
        """Run a source, or go on with its run that was broken off.

        None where another process is at it, or where ``is_due``, asked once it cannot change any more, says no.
        Raises ``BrokenOff`` where the run is left open.
        """
        async with self._claimed(source, is_due) as session:
            if session is None:
                return None
            begun = await runs.begin(session, new_id(now()), source.name, source.register, self.name)
            run = Run(
                run_id=begun.run_id,
                source=source,
                intake=self.intake,
                settings=self.settings,
                sender=self.name,
                brake=brake,
                on_progress=on_progress,
                brought=set(begun.submission_ids),
            )
            if begun.resumed > MOST_RESUMED:
                return await self._end(run, RunKeepsBreaking(times=begun.resumed))
            watching = asyncio.create_task(_watch(session, run))
            try:
                return await self._end(run, await self._outcome(run))
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)

    async def reset(self, source: Source) -> bool:
        """Have the next run of a source begin at its beginning; False if it would anyway. Raise where one goes on."""
        async with self._claimed(source, lambda latest: True) as session:
            if session is None:
                raise SourceBusy(source=source.name)
            return await forget(self.intake, source.name, spools_in(self.settings))

    @asynccontextmanager
    async def _claimed(
        self, source: Source, is_due: Callable[[LatestRun | None], bool]
    ) -> "AsyncIterator[DirectConnection | None]":
        """A session that holds the source for as long as the block runs; None where it is not to be run."""
        async with connect_directly(self.intake.database.direct_url) as session:
            if not await runs.claim(session, source.name):
                yield None
                return
            latest = await runs.latest(session, [source.name])
            yield session if is_due(latest.get(source.name)) else None
            if not session.is_closed():
                await runs.release(session, source.name)

    async def _outcome(self, run: Run) -> HubError | RunOutcome:
        """Bring in what the source has; how that ended, or the error it ended with."""
        (ending,) = await asyncio.gather(run.bring(), return_exceptions=True)
        match ending:
            case None:
                return run.failures[0] if run.failures else RunOutcome.DONE
            case RunCancelled():
                return RunOutcome.CANCELLED
            case HubError():
                return ending
            case BrokenOff():
                raise ending
        _log.error("source %s: a fault of the hub's own", run.source.name, exc_info=ending)
        return HubError()

    async def _end(self, run: Run, outcome: HubError | RunOutcome) -> Ended | None:
        """Write down how the run ended."""
        problem = outcome if isinstance(outcome, HubError) else None
        ending = RunOutcome.FAILED if isinstance(outcome, HubError) else outcome
        code = problem.code if problem else None
        async with self.intake.database.connection() as connection:
            await runs.keep_up(connection, run.run_id)
            logged = await runs.finish(connection, run.run_id, ending, code, run.source.attempts)
        await refresh_statistics(self.intake.database)
        return Ended(logged, problem) if logged else None


async def _watch(session: DirectConnection, run: Run) -> None:
    """Keep the log up to date and press the brake where the run is to end, or where its claim is lost."""
    while True:
        try:
            cancelled = await runs.keep_up(session, run.run_id)
        except (*LOST, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            run.brake.press(BrokenOff())
            return
        if cancelled:
            run.brake.press(RunCancelled())
            return
        await asyncio.sleep(WATCH_SECONDS)
