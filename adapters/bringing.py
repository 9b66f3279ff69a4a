"""Bring in what a source has: every file that waits in its folder, or every row that it gives when it is asked.

Takes a run that is going on; each delivery becomes a submission that the run has noted before anything of it is
written. A submission that this very run had gone through before it was broken off is not taken in again.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from adapters.brake import Brake, BrakedPull
from adapters.loading import LoadReport, Progress, load
from adapters.recognising import RecognisedFile, recognise
from adapters.sources import Mode, Source
from adapters.syncing import Destination, sync
from adapters.transports import RowFile
from adapters.transports.content import Limits
from adapters.transports.folder import DroppedFile, Folder, check_dated, waiting
from adapters.transports.pull import PullSource, open_pull
from hub.errors import HubError, Kind
from hub.intake.submission import Intake, so_far
from hub.settings import Settings
from hub.store import runs

_log = logging.getLogger("hub.sources")


def spools_in(settings: Settings) -> Path:
    """Where pulls keep what they have read until it is taken in."""
    return settings.data_path / "spools"


@dataclass
class Run:
    """A run that is going on, on behalf of ``sender``.

    ``brought`` are the submissions that it has gone through; ``failures`` say why single files could not be taken in.
    """

    run_id: UUID
    source: Source
    intake: Intake
    settings: Settings
    sender: str
    brake: Brake
    on_progress: Progress
    brought: set[UUID]
    failures: list[HubError] = field(default_factory=list)

    async def bring(self) -> None:
        """Bring in everything that the source has now."""
        transport = self.source.transport
        await (self._bring_files(transport) if isinstance(transport, Folder) else self._bring_rows(transport))

    async def _bring_files(self, folder: Folder) -> None:
        """Take in every file that waits; one that cannot be taken in keeps no other from it."""
        for file in await asyncio.to_thread(waiting, folder):
            self.brake.check()
            try:
                check_dated(folder, file)
                for recognised in await asyncio.to_thread(self._recognise, file):
                    await self._take_in(recognised)
            except HubError as error:
                if error.kind is not Kind.INCORRECT:
                    raise
                _log.warning("source %s: %s", self.source.name, error.message)
                self.failures.append(error)
                file.failed(f"{error.message} {error.hint}")
            else:
                if file.is_untouched:
                    file.done()

    async def _bring_rows(self, settings: PullSource) -> None:
        """Read what is new into a spool, take it in, and move the source's cursor."""
        await sync(
            self.intake,
            Destination(
                name=self.source.name,
                register=self.source.register,
                record=self.source.record,
                source_unit=self.source.unit,
                mapping=self.source.columns,
                is_copy=self.source.mode is Mode.SNAPSHOT,
            ),
            BrakedPull(open_pull(settings), self.brake),
            spools_in(self.settings),
            limits=Limits.of(self.settings),
            take_in=self._take_in,
        )

    def _recognise(self, file: DroppedFile) -> list[RecognisedFile]:
        """The delivery that a file is, or those that are packed in it."""
        return recognise(
            self.intake.model,
            self.source.register,
            [file.path],
            record=self.source.record,
            stated_on=file.stated_on,
            source_unit=self.source.unit,
            limits=Limits.of(self.settings),
            mapping=self.source.columns,
            layout=self.source.layout,
            is_copy=self.source.mode is Mode.SNAPSHOT,
        )

    async def _take_in(self, recognised: RecognisedFile) -> LoadReport:
        """Take in one delivery, unless this very run has done so already."""
        submission = await self.intake.open(recognised.delivery(self.sender))
        if submission.finished and submission.submission_id in self.brought:
            return LoadReport(recognised.file.name, recognised.record.name, so_far(submission))
        async with self.intake.database.connection() as connection:
            await runs.note_submission(connection, self.run_id, submission.submission_id)
        report = await load(self.intake, recognised, self.sender, self._go_on)
        async with self.intake.database.connection() as connection:
            await runs.note_newest(connection, self.run_id, report.newest_stated_at or submission.stated_at)
        self.brought.add(submission.submission_id)
        return report

    def _go_on(self, file: RowFile) -> None:
        """Between two chunks, tell how far it is, and stop where the brake is pressed."""
        self.on_progress(file)
        self.brake.check()
