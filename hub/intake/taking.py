"""Take in the lines of a submission, or of a share of one: check them, and write them chunk by chunk.

Takes lines in order; gives what came of each. How far it has come is kept with every chunk, so that who comes after a
crash goes on from there.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from hub import telemetry
from hub.clock import now
from hub.errors import DatabaseBusy, SubmissionInProgress
from hub.intake.check import Checked, Checker
from hub.intake.chunk import Chunk, LocksOutgrown, Result
from hub.intake.delivery import BrokenLine, Line
from hub.intake.finding import TooManyLocks
from hub.intake.measures import Measured, encoded, measure, together
from hub.intake.refusing import Refused, refuse
from hub.intake.rejection import Rejected
from hub.stewardship.working_days import WorkingDays
from hub.store.pool import Database
from hub.store.submissions import advance_share, advance_submission, finish_submission

MOST_LINES = 1_000
"""Lines per chunk."""
ATTEMPTS = 10
_RETRIED = (LocksOutgrown, asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.UniqueViolationError)


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of a submission that are written together: those that can be taken in, and those that cannot.

    No line comes after one that ``is_last``; where the lines fill their chunks, none is.
    """

    checked: Sequence[Checked]
    refused: Sequence[Refused]
    is_last: bool = False

    @property
    def position(self) -> int:
        """The place of the last of them."""
        return max([line.line.place for line in self.checked] + [line.place for line in self.refused])

    def halves(self) -> "tuple[Piece, Piece]":
        """The lines before the middle one of those that can be taken in, and the others."""
        middle = self.checked[len(self.checked) // 2].line.place
        return (
            Piece(
                [one for one in self.checked if one.line.place < middle],
                [one for one in self.refused if one.place < middle],
            ),
            Piece(
                [one for one in self.checked if one.line.place >= middle],
                [one for one in self.refused if one.place >= middle],
                self.is_last,
            ),
        )


@dataclass(slots=True)
class Summary:
    """What came of a delivery so far.

    It has reached the line at ``position``; ``results`` has every line where results are kept. ``resumed_after`` is
    where an earlier attempt had broken off. ``measured`` is what its lines are worth; ``removed`` records have ended
    because a full copy leaves them out.
    """

    submission_id: UUID
    position: int
    counts: Counter[str]
    results: list[Result] = field(default_factory=list)
    resumed_after: int = 0
    measured: Measured = field(default_factory=dict)
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Taking:
    """One attempt at a submission, or at the ``share`` of it with a number; ``so_far`` grows with every chunk.

    Where it ``finishes`` nothing else hangs on the submission: it is complete together with its last line.
    """

    database: Database
    calendar: WorkingDays
    chunk: Chunk
    so_far: Summary
    keeps_results: bool = False
    share: int | None = None
    finishes: bool = False

    async def take(
        self, checker: Checker, stated_at: datetime, lines: Iterable[Line | BrokenLine]
    ) -> AsyncIterator[list[Result]]:
        """Take in ``lines``, said at ``stated_at`` unless they say otherwise; give what came of each chunk."""
        is_finished = False
        for piece in _pieces(checker, stated_at, lines):
            async for results in self._write_or_halve(piece):
                telemetry.count_outcomes(self.chunk.register, results_by_outcome(results))
                yield results
            is_finished = piece.is_last
        if self.finishes and not is_finished:
            async with self.database.connection() as connection:
                await finish_submission(connection, self.chunk.submission_id)

    async def _write_or_halve(self, piece: Piece) -> AsyncIterator[list[Result]]:
        """Write the lines of one chunk, in halves where they need too many locks."""
        try:
            yield await self._write(piece)
        except TooManyLocks:
            for half in piece.halves():
                async for results in self._write_or_halve(half):
                    yield results

    async def _write(self, piece: Piece) -> list[Result]:
        """Write one chunk, again where another writer came between."""
        for attempt in range(ATTEMPTS):
            try:
                lines = len(piece.checked) + len(piece.refused)
                with telemetry.span("intake.chunk", register=self.chunk.register, lines=lines):
                    return await self._attempt(piece)
            except _RETRIED:
                await asyncio.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311
        raise DatabaseBusy

    async def _attempt(self, piece: Piece) -> list[Result]:
        async with self.database.connection() as connection:
            outlook = await self.chunk.look(connection, piece.checked)
        async with self.database.transaction() as connection:
            results = await self.chunk.write(connection, outlook, list(piece.refused))
            counts = self.so_far.counts + results_by_outcome(results)
            worth = measure(piece.checked, piece.refused, results, now(), self.calendar)
            measured = together(self.so_far.measured, worth)
            how_far = (self.so_far.position, piece.position, counts, encoded(measured))
            submission_id = self.chunk.submission_id
            if self.share is not None:
                moved = await advance_share(connection, submission_id, self.share, *how_far, lines=len(results))
            else:
                kept = msgspec.json.encode(results).decode() if self.keeps_results else None
                moved = await advance_submission(connection, submission_id, *how_far, kept)
            if not moved:
                raise SubmissionInProgress(register=self.chunk.register)
            if self.finishes and piece.is_last:
                await finish_submission(connection, submission_id)
        self._note(results, piece.position, counts, measured)
        return results

    def _note(self, results: list[Result], position: int, counts: Counter[str], measured: Measured) -> None:
        self.so_far.position, self.so_far.counts, self.so_far.measured = position, counts, measured
        if self.keeps_results:
            self.so_far.results.extend(results)


def results_by_outcome(results: Iterable[Result]) -> Counter[str]:
    """How many results have each outcome."""
    return Counter(str(result.outcome) for result in results)


def _pieces(checker: Checker, stated_at: datetime, lines: Iterable[Line | BrokenLine]) -> Iterator[Piece]:
    """Check lines and gather them into chunks."""
    checked: list[Checked] = []
    refused: list[Refused] = []
    for line in lines:
        outcome = _checked(checker, line, stated_at)
        if isinstance(outcome, Refused):
            refused.append(outcome)
        else:
            checked.append(outcome)
        if len(checked) + len(refused) >= MOST_LINES:
            yield Piece(checked, refused)
            checked, refused = [], []
    if checked or refused:
        yield Piece(checked, refused, is_last=True)


def _checked(checker: Checker, line: Line | BrokenLine, stated_at: datetime) -> Checked | Refused:
    if isinstance(line, BrokenLine):
        return Refused(line.place, "", line.reason, line.raw)
    try:
        return checker.check(line, line.stated_at or stated_at + timedelta(microseconds=line.place))
    except Rejected as rejected:
        return refuse(line, rejected.reason, checker.recognise(line))
