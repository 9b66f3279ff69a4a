"""The argument ``asOf`` of every question about entities, and the moment that an answer names.

Takes what the caller wrote; gives an ``AsOf`` of the desk. Decides nothing about times.
"""

from datetime import date, datetime
from typing import Annotated

import strawberry

from hub.clock import SHANGHAI
from hub.desk import Answer, AsOf
from hub.errors import InvalidArgument

EARLIEST = datetime(1900, 1, 1, tzinfo=SHANGHAI)


@strawberry.input(
    name="AsOf",
    description="The moment asked about: two times, of which a missing one follows from the other, or a version. "
    "It holds for everything below · 查询时点.",
)
class AsOfInput:
    """The moment asked about."""

    valid_on: date | None = strawberry.field(
        default=None, description="The day on which it holds in the world; the day of `knownAt` if not given · 有效日."
    )
    known_at: datetime | None = strawberry.field(
        default=None,
        description="The instant whose knowledge is asked for, in Shanghai where no offset says otherwise; the present "
        "if not given · 获知时刻.",
    )
    version: int | None = strawberry.field(
        default=None,
        description="A version of the one entity asked about, in place of both times: of the entity that a number "
        "leads to now, or that has the id given · 版本.",
    )

    def asked(self) -> AsOf:
        """What the desk is asked."""
        known_at = self.known_at
        if known_at is not None:
            known_at = known_at if known_at.tzinfo else known_at.replace(tzinfo=SHANGHAI)
            if known_at < EARLIEST:
                raise InvalidArgument(name="asOf.knownAt", problem="it is before 1900")
        return AsOf(self.valid_on, known_at, self.version)


@strawberry.type(name="Moment", description="The moment that an answer is about · 时点.")
class MomentOf:
    """The moment that an answer is about."""

    valid_on: date = strawberry.field(description="The day on which it holds in the world · 有效日.")
    known_at: datetime = strawberry.field(description="The instant whose knowledge it is answered from · 获知时刻.")


def moment_of(answer: Answer) -> MomentOf | None:
    """The moment of an answer, if it was settled."""
    moment = answer.moment
    return None if moment.is_open else MomentOf(valid_on=moment.valid_on, known_at=moment.known_at)


GivenAsOf = Annotated[
    AsOfInput | None, strawberry.argument(name="asOf", description="The moment asked about; now, if not given.")
]
