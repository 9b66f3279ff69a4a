"""Take in a submission: from the first line to the last, chunk by chunk, resuming where an earlier attempt stopped.

Takes a ``Delivery`` and its lines as an iterator, so that any size fits in memory; gives a ``Summary``.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property

import msgspec

from hub import telemetry
from hub.catalog import Model
from hub.clock import now, shanghai_date
from hub.errors import InvalidArgument, SubmissionConflict, UnknownRegister
from hub.identifiers.entity_id import new_id
from hub.intake.check import Checker
from hub.intake.chunk import Chunk, Result
from hub.intake.delivery import CLOCK_TOLERANCE, BrokenLine, Delivery, Line
from hub.intake.judging import judge
from hub.intake.measures import decoded, encoded, together
from hub.intake.publish import Publisher
from hub.intake.shares import Share
from hub.intake.snapshot import Snapshot
from hub.intake.taking import ATTEMPTS, Summary, Taking
from hub.stewardship.working_days import WorkingDays
from hub.store.catalogs import Catalogs
from hub.store.copies import Scope
from hub.store.pool import Connection, Database
from hub.store.quality import Source
from hub.store.submissions import (
    Submission,
    finish_submission,
    open_submission,
    restart_submission,
    share_submission,
    submission_shares,
    take_up_submission,
    unite_submission,
)
from hub.vault.cipher import Vault

__all__ = ["ATTEMPTS", "Delivery", "Intake", "Summary", "so_far"]
MOST_REMOVED_SHARE = 0.1
"""The share of what stands that a full copy may end without being asked."""
Lines = Callable[[int], Iterable[Line | BrokenLine]]
"""The lines of a delivery after a place."""
OnResults = Callable[[Sequence[Result]], None]


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

    async def open(self, delivery: Delivery, *, in_haste: bool = False) -> Submission:
        """Find or make the submission of ``delivery``; raise if its key was used for another one.

        A new one is durable, so that it may be told of; ``in_haste`` is for who writes more before telling anybody.
        """
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
                in_haste=in_haste,
            )
        if (submission.digest, submission.copy_of) != (delivery.digest, delivery.copy_of):
            raise SubmissionConflict
        return submission

    async def take_in(
        self,
        delivery: Delivery,
        lines: Lines,
        *,
        keep_results: bool = False,
        on_results: OnResults = lambda results: None,
    ) -> Summary:
        """Take in the lines that ``lines(after)`` gives after a place; tell ``on_results`` what came of each chunk.

        A delivery that was taken in before is compared again line by line, unless its results were kept: then they
        are given again. One that processes had begun to share is taken in share by share.
        """
        began = now()
        submission = await self._opened_anew(delivery)
        summary = so_far(submission)
        if submission.finished:
            return summary
        if submission.shares:
            for number in range(submission.shares):
                await self.take_share(delivery, lines, Share(number, submission.shares), on_results=on_results)
            return replace(await self.unite(delivery), resumed_after=submission.position)
        finishes = keep_results and not delivery.copy_of
        chunk = await self._chunk(delivery, submission)
        taking = Taking(self.database, self.calendar, chunk, summary, keeps_results=keep_results, finishes=finishes)
        checker = Checker(self.model, self.vault, delivery.register, self.tolerance)
        async for results in taking.take(checker, submission.stated_at, lines(summary.position)):
            on_results(results)
        if delivery.copy_of:
            summary.removed = await self._snapshot(delivery, submission, summary.position).settle()
        if not finishes:
            async with self.database.connection() as connection:
                await self._finish(connection, delivery, summary)
        telemetry.note_submission(delivery.register, now() - began, now() - submission.stated_at)
        return summary

    async def share(self, delivery: Delivery, most: int) -> tuple[int, int]:
        """Share a delivery among ``most`` processes, or as it was before; give its shares and how many lines are in.

        Then every share is to be taken in, and all are to be united. One that was begun as a whole has no shares.
        """
        submission = await self._opened_anew(delivery)
        async with self.database.transaction() as connection:
            return await share_submission(connection, submission.submission_id, most), submission.position

    async def take_share(
        self, delivery: Delivery, lines: Lines, share: Share, *, on_results: OnResults = lambda results: None
    ) -> None:
        """Take in the lines of one share, from where an attempt that was broken off left it."""
        submission = await self.open(delivery)
        async with self.database.connection() as connection:
            before = (await submission_shares(connection, submission.submission_id))[share.number]
        counts, measured = Counter(before.counts), decoded(before.measures)
        summary = Summary(submission.submission_id, before.position, counts, measured=measured)
        taking = Taking(
            self.database, self.calendar, await self._chunk(delivery, submission), summary, share=share.number
        )
        checker = Checker(self.model, self.vault, delivery.register, self.tolerance)
        own = share.of_lines(lines(summary.position), self.model.records)
        async for results in taking.take(checker, submission.stated_at, own):
            on_results(results)

    async def unite(self, delivery: Delivery) -> Summary:
        """Finish a delivery of which every share was taken in; gives what came of all of them.

        What a full copy leaves out ends while its shares are there still, so that this too is gone on with.
        """
        submission = await self.open(delivery)
        whole = Summary(submission.submission_id, 0, Counter())
        async with self.database.connection() as connection:
            for share in await submission_shares(connection, submission.submission_id):
                whole.position = max(whole.position, share.position)
                whole.counts.update(share.counts)
                whole.measured = together(whole.measured, decoded(share.measures))
        if delivery.copy_of:
            whole.removed = await self._snapshot(delivery, submission, whole.position).settle()
        async with self.database.transaction() as connection:
            measures = encoded(whole.measured)
            await unite_submission(connection, whole.submission_id, whole.position, whole.counts, measures)
            await self._finish(connection, delivery, whole)
        return whole

    async def _finish(self, connection: Connection, delivery: Delivery, summary: Summary) -> None:
        """Finish a submission whose lines are in, and report what is unusual about it."""
        await finish_submission(connection, summary.submission_id)
        source = Source(delivery.register, delivery.source_unit)
        await judge(connection, source, summary.submission_id, summary.measured)

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

    async def _opened_anew(self, delivery: Delivery) -> Submission:
        """The submission, taken up again if it had failed, begun anew if it was finished and its results not kept."""
        submission = await self.open(delivery, in_haste=True)
        if submission.has_failed:
            async with self.database.connection() as connection:
                await take_up_submission(connection, submission.submission_id)
        if submission.finished and submission.results is None:
            async with self.database.connection() as connection:
                await restart_submission(connection, submission.submission_id)
            submission = await self.open(delivery)
        return submission

    async def _chunk(self, delivery: Delivery, submission: Submission) -> Chunk:
        return Chunk(
            vault=self.vault,
            publisher=self.publisher,
            register=delivery.register,
            source_unit=delivery.source_unit,
            submission_id=submission.submission_id,
            most_locks=await self.database.most_locks(),
            copy_of=delivery.copy_of,
            is_awaited=submission.is_awaited,
        )


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
