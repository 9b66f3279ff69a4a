"""Take in a submission: from the first line to the last, chunk by chunk, resuming where an earlier attempt stopped.

Takes a ``Delivery`` and its lines as an iterator, so that any size fits in memory; gives a ``Summary``.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

import asyncpg
import msgspec

from hub import telemetry
from hub.catalog import Model
from hub.clock import now, shanghai_date
from hub.errors import DatabaseBusy, InvalidArgument, SubmissionConflict, SubmissionInProgress, UnknownRegister
from hub.identifiers.entity_id import new_id
from hub.intake.check import Checked, Checker
from hub.intake.chunk import MOST_LOCKS, Chunk, LocksOutgrown, Refused, Result, TooManyLocks, refuse
from hub.intake.delivery import CLOCK_TOLERANCE, BrokenLine, Line
from hub.intake.judging import judge
from hub.intake.measures import Measured, decoded, encoded, measure, together
from hub.intake.publish import Publisher
from hub.intake.rejection import Rejected
from hub.intake.snapshot import Snapshot
from hub.stewardship.working_days import WorkingDays
from hub.store.catalogs import Catalogs
from hub.store.copies import Scope
from hub.store.pool import Database
from hub.store.quality import Source
from hub.store.submissions import (
    Submission,
    advance_submission,
    finish_submission,
    open_submission,
    restart_submission,
)
from hub.vault.cipher import Vault

MOST_LINES = 2_000
"""Lines per chunk."""
MOST_REMOVED_SHARE = 0.1
"""The share of what stands that a full copy may end without being asked."""
ATTEMPTS = 10
Part = tuple[list[Checked], list[Refused]]
"""Lines of a submission that are written together: those that can be taken in, and those that cannot."""
_RETRIED = (LocksOutgrown, asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.UniqueViolationError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery by a source.

    ``idempotency_key`` and ``digest`` tell a repetition from another delivery; ``stated_at`` is when the source said
    it, to which the place of each line is added in microseconds. A ``reason`` is kept and shown with what it changes.
    ``department`` delivers, where that is not the one accountable for the register; ``file`` is the name of the file.

    A full copy names in ``copy_of`` the record type of which it holds all records of its unit: what it holds no longer
    has ended. Where that is more than is trusted, ``accepted_removals`` says how many may.
    """

    register: str
    source_unit: str
    idempotency_key: str
    digest: bytes
    stated_at: datetime
    sender: str
    reason: str | None = None
    department: str | None = None
    file: str | None = None
    copy_of: str | None = None
    accepted_removals: int | None = None

    @property
    def why(self) -> str | None:
        """The reason that is kept; of a full copy that gives none, what it is."""
        day = shanghai_date(self.stated_at).isoformat()
        of_copy = f"{day} 全量数据，其中不再有的记录自该日终止 · full copy of {day}: what it holds no longer has ended"
        return self.reason or (of_copy if self.copy_of else None)


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
    results: list[Result]
    resumed_after: int = 0
    measured: Measured = field(default_factory=dict)
    removed: int = 0

    def add(self, results: Sequence[Result], position: int, *, keep: bool) -> None:
        """Note the results of a chunk that ended at ``position``."""
        self.position = position
        self.counts.update(results_by_outcome(results))
        if keep:
            self.results.extend(results)


@dataclass(frozen=True)
class Intake:
    """The only writer of states, views, changes and identifiers."""

    database: Database
    model: Model
    vault: Vault
    calendar: WorkingDays = field(default_factory=WorkingDays)
    most_removed_share: float = MOST_REMOVED_SHARE
    tolerance: timedelta = CLOCK_TOLERANCE

    @cached_property
    def publisher(self) -> Publisher:
        """Publishes what is taken in."""
        return Publisher(self.model, Catalogs(self.model))

    async def open(self, delivery: Delivery) -> Submission:
        """Find or make the submission of ``delivery``; raise if its key was used for another one."""
        if delivery.register not in self.model.registers:
            raise UnknownRegister(register=delivery.register)
        if delivery.stated_at > now() + self.tolerance:
            raise InvalidArgument(name="stated on", problem="it is in the future")
        async with self.database.connection() as connection:
            submission = await open_submission(
                connection,
                submission_id=new_id(now()),
                register=delivery.register,
                source_unit=delivery.source_unit,
                idempotency_key=delivery.idempotency_key,
                digest=delivery.digest,
                stated_at=delivery.stated_at,
                sender=delivery.sender,
                reason=delivery.why,
                department=delivery.department,
                file=delivery.file,
                copy_of=delivery.copy_of,
            )
        if (submission.digest, submission.copy_of) != (delivery.digest, delivery.copy_of):
            raise SubmissionConflict
        return submission

    async def take_in(
        self,
        delivery: Delivery,
        lines: Callable[[int], Iterable[Line | BrokenLine]],
        *,
        keep_results: bool = False,
        on_results: Callable[[Sequence[Result]], None] = lambda results: None,
    ) -> Summary:
        """Take in the lines that ``lines(after)`` gives after a place; tell ``on_results`` what came of each chunk.

        A delivery that was taken in before is compared again line by line, unless its results were kept: then they
        are given again.
        """
        began = now()
        submission = await self.open(delivery)
        if submission.finished and submission.results is None:
            async with self.database.connection() as connection:
                await restart_submission(connection, submission.submission_id)
            submission = await self.open(delivery)
        summary = so_far(submission)
        if submission.finished:
            return summary
        checker = Checker(self.model, self.vault, delivery.register, self.tolerance)
        chunk = Chunk(
            vault=self.vault,
            publisher=self.publisher,
            register=delivery.register,
            source_unit=delivery.source_unit,
            submission_id=submission.submission_id,
            copy_of=delivery.copy_of,
        )
        for part in _chunks(checker, submission.stated_at, lines(summary.position)):
            async for results in self._write_parts(chunk, part, summary, keep=keep_results):
                telemetry.count_outcomes(delivery.register, results_by_outcome(results))
                on_results(results)
        if delivery.copy_of:
            summary.removed = await self._snapshot(delivery, submission, summary.position).settle()
        async with self.database.connection() as connection:
            await finish_submission(connection, submission.submission_id)
            if not keep_results:
                source = Source(delivery.register, delivery.source_unit)
                await judge(connection, source, submission.submission_id, summary.measured)
        telemetry.note_submission(delivery.register, now() - began, now() - submission.stated_at)
        return summary

    def _snapshot(self, delivery: Delivery, submission: Submission, lines: int) -> Snapshot:
        """The full copy that a delivery is, whose ``lines`` are in; what it leaves out is said after the last."""
        scope = Scope(
            submission_id=submission.submission_id,
            register=delivery.register,
            source_unit=delivery.source_unit,
            record_type=delivery.copy_of or "",
            day=shanghai_date(submission.stated_at),
            stated_at=submission.stated_at + timedelta(microseconds=lines + 1),
        )
        return Snapshot(self.database, self.publisher, scope, self.most_removed_share, delivery.accepted_removals)

    async def _write_parts(
        self, chunk: Chunk, part: Part, so_far: Summary, *, keep: bool
    ) -> AsyncIterator[list[Result]]:
        """Write the lines of one chunk, in halves where they need too many locks; note and give what came of each."""
        try:
            results = await self._write(chunk, *part, so_far, keep=keep)
        except TooManyLocks:
            for half in _halves(*part):
                async for results in self._write_parts(chunk, half, so_far, keep=keep):
                    yield results
        else:
            so_far.add(results, _reached(*part), keep=keep)
            yield results

    async def _write(
        self, chunk: Chunk, checked: Sequence[Checked], refused: Sequence[Refused], so_far: Summary, *, keep: bool
    ) -> list[Result]:
        """Write one chunk, again where another writer came between."""
        for attempt in range(ATTEMPTS):
            try:
                with telemetry.span("intake.chunk", register=chunk.register, lines=len(checked) + len(refused)):
                    return await self._attempt(chunk, checked, refused, so_far, keep=keep)
            except _RETRIED:
                await asyncio.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311
        raise DatabaseBusy

    async def _attempt(
        self, chunk: Chunk, checked: Sequence[Checked], refused: Sequence[Refused], so_far: Summary, *, keep: bool
    ) -> list[Result]:
        async with self.database.connection() as connection:
            keys = await chunk.locks(connection, checked)
        async with self.database.transaction() as connection:
            await chunk.lock(connection, checked, keys)
            results = await chunk.write(connection, checked, list(refused))
            measured = together(so_far.measured, measure(checked, refused, results, now(), self.calendar))
            moved = await advance_submission(
                connection,
                chunk.submission_id,
                since=so_far.position,
                position=_reached(checked, refused),
                counts=so_far.counts + results_by_outcome(results),
                measures=encoded(measured),
                results=msgspec.json.encode(results).decode() if keep else None,
            )
            if not moved:
                raise SubmissionInProgress(register=chunk.register)
        so_far.measured = measured
        return results


def results_by_outcome(results: Iterable[Result]) -> Counter[str]:
    """How many results have each outcome."""
    return Counter(str(result.outcome) for result in results)


def so_far(submission: Submission) -> Summary:
    """What came of a submission up to now."""
    results = msgspec.json.decode(submission.results or "[]", type=list[Result])
    position, measured = submission.position, decoded(submission.measures)
    return Summary(
        submission.submission_id,
        position,
        Counter(submission.counts),
        results,
        position,
        measured,
        submission.removed,
    )


def _reached(checked: Sequence[Checked], refused: Sequence[Refused]) -> int:
    """The place of the last line of a chunk."""
    return max([line.line.place for line in checked] + [line.place for line in refused])


def _chunks(checker: Checker, stated_at: datetime, lines: Iterable[Line | BrokenLine]) -> Iterator[Part]:
    """Check lines and gather them into chunks that stay below the limits of one transaction."""
    checked: list[Checked] = []
    refused: list[Refused] = []
    keys: set[object] = set()
    for line in lines:
        outcome = _checked(checker, line, stated_at)
        if isinstance(outcome, Refused):
            refused.append(outcome)
        else:
            checked.append(outcome)
            keys.update(outcome.keys)
        if len(keys) >= MOST_LOCKS - 20 or len(checked) + len(refused) >= MOST_LINES:
            yield checked, refused
            checked, refused, keys = [], [], set()
    if checked or refused:
        yield checked, refused


def _halves(checked: Sequence[Checked], refused: Sequence[Refused]) -> tuple[Part, Part]:
    """The lines before the middle one, and the others."""
    middle = checked[len(checked) // 2].line.place
    return (
        ([one for one in checked if one.line.place < middle], [one for one in refused if one.place < middle]),
        ([one for one in checked if one.line.place >= middle], [one for one in refused if one.place >= middle]),
    )


def _checked(checker: Checker, line: Line | BrokenLine, stated_at: datetime) -> Checked | Refused:
    if isinstance(line, BrokenLine):
        return Refused(line.place, "", line.reason, line.raw)
    try:
        return checker.check(line, line.stated_at or stated_at + timedelta(microseconds=line.place))
    except Rejected as rejected:
        return refuse(line, rejected.reason, checker.recognise(line))
