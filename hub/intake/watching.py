"""Watch what sources deliver, as a job that is run every hour or so: nothing unusual is missed, nothing left half done.

Takes the intake; gives what was found. Submissions are judged at their end already; this finds those whose loader was
killed before that. Never refuses a line.
"""

from collections import Counter
from datetime import timedelta

from hub import telemetry
from hub.clock import now, shanghai_midnight, today
from hub.intake import mending
from hub.intake.judging import judge, judge_singles
from hub.intake.measures import decoded
from hub.intake.submission import Intake
from hub.stewardship.anomalies import Finding
from hub.stewardship.expected import expectations
from hub.store import quality
from hub.store.pool import Connection
from hub.store.quality import Source

LOOKED_BACK = timedelta(days=3)
"""How far back the job looks for submissions that nobody has judged."""


async def watch(intake: Intake) -> list[Finding]:
    """Judge what was finished of late, count what stands open, and go on with what was broken off from quarantine."""
    await mending.resume(intake)
    found: list[Finding] = []
    async with intake.database.connection() as connection:
        for row in await quality.unwatched(connection, now() - LOOKED_BACK):
            source = Source(row["register"], row["source_unit"])
            found += await judge(connection, source, row["submission_id"], decoded(row["measures"]))
        found += await judge_singles(connection, shanghai_midnight(today() - LOOKED_BACK), mending.KEY_PREFIX)
        waiting = await _waiting(connection, intake)
    for register, counts in waiting.items():
        telemetry.note_standing(register, counts)
    return found


async def _waiting(connection: Connection, intake: Intake) -> dict[str, dict[str, int]]:
    """How much of each register waits to be dealt with, by the names that metrics have for it."""
    heard = await quality.heard(connection, None)
    late = Counter(one.register for one in expectations(intake.model, heard, intake.calendar, today()) if one.is_late)
    rows = {row["register"]: row for row in await quality.standing(connection)}
    return {
        register: {
            name: late[register] if name == "late" else int(rows[register][name]) if register in rows else 0
            for name in telemetry.STANDING
        }
        for register in intake.model.registers
    }
