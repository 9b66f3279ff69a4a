"""Judge a submission that is finished: open what is unusual about it.

Takes what its lines are worth; gives what was found, which holds figures and no value of anybody. Never refuses a line.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from hub.clock import now
from hub.identifiers.entity_id import new_id
from hub.intake.measures import Measured, decoded
from hub.stewardship.anomalies import Finding, Run, findings
from hub.store import quality
from hub.store.pool import Connection
from hub.store.quality import Source


async def judge(connection: Connection, source: Source, submission_id: UUID, measured: Measured) -> list[Finding]:
    """Open what is unusual about a submission, held against what its source delivered before; gives what is new.

    Submissions are alike that hold records of the type of which this one holds most.
    """
    if not measured:
        return []
    record_type = max(measured, key=lambda name: measured[name].lines)
    kept = await quality.habit(connection, source, record_type, submission_id)
    found = findings(run_of(measured), [run_of(decoded(text)) for text in kept])
    return await _open(connection, source, submission_id, found)


async def judge_singles(connection: Connection, since: datetime, but: str) -> list[Finding]:
    """Open what is unusual about the single calls of a day, under its first, as of a source that has no habits.

    Volume says nothing of them. Calls whose keys begin with ``but`` are no deliveries.
    """
    found: list[Finding] = []
    for row in await quality.singles(connection, since, but):
        day = Run(row["lines"], row["refused"], row["ahead"])
        source = Source(row["register"], row["source_unit"])
        found += await _open(connection, source, row["submission_id"], findings(day, ()))
    return found


async def _open(connection: Connection, source: Source, submission_id: UUID, found: Iterable[Finding]) -> list[Finding]:
    """Open what was found of a submission; gives what is new."""
    return [
        one
        for one in found
        if await quality.open_anomaly(connection, new_id(now()), source, submission_id, one.kind, one.found, one.usual)
    ]


def run_of(measured: Measured) -> Run:
    """A submission as one is held against others."""
    return Run(
        lines=sum(one.lines for one in measured.values()),
        refused=sum(sum(one.refused.values()) for one in measured.values()),
        ahead=max((one.ahead for one in measured.values()), default=0),
    )
