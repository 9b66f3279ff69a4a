"""Carry out orders: what the platform office or a department says that is to be done, with its reason.

Takes how an order is planned and how it is written; gives what came of it. An order is planned, the locks of its plan
are taken, and it is planned again: what other writers changed meanwhile may need other locks. Decides nothing itself.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from hub.catalog import EntityKind
from hub.errors import DatabaseBusy
from hub.identifiers.entity_id import new_id
from hub.intake.locks import Locks
from hub.intake.publish import Occasion
from hub.intake.submission import ATTEMPTS, Intake
from hub.store import writing
from hub.store.known_time import announce
from hub.store.links import write_order
from hub.store.pool import Connection, Database


@dataclass(frozen=True, slots=True)
class Order:
    """Who of the platform office orders what is done with an entity, and why."""

    kind: EntityKind
    entity_id: UUID
    reason: str
    sender: str


class Planned(Protocol):
    """What an order comes to as things stand."""

    @property
    def locks(self) -> Locks:
        """The locks that carrying it out takes."""


Plan = TypeVar("Plan", bound=Planned)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """What came of an order that was carried out before."""

    result: Result


async def carry_out(
    database: Database,
    plan: Callable[[Connection], Awaitable[Plan | Done[Result]]],
    write: Callable[[Connection, Plan, datetime], Awaitable[Result]],
) -> Result:
    """Write what is planned, under its locks and as known at the instant given, again where another came between."""
    for _ in range(ATTEMPTS):
        async with database.connection() as connection:
            planned = await plan(connection)
        if isinstance(planned, Done):
            return planned.result
        async with database.transaction() as connection:
            await writing.lock(connection, planned.locks.alone, planned.locks.shared)
            again = await plan(connection)
            if not isinstance(again, Done) and planned.locks.cover(again.locks):
                return await write(connection, again, await announce(connection))
    raise DatabaseBusy


async def begin(
    connection: Connection, intake: Intake, order: Order, ordered: str, kinds: Mapping[UUID, EntityKind], at: datetime
) -> tuple[Occasion, UUID]:
    """The occasion of an order about entities, and the submission of no register that it is kept as."""
    occasion = await intake.publisher.begin(connection, kinds, (), at)
    submission_id = new_id(at)
    await write_order(connection, submission_id, ordered, occasion.at, order.sender, order.reason)
    return occasion, submission_id
