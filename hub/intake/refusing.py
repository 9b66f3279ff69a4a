"""Refuse lines: keep them in quarantine, whole and sealed, with the reason.

Takes lines that cannot be taken in, inside intake's transaction. Never says why in a value of a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.intake.check import Recognised, is_sayable
from hub.intake.delivery import Line
from hub.intake.kept import keep
from hub.reasons import Reason, named
from hub.store import writing
from hub.store.pool import Connection
from hub.store.quarantine import LineId
from hub.vault.cipher import Vault


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is to be kept in quarantine, whole, and the record it is about where that can be told.

    What it says of itself goes with it: when it was stated, and the line in quarantine that it replaces.
    """

    place: int
    record_type: str
    reason: Reason
    raw: bytes
    record: Recognised | None = None
    stated_at: datetime | None = None
    replaces: str | None = None


def refuse(line: Line, why: Reason, record: Recognised | None = None) -> Refused:
    """The line, to be kept in quarantine for ``why``; ``record`` is what it is about."""
    return Refused(line.place, named(line.record_type), why, keep(line), record, line.stated_at, line.replaces)


async def write_quarantine(
    connection: Connection, vault: Vault, refused: Sequence[Refused], register: str, submission_id: UUID
) -> None:
    """Keep lines of a submission in quarantine."""
    rows = []
    for line in refused:
        key_id, sealed = vault.seal(line.raw, submission_id.bytes, LineId(submission_id, line.place).subject)
        why = line.reason
        rows.append(
            writing.QuarantineRow(
                line.place, line.record_type, why.code.name, why.column, why.zh, why.en, key_id, sealed
            )
        )
    if rows:
        await writing.write_quarantine(connection, rows, register, submission_id)
    recognised = [(line, line.record, key) for line in refused if line.record for key in line.record.identifiers]
    if recognised:
        about = [
            (line.place, vault.lookup(key.scheme, key.value), of.record_type, of.record_key, _sayable(line.stated_at))
            for line, of, key in recognised
        ]
        await writing.write_recognised(connection, vault.index, about, submission_id)


def _sayable(stated_at: datetime | None) -> datetime | None:
    """The time at which a line says that it was said, unless nothing can have been said then."""
    return stated_at if stated_at and is_sayable(stated_at) else None
