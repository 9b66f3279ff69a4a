"""What a register says about one record over time: statements, and which of them stand.

Pure: takes statements, gives verdicts; ``Moment`` is the two times of a question about them.
Never reads the clock or the database and never looks into a payload.
"""

from hub.timeline.copies import Conclusion, FullCopy, Successor
from hub.timeline.moment import END_OF_TIME, TICK, Moment, earliest, turned_at
from hub.timeline.statements import ABSENT, ENDS, Outcome, Statement, standing, verdict

__all__ = [
    "ABSENT",
    "ENDS",
    "END_OF_TIME",
    "TICK",
    "Conclusion",
    "FullCopy",
    "Moment",
    "Outcome",
    "Statement",
    "Successor",
    "earliest",
    "standing",
    "turned_at",
    "verdict",
]
