"""Take in what is uploaded: a small file before it is answered, a large one behind a durable promise.

Takes drafts and orders from whoever speaks HTTP; gives receipts. What was promised is taken in by a thread with a loop
and connections of its own, so that nobody who asks meanwhile is kept waiting; a hub that was killed finds it again when
it starts.
"""

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

import msgspec

from adapters.loading import LoadReport, load
from adapters.recognising import RecognisedFile, recognise
from adapters.spool import Spooled, left_behind, receiving
from adapters.transports import RowFile
from adapters.transports.content import Limits
from adapters.transports.fixed_width_file import layout_of
from hub.errors import HubError
from hub.intake.attempt import LeftOff, keep_failure, may_pass
from hub.intake.submission import Intake
from hub.intake.upload import Order, Receipt
from hub.settings import Settings
from hub.store.pool import open_pool
from hub.store.statistics import refresh_statistics

SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
_log = logging.getLogger("hub.uploads")


class Stopped(LeftOff):
    """The hub is being stopped; what is under way goes on when it starts again."""


@dataclass
class Uploading:
    """Where uploads go: the spool in ``root``, and an intake."""

    intake: Intake
    settings: Settings
    root: Path
    _promised: "asyncio.Queue[Spooled | None]" = field(default_factory=asyncio.Queue)
    _stopping: Event = field(default_factory=Event)

    @contextmanager
    def receiving(self) -> Iterator["Arriving"]:
        """A new draft; when the block is left, nothing stays of it but what was promised."""
        with receiving(self.root) as spooled:
            yield Arriving(self, spooled)

    @asynccontextmanager
    async def finishing(self) -> AsyncIterator[None]:
        """While the block runs, take in what was promised, by this process or by one that is no more."""
        self._stopping.clear()
        for left in await asyncio.to_thread(left_behind, self.root):
            self._promised.put_nowait(left)
        worker = asyncio.create_task(self._work())
        try:
            yield
        finally:
            self._stopping.set()
            self._promised.put_nowait(None)
            await worker

    async def _work(self) -> None:
        """Take in one upload after the other."""
        while (spooled := await self._promised.get()) is not None:
            await asyncio.to_thread(asyncio.run, self._finish(spooled))

    async def _finish(self, spooled: Spooled) -> None:
        """Take in one upload and remove it; one that cannot be taken in stays for the next start."""
        for pause in _pauses():
            if self._stopping.is_set():
                break
            try:
                await self._load(spooled)
            except Stopped:
                break
            except Exception as error:  # noqa: BLE001 - the uploads behind it are to be taken in all the same
                if not may_pass(error):
                    _tell(error)
                    await self._keep(error, spooled)
                    break
                self._stopping.wait(pause)
            else:
                spooled.remove()
                return
        spooled.release()

    async def _keep(self, error: Exception, spooled: Spooled) -> None:
        """Keep with every submission of an upload that is not in why it is not."""
        database = await open_pool(self.settings, self.intake.database.direct_url)
        try:
            for submission_id in spooled.order().submission_ids:
                await keep_failure(database, submission_id, error)
        finally:
            await database.close()

    async def _load(self, spooled: Spooled) -> None:
        """Take in every delivery of an upload; raise what keeps one out, once the others are in."""
        order, problems = spooled.order(), list[Exception]()
        database = await open_pool(self.settings, self.intake.database.direct_url)
        try:
            intake = replace(self.intake, database=database)
            for file in self.recognised(spooled, order):
                try:
                    await load(intake, file, order.sender, self._go_on)
                except LeftOff:
                    raise
                except Exception as error:  # noqa: BLE001 - the deliveries behind it are to be taken in all the same
                    problems.append(error)
            await refresh_statistics(database)
        finally:
            await database.close()
        if problems:
            raise max(problems, key=may_pass)

    def _go_on(self, file: RowFile) -> None:
        """Between two chunks: go on unless the hub is being stopped."""
        if self._stopping.is_set():
            raise Stopped

    def expect(self, spooled: Spooled) -> None:
        """Have what was promised taken in, when its turn comes."""
        self._promised.put_nowait(spooled)

    def recognised(self, spooled: Spooled, order: Order) -> list[RecognisedFile]:
        """The deliveries in an upload, under the key of the order where it has one."""
        files = recognise(
            self.intake.model,
            order.register,
            [spooled.path],
            record=order.record,
            stated_on=order.stated_on,
            stated_at=order.stated_at,
            source_unit=order.source_unit,
            limits=Limits.of(self.settings),
            reason=order.reason,
            is_copy=order.snapshot,
            accepted_removals=order.accepted_removals,
            layout=layout_of(order.layout, "the layout") if order.layout is not None else None,
        )
        files = [replace(file, department=order.department) for file in files]
        if order.key is None:
            return files
        keys = [order.key, *(f"{order.key}/{number}" for number in range(2, len(files) + 1))]
        return [replace(file, key=key) for file, key in zip(files, keys, strict=True)]


@dataclass(frozen=True)
class Arriving:
    """An upload that is coming in."""

    uploading: Uploading
    spooled: Spooled

    def write(self, piece: bytes) -> None:
        """Keep what has come."""
        self.spooled.write(piece)

    async def take(self, order: Order) -> list[Receipt]:
        """Take in what is small now; promise to take in what is large."""
        await asyncio.to_thread(_complete, self.spooled, order)
        files = await asyncio.to_thread(self.uploading.recognised, self.spooled, order)
        intake = self.uploading.intake
        submission_ids = [(await intake.open(file.delivery(order.sender))).submission_id for file in files]
        if sum(file.file.size for file in files) <= self.uploading.settings.upload_at_once:
            return [_receipt(await load(intake, file, order.sender, _pass_over)) for file in files]
        promised = msgspec.structs.replace(order, submission_ids=submission_ids)
        await asyncio.to_thread(self.spooled.promise, promised)
        self.uploading.expect(self.spooled)
        return [
            Receipt(submission_id=submission_id, record_type=file.record.name, finished=False)
            for submission_id, file in zip(submission_ids, files, strict=True)
        ]


def _complete(spooled: Spooled, order: Order) -> None:
    """Give the file a name that says its format; what is merely said to be packed is looked into."""
    spooled.complete(order.extension)
    if order.extension == ".gz":
        spooled.complete(_packed_format(spooled.path))


def _packed_format(path: Path) -> str:
    try:
        with gzip.open(path) as stream:
            head = stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    except (OSError, EOFError):
        head = b""
    formats = {b"{": ".jsonl", b"PK\x03\x04": ".xlsx"}
    return next((name for start, name in formats.items() if head.startswith(start)), ".csv") + ".gz"


def _receipt(report: LoadReport) -> Receipt:
    return Receipt(
        submission_id=report.summary.submission_id,
        record_type=report.record_type,
        finished=True,
        counts=dict(report.summary.counts),
        removed=report.summary.removed,
        unknown_columns=report.unknown_columns,
        remarks=report.remarks,
    )


def _pass_over(file: RowFile) -> None:
    """Show no progress."""


def _tell(error: Exception) -> None:
    """Log why an upload stays behind."""
    if isinstance(error, HubError):
        _log.error("an upload cannot be taken in: %s", error.message)
    else:
        _log.error("an upload cannot be taken in", exc_info=error)


def _pauses() -> Iterator[float]:
    pause = SHORTEST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, LONGEST_PAUSE)
