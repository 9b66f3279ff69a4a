"""Load files into a register: transport, columns and intake put together.

Takes paths; opens and recognises every one of them before anything is written, then takes them in one after another.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

import msgspec

from adapters.registers import ColumnMap, choose_record, refuse_strangers, refuse_twins
from adapters.transports import Row, RowFile
from adapters.transports.content import Limits
from adapters.transports.files import open_files
from adapters.transports.fixed_width_file import Layout
from hub.catalog import Model, RecordType
from hub.clock import SHANGHAI, now, shanghai_midnight
from hub.errors import FileNotOpened, HubError, InvalidArgument, UnreadableFile
from hub.intake.attempt import attempting
from hub.intake.chunk import Result
from hub.intake.delivery import EARLIEST, BrokenLine, Line, check_name, said
from hub.intake.scalars import embeds_id_number
from hub.intake.shares import Share
from hub.intake.submission import Delivery, Intake, Summary
from hub.redaction import redact
from hub.store.submissions import Submission, note_bytes

TELL_SECONDS = 1.0
Progress = Callable[[RowFile], None]


@dataclass(frozen=True)
class RecognisedFile:
    """A file whose record type is known, ready to be loaded.

    Its sender may have named the delivery by a ``key``. It was stated on a day, or more exactly ``stated_at``, where
    either is said. One that a ``run`` of a source wrote is that run's, whatever file was like it before.
    """

    register: str
    record: RecordType
    file: RowFile
    stated_on: date | None
    source_unit: str
    mapping: Mapping[str, str]
    key: str | None = None
    run: str | None = None
    stated_at: datetime | None = None
    reason: str | None = None
    is_copy: bool = False
    accepted_removals: int | None = None
    department: str | None = None

    def delivery(self, sender: str) -> Delivery:
        """The delivery that the file is; the same file said on the same day is the same delivery.

        Under a key of its sender's it is the same only if all that is said with it is the same too.
        """
        given = self.stated_at or self.stated_on
        said = given.isoformat() if given else ""
        file = f"{'copy' if self.is_copy else 'file'}:{self.file.digest.hex()}:{self.record.name}:{said}"
        stated_at = shanghai_midnight(self.stated_on) if self.stated_on else now()
        return Delivery(
            register=self.register,
            source_unit=self.source_unit,
            idempotency_key=self.key or (f"run:{self.run}" if self.run else file),
            digest=_digest(f"{file}:{self.reason or ''}") if self.key else self.file.digest,
            stated_at=self.stated_at or stated_at,
            sender=sender,
            file=self.file.name,
            reason=self.reason,
            department=self.department,
            copy_of=self.record.name if self.is_copy else None,
            accepted_removals=self.accepted_removals,
        )


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


def recognise(
    model: Model,
    register: str,
    paths: Sequence[Path],
    *,
    record: str | None,
    stated_on: date | None,
    source_unit: str,
    limits: Limits,
    stated_at: datetime | None = None,
    mapping: Mapping[str, str] = MappingProxyType({}),
    layout: Layout | None = None,
    reason: str | None = None,
    is_copy: bool = False,
    accepted_removals: int | None = None,
) -> list[RecognisedFile]:
    """Open every file and tell which record type it delivers; raises before anything is written.

    ``mapping`` says which item each column stands for, where a department's own titles do not say it;
    ``layout`` what lies where in a text of fixed width; ``reason`` why the files are sent. Where ``is_copy``, each file
    is a full copy of its record type, and ``accepted_removals`` records may end by it.
    """
    check_name("--unit", source_unit or "-")
    check_name("--reason", "-" if reason is None else reason)
    if stated_on:
        said("--stated-on", datetime.combine(stated_on, time()))
    stated_at = said("--stated-on", stated_at) if stated_at else None
    recognised = []
    for path in paths:
        _refuse_persons(path.name)
    for file in chain.from_iterable(open_files(path, limits, layout) for path in paths):
        _refuse_persons(file.name)
        titles = [mapping.get(title, title) for title in _titles(file)]
        chosen = choose_record(model, register, titles, file.name, record)
        refuse_twins(chosen, titles, file.name)
        refuse_strangers(chosen, [mapping[title] for title in _titles(file) if title in mapping], file.name)
        recognised.append(
            RecognisedFile(
                register,
                chosen,
                file,
                stated_on,
                source_unit,
                dict(mapping),
                stated_at=stated_at,
                reason=reason,
                is_copy=is_copy,
                accepted_removals=accepted_removals,
            )
        )
    if is_copy:
        _refuse_parts(recognised)
    return recognised


def _refuse_parts(copies: Sequence[RecognisedFile]) -> None:
    """Raise where two copies are of one record type: each would end what only the other holds."""
    for name, files in Counter(one.record.name for one in copies).items():
        if files > 1:
            raise InvalidArgument(name="--snapshot", problem=f"{files} files are of {name}; a full copy is one file")


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=32).digest()


def _refuse_persons(name: str) -> None:
    """Raise if the file is named after somebody's number, for names of files are kept and shown."""
    if embeds_id_number(name):
        raise UnreadableFile(file="The file", format="a delivery", problem="its name holds an ID number; rename it")


def read_mapping(path: Path) -> dict[str, str]:
    """A mapping of column titles to items: a TOML file of lines such as ``"证件号" = "idNumber"``."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=dict[str, str])
    except OSError as error:
        raise FileNotOpened(file=path.name, problem=error.strerror) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableFile(file=path.name, format="a mapping", problem=str(error)) from None


def _titles(file: RowFile) -> Sequence[str]:
    """The header; of a format without one, the names in its first good line."""
    if file.columns is not None:
        return file.columns
    first = next((row for row in file.rows() if isinstance(row, Row)), None)
    return tuple(first.cells) if first else ()


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
