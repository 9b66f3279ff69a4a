"""Judge a submission that is finished: open what is unusual about it.

Takes what its lines are worth; gives what was found, which holds figures and no value of anybody. Never refuses a line.
"""

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
    found = list(findings(run_of(measured), [run_of(decoded(text)) for text in kept]))
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
