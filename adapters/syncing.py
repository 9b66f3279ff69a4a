"""Sync a source: read what it has that is new, take it in, and only then note how far that is.

Takes an intake, a source's name, its ``Pull`` and where its rows go; gives what came of them, or None where there were
none. A run that was broken off anywhere goes on: with the spool while it was being read, with its submission while it
was being taken in. A crash between that and the cursor has the same rows taken in again, which changes nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters import pulling
from adapters.loading import LoadReport
from adapters.pulling import Spool
from adapters.recognising import RecognisedFile, recognise
from adapters.transports import Pull
from adapters.transports.content import Limits
from hub.errors import SourceMoved
from hub.intake.submission import Intake
from hub.store.sources import forget_source, move_source, source_cursor

TakeIn = Callable[[RecognisedFile], Awaitable[LoadReport]]


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where the rows of the source ``name`` go: register, record type, unit, and which item each column stands for.

    Where ``is_copy``, what a run reads is a full copy.
    """

    name: str
    register: str
    record: str | None = None
    source_unit: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    is_copy: bool = False


async def sync(
    intake: Intake,
    source: Destination,
    pull: Pull,
    spools: Path,
    *,
    limits: Limits,
    take_in: TakeIn,
    on_page: Callable[[Spool], None] = lambda spool: None,
) -> LoadReport | None:
    """Read ``source`` from its cursor on, have what it gives taken in, and move its cursor."""
    path = _spool_of(source.name, spools)
    async with intake.database.connection() as connection:
        start = await source_cursor(connection, source.name)
    spool = await pulling.pull(pull, start, path, on_page)
    report = None
    if spool.rows:
        report = await take_in(_recognise(intake, source, path, spool, limits))
    async with intake.database.connection() as connection:
        submission_id = report.summary.submission_id if report else None
        moved = await move_source(connection, source.name, start, spool.next_start, submission_id)
    if not moved:
        raise SourceMoved(source=source.name)
    pulling.discard(path)
    return report


async def forget(intake: Intake, source: str, spools: Path) -> bool:
    """Have the next run of ``source`` begin at its beginning; False where it would have done so anyway."""
    pulling.discard(_spool_of(source, spools))
    async with intake.database.connection() as connection:
        return await forget_source(connection, source)


def _spool_of(source: str, spools: Path) -> Path:
    return spools / f"{source}.jsonl"


def _recognise(intake: Intake, source: Destination, path: Path, spool: Spool, limits: Limits) -> RecognisedFile:
    """The spool as a delivery of its own: said when its run began, whatever was delivered before."""
    (recognised,) = recognise(
        intake.model,
        source.register,
        [path],
        record=source.record,
        stated_on=None,
        source_unit=source.source_unit,
        limits=limits,
        mapping=source.mapping,
        is_copy=source.is_copy,
    )
    return replace(recognised, run=f"{source.name}:{spool.began_at.isoformat()}", stated_at=spool.began_at)
