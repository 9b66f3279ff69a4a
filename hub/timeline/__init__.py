"""What a register says about one record over time: statements, and which of them stand.

Pure: takes statements, gives verdicts; ``Moment`` is the two times of a question about them.
Never reads the clock or the database and never looks into a payload.
"""

from hub.timeline.moment import END_OF_TIME, TICK, Moment, earliest, turned_at
from hub.timeline.statements import Outcome, Statement, standing, verdict

__all__ = ["END_OF_TIME", "TICK", "Moment", "Outcome", "Statement", "earliest", "standing", "turned_at", "verdict"]
