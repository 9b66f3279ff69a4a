"""Take refused lines in again, mended or as they are, and dismiss those that need it no more.

Takes lines that their department may settle; gives what came of them. What is taken in again is a submission of its
own, whose lines are written down before the first of them is taken in: broken off, it goes on where it stopped. The
line in quarantine stays as it came. Never asks who may do this (``hub/desk/quarantine.py`` does), never shows a line.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

import asyncpg

from hub.catalog import RecordType
from hub.clock import now
from hub.errors import LineSettled, SubmissionInProgress, UnknownRecordType, ValueShredded
from hub.identifiers.entity_id import new_id
from hub.intake.check import Checker
from hub.intake.chunk import Result
from hub.intake.kept import KeptLine, Mending, line_of, mended, read, written
from hub.intake.rejection import Rejected
from hub.intake.submission import Delivery, Intake, Summary
from hub.reasons import Reason, ReasonCode
from hub.store import quarantine
from hub.store.quarantine import TO_BE_SETTLED, DeliveredBy, LineId, LineStatus, RefusedLine, WantedLines
from hub.timeline import Outcome

KEY_PREFIX = "quarantine:"
"""What the idempotency keys of submissions from quarantine begin with."""
MOST_LINES = 2_000
"""Lines of one such submission."""
BROKEN_OFF = timedelta(minutes=10)
"""After which a submission that is not finished was broken off; a younger one may be somebody's at this moment."""


@dataclass(frozen=True, slots=True)
class Settling:
    """Who settles lines, and why in words."""

    by: str
    words: str | None


@dataclass(frozen=True, slots=True)
class Mended:
    """What came of a line that was mended: refused again, it is in quarantine as before and in no submission."""

    result: Result
    submission_id: UUID | None


@dataclass(slots=True)
class Retried:
    """What came of lines that were taken in again as they are, and why others would be refused still."""

    submission_ids: list[UUID] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    still: Counter[ReasonCode] = field(default_factory=Counter)


async def mend(
    intake: Intake, refused: RefusedLine, mending: Mending, record_type: str | None, settling: Settling
) -> Mended:
    """Take one line in again with what ``mending`` changes, and with ``record_type`` where none was known."""
    if refused.status not in TO_BE_SETTLED:
        raise LineSettled(id=refused.line_id)
    kept = (await _kept(intake, [refused.line_id])).get(refused.line_id)
    line = mended(kept, mending, _record(intake, refused, record_type))
    if why := _refusal(intake, refused, line):
        return Mended(Result(refused.line_id.place, Outcome.QUARANTINED, why), None)
    line_id = refused.line_id
    key_id, sealed = intake.vault.seal(written(line), line_id.submission_id.bytes, line_id.subject)
    if not sealed:
        raise ValueShredded
    delivery = _delivery([refused], settling)
    submission = await intake.open(delivery)
    async with intake.database.transaction() as connection:
        args = (LineStatus.MENDED, settling.by, settling.words, submission.submission_id)
        is_open = await quarantine.settle(connection, [line_id], *args)
        if is_open:
            await quarantine.mend(connection, line_id, key_id, sealed)
    summary = await _take_in(intake, delivery, submission.submission_id)
    if not is_open:
        raise LineSettled(id=line_id)
    return Mended(replace(summary.results[0], place=line_id.place), summary.submission_id)


async def retry(intake: Intake, wanted: WantedLines, by: DeliveredBy | None, settling: Settling, most: int) -> Retried:
    """Take in again those of up to ``most`` open lines that the present rules and code lists accept."""
    retried = Retried()
    after: LineId | None = None
    looked_at = 0
    while looked_at < most:
        async with intake.database.connection() as connection:
            limit = min(MOST_LINES, most - looked_at)
            page = await quarantine.page(connection, replace(wanted, status=LineStatus.OPEN), by, after, limit)
        if not page:
            break
        after, looked_at = page[-1].line_id, looked_at + len(page)
        accepted = await _accepted(intake, page, retried.still)
        for _, group in groupby(sorted(accepted, key=_sender), key=_sender):
            await _retry(intake, list(group), settling, retried)
    return retried


async def dismiss(intake: Intake, line_ids: Sequence[LineId], settling: Settling) -> set[LineId]:
    """Note that lines need not be taken in; gives those that nobody had settled."""
    async with intake.database.transaction() as connection:
        return await quarantine.settle(connection, line_ids, LineStatus.DISMISSED, settling.by, settling.words)


async def resume(intake: Intake, silent_for: timedelta = BROKEN_OFF) -> list[UUID]:
    """Finish what was begun that long ago and not finished; gives the submissions."""
    async with intake.database.connection() as connection:
        rows = await quarantine.broken_off(connection, KEY_PREFIX, silent_for)
    finished = []
    for row in rows:
        delivery = Delivery(**dict(row))
        submission = await intake.open(delivery)
        with suppress(SubmissionInProgress):
            finished.append((await _take_in(intake, delivery, submission.submission_id)).submission_id)
    return finished


async def _retry(intake: Intake, lines: Sequence[RefusedLine], settling: Settling, retried: Retried) -> None:
    """Take in lines of one sender as one submission."""
    delivery = _delivery(lines, settling)
    submission = await intake.open(delivery)
    in_order = sorted(lines, key=lambda line: (line.quarantined_at, line.line_id))
    async with intake.database.transaction() as connection:
        line_ids = [line.line_id for line in in_order]
        args = (LineStatus.RETRIED, settling.by, settling.words, submission.submission_id)
        await quarantine.settle(connection, line_ids, *args)
    summary = await _take_in(intake, delivery, submission.submission_id)
    retried.submission_ids.append(summary.submission_id)
    retried.outcomes.update(summary.counts)


async def _take_in(intake: Intake, delivery: Delivery, submission_id: UUID) -> Summary:
    """Take in what is written down for a submission."""
    async with intake.database.connection() as connection:
        rows = await quarantine.taken_again(connection, submission_id)
    lines = [
        line_of(kept, row["retried_place"], _stated(row["stated_at"], row["place"]))
        for row in rows
        if (kept := _opened(intake, row))
    ]
    return await intake.take_in(
        delivery, lambda after: (line for line in lines if line.place > after), keep_results=True
    )


async def _kept(intake: Intake, line_ids: Sequence[LineId]) -> dict[LineId, KeptLine | None]:
    """What was refused, as it came."""
    async with intake.database.connection() as connection:
        rows = await quarantine.sealed(connection, line_ids)
    return {LineId(row["submission_id"], row["place"]): _opened(intake, row) for row in rows}


def _opened(intake: Intake, row: asyncpg.Record) -> KeptLine | None:
    of = (row["submission_id"].bytes, LineId(row["submission_id"], row["place"]).subject)
    return read(intake.vault.open_if_kept(row["key_id"], row["line_encrypted"], *of) or b"")


async def _accepted(intake: Intake, lines: Sequence[RefusedLine], still: Counter[ReasonCode]) -> list[RefusedLine]:
    """Those of the lines that the present rules accept; counts in ``still`` why they refuse the others."""
    kept = await _kept(intake, [line.line_id for line in lines])
    accepted = []
    for line in lines:
        found = kept.get(line.line_id)
        why = _refusal(intake, line, found) if found else None
        if found and why is None:
            accepted.append(line)
        else:
            still[why.code if why else ReasonCode[line.reason]] += 1
    return accepted


def _refusal(intake: Intake, refused: RefusedLine, kept: KeptLine) -> Reason | None:
    """Why the present rules refuse a line, if they do."""
    stated_at = _stated(refused.stated_at, refused.line_id.place)
    line = line_of(kept, refused.line_id.place, stated_at)
    try:
        Checker(intake.model, intake.vault, refused.register, intake.tolerance).check(line, line.stated_at or stated_at)
    except Rejected as rejected:
        return rejected.reason
    return None


def _record(intake: Intake, refused: RefusedLine, record_type: str | None) -> RecordType:
    """The record type named, else the line's own, else the only one of its register."""
    of_register = {name: one for name, one in intake.model.records.items() if one.register == refused.register}
    known = record_type or (refused.record_type if refused.record_type in of_register else None)
    if known is None and len(of_register) == 1:
        (known,) = of_register
    if known not in of_register:
        raise UnknownRecordType(register=refused.register, record_type=known or "of the line; say which")
    return of_register[known]


def _stated(stated_at: datetime, place: int) -> datetime:
    """When a line was stated that does not say so."""
    return stated_at + timedelta(microseconds=place)


def _sender(line: RefusedLine) -> tuple[str, str, str]:
    return line.register, line.source_unit, line.department or ""


def _delivery(lines: Sequence[RefusedLine], settling: Settling) -> Delivery:
    """The delivery of lines of one sender."""
    key = new_id(now())
    return Delivery(
        register=lines[0].register,
        source_unit=lines[0].source_unit,
        idempotency_key=f"{KEY_PREFIX}{key}",
        digest=key.bytes,
        stated_at=now(),
        sender=settling.by,
        reason=settling.words,
        department=lines[0].department,
    )
