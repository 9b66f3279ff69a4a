"""Settle lines in quarantine that their source delivers anew, mended: they need nobody's attention any more.

A line is delivered anew by one that names it, as a mended export does, whatever becomes of that one; and by one that is
taken in about the same record, stated no earlier. Changes nothing but the status of what is open.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from hub.errors import UnknownLine
from hub.intake.check import Checked
from hub.intake.refusing import Refused
from hub.store.pool import Connection
from hub.store.quarantine import LineId, redelivered
from hub.vault.keys import BlindIndexKey


async def settle_redelivered(
    connection: Connection,
    index: BlindIndexKey,
    register: str,
    source_unit: str,
    submission_id: UUID,
    taken_in: Sequence[Checked],
    refused: Sequence[Refused],
) -> None:
    """Settle what the lines of a chunk of a submission deliver anew."""
    records = [
        (form, line.record.name, line.record_key, line.stated_at)
        for line in taken_in
        for key in line.identifiers
        for form in index.forms(line.lookups[key])
    ]
    named = _named((*(line.line.replaces for line in taken_in), *(line.replaces for line in refused)))
    if records or named:
        await redelivered(connection, register, source_unit, submission_id, records, named)


def _named(texts: Iterable[str | None]) -> set[LineId]:
    """The lines that are named; what names none is passed over."""
    found = set()
    for text in texts:
        try:
            found.add(LineId.named(text or ""))
        except UnknownLine:
            continue
    return found
