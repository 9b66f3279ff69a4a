"""The two times of a question: the day it is about, and the instant whose knowledge it is answered from."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """What holds on ``valid_on`` as the hub knew it at ``known_at``: both times of an ``asOf``."""

    valid_on: date
    known_at: datetime
