"""The two times of a question: the day it is about, and the instant whose knowledge it is answered from."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
"""Known time at which everything written so far is known, a writing transaction's own rows included."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What holds on ``valid_on`` as the hub knew it at ``known_at``: both times of an ``asOf``."""

    valid_on: date
    known_at: datetime = END_OF_TIME

    @property
    def is_open(self) -> bool:
        """Whether it names no instant: it is answered from all that is known when it is read, and later from more."""
        return self.known_at == END_OF_TIME
