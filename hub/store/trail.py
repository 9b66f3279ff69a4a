"""Go through the whole access log and hold it against its anchors.

Takes a database, anchors and the public key; gives what was found and how much no anchor speaks for yet. Changes
nothing, and may run while others write.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.audit import Kept
from hub.audit.anchor import Anchor, anchor_in
from hub.audit.verification import Finding, Verification
from hub.sql import queries
from hub.store.anchors import Anchors
from hub.store.pool import Database

PAGE = 5_000
UNCHAINED = UUID(int=0)
"""The writer of what was kept before entries were chained."""
_SQL = queries("audit")


@dataclass(slots=True)
class Report:
    """What a verification found: ``unanchored`` entries are newer than the last anchor of their writer.

    The first of these may be as old as ``anchored_until``; all that is older is vouched for by an anchor.
    """

    entries: int = 0
    unchained: int = 0
    writers: int = 0
    unanchored: int = 0
    anchored_until: datetime | None = None
    findings: list[Finding] = field(default_factory=list)

    def note(self, done: Verification) -> None:
        """Add what was found of one writer."""
        self.findings += done.end()
        self.writers += 1
        self.entries += done.count
        self.unanchored += done.unanchored
        if done.unanchored and done.anchored:
            self.anchored_until = min(self.anchored_until or done.anchored.at, done.anchored.at)


async def verify(database: Database, anchors: Anchors, key: Ed25519PublicKey) -> Report:
    """What is wrong with the access log.

    Anchors are looked at as they were before the first entry is: of whatever an anchor names, the entry is there then.
    """
    report, sizes = Report(), anchors.sizes()
    current: Verification | None = None
    async for row in _rows(database):
        if row["writer"] == UNCHAINED:
            report.unchained += 1
            continue
        if current is None or current.writer != row["writer"]:
            if current:
                report.note(current)
            current = Verification(row["writer"], _anchors_of(anchors, row["writer"], sizes, key))
        current.add(_kept(row), row["digest"])
    if current:
        report.note(current)
    for writer in list(sizes):
        report.note(Verification(writer, _anchors_of(anchors, writer, sizes, key)))
    return report


async def _rows(database: Database) -> AsyncIterator[asyncpg.Record]:
    """Every entry, by writers and their positions."""
    writer, position = UUID(int=0), 0
    while True:
        async with database.connection() as connection:
            rows = await connection.fetch(_SQL["chain"], writer, position, PAGE)
        for row in rows:
            yield row
        if len(rows) < PAGE:
            return
        writer, position = rows[-1]["writer"], rows[-1]["position"]


def _anchors_of(
    anchors: Anchors, writer: UUID, sizes: dict[UUID, int], key: Ed25519PublicKey
) -> Iterator[Anchor | None]:
    """A writer's anchors, which are then done with; of one that began meanwhile only the first."""
    size = sizes.pop(writer, 1)
    return (anchor_in(line, key) for line in anchors.lines(writer, size))


def _kept(row: asyncpg.Record) -> Kept:
    """The entry in a row as it stands there, were it nothing that an entry can be."""
    return Kept(**{name: value for name, value in row.items() if name != "digest"})
