"""Load recognised files into a register: transport, columns and intake put together.

Takes files that were recognised; takes each in, from where an attempt that was broken off left it, and gives a report.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from adapters.recognising import RecognisedFile
from adapters.registers import ColumnMap
from adapters.transports import RowFile
from hub.clock import SHANGHAI, now
from hub.errors import HubError
from hub.intake.attempt import attempting
from hub.intake.chunk import Result
from hub.intake.delivery import EARLIEST, BrokenLine, Delivery, Line
from hub.intake.shares import Share
from hub.intake.submission import Intake, Summary
from hub.redaction import redact
from hub.store.submissions import Submission, note_bytes

TELL_SECONDS = 1.0
Progress = Callable[[RowFile], None]


@dataclass(frozen=True)
class LoadReport:
    """What came of a file; ``remarks`` tell what of it was not read."""

    name: str
    record_type: str
    summary: Summary
    unknown_columns: tuple[str, ...] = ()
    reasons: Counter[str] = field(default_factory=Counter)
    remarks: tuple[str, ...] = ()
    newest_stated_at: datetime | None = None
    """The latest time that a line itself says it was stated at, where one does."""


@dataclass
class Notes:
    """What is noted as a file is read: why lines are refused, titles that matched nothing, the latest time stated."""

    reasons: Counter[str] = field(default_factory=Counter)
    unknown: dict[str, None] = field(default_factory=dict)
    newest: datetime = EARLIEST


async def load(intake: Intake, recognised: RecognisedFile, sender: str, on_progress: Progress) -> LoadReport:
    """Take in one file, from where an attempt that was broken off left it.

    ``on_progress`` is called after each chunk; what it raises ends the load there.
    """
    reading, delivery = Reading(recognised, on_progress), recognised.delivery(sender)
    async with taking_in(intake, delivery, recognised.file):
        summary = await intake.take_in(delivery, reading.lines, on_results=reading.note)
    return report(recognised, await intake.open(delivery), summary, [reading.notes])


async def load_share(
    intake: Intake, recognised: RecognisedFile, sender: str, share: Share, on_progress: Progress
) -> Notes:
    """Take in one share of a file that processes share."""
    reading = Reading(recognised, on_progress)
    await intake.take_share(recognised.delivery(sender), reading.lines, share, on_results=reading.note)
    return reading.notes


class Reading:
    """The lines of a file, with notes on what was read and what came of it."""

    def __init__(self, recognised: RecognisedFile, on_progress: Progress) -> None:
        self.notes = Notes()
        self._file = recognised.file
        self._columns = ColumnMap(recognised.record, recognised.mapping, self.notes.unknown)
        self._on_progress = on_progress
        self._began = now()

    def lines(self, after: int) -> Iterator[Line | BrokenLine]:
        """The lines after a place."""
        for line in self._columns.lines(self._file.rows(after)):
            if isinstance(line, Line) and line.stated_at and self.notes.newest < line.stated_at <= self._began:
                self.notes.newest = line.stated_at
            yield line

    def note(self, results: Sequence[Result]) -> None:
        """Note what came of a chunk."""
        refused = (result.reason for result in results if result.reason)
        self.notes.reasons.update(f"{reason.zh} · {reason.en}" for reason in refused)
        self._on_progress(self._file)


def report(recognised: RecognisedFile, submission: Submission, summary: Summary, notes: Sequence[Notes]) -> LoadReport:
    """What came of a file, after the notes on each share of it."""
    reasons: Counter[str] = Counter()
    for one in notes:
        reasons.update(one.reasons)
    titles = dict.fromkeys(title for one in notes for title in one.unknown)
    newest = max(one.newest for one in notes)
    return LoadReport(
        recognised.file.name,
        recognised.record.name,
        summary,
        tuple(redact(title) for title in titles),  # without a header, its first line is somebody's
        reasons,
        (*recognised.file.remarks, *_remarks_on(recognised, submission)),
        newest if newest > EARLIEST else None,
    )


def _remarks_on(recognised: RecognisedFile, submission: Submission) -> Iterator[str]:
    """What somebody may not expect of a file that was delivered before."""
    if submission.is_overtaken and not (recognised.stated_at or recognised.stated_on):
        first = f"{submission.stated_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        yield (
            f"It was delivered before and counts as said at {first}: what its source has delivered since stands. If it "
            "is said anew, give the time: --stated-on 2025-01-31T09:30 (statedOn over HTTP)."
        )


@asynccontextmanager
async def taking_in(intake: Intake, delivery: Delivery, file: RowFile) -> AsyncIterator[None]:
    """An attempt at a delivery, of which others see how much of its file was read, and why it failed."""
    async with attempting(intake, delivery) as submission_id, _told_of(intake, submission_id, file):
        yield


@asynccontextmanager
async def _told_of(intake: Intake, submission_id: UUID, file: RowFile) -> AsyncIterator[None]:
    """Have others see, about once a second, how much of the file was read."""

    async def tell() -> None:
        with suppress(HubError):
            async with intake.database.connection() as connection:
                await note_bytes(connection, submission_id, size=file.size, read=min(file.position, file.size))

    async def keep_telling() -> None:
        while True:
            await tell()
            await asyncio.sleep(TELL_SECONDS)

    telling = asyncio.create_task(keep_telling())
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        await tell()
