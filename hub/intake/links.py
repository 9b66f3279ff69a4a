"""Say of two entities that they are one, and take it back: by order, with a reason.

Takes an order; gives the link. Nothing is moved: what was said of an entity stays said of it, and what stands of the
records of both is judged anew, as one history or as two. An order is kept as a submission of no register. Intake makes
the same links itself where one delivery names both keys; what an order has parted it joins no more.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.catalog import EntityKind
from hub.errors import InvalidArgument, LinkedAlready, NotLinked, UnknownEntity
from hub.intake.identify import Identified
from hub.intake.locks import Locks, locks_on
from hub.intake.numbers import give_back
from hub.intake.orders import Done, Order, begin, carry_out
from hub.intake.publish import Occasion
from hub.intake.recall import judge_anew
from hub.intake.submission import Intake
from hub.stewardship.bonds import Bonds, bonds_of
from hub.store import links, writing
from hub.store.pool import Connection

LINK, UNLINK = "link", "unlink"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of ``entity_id`` into ``into_id`` that was made or undone ``at`` an instant, and the order that did it."""

    entity_id: UUID
    into_id: UUID
    at: datetime
    submission_id: UUID


@dataclass(frozen=True, slots=True)
class _Plan:
    """What an order comes to as things stand: which entity is linked into which other, or parted from it."""

    entity_id: UUID
    into_id: UUID
    kind: EntityKind
    bonds: Bonds

    @property
    def kinds(self) -> Mapping[UUID, EntityKind]:
        """Both entities, with their kind."""
        return dict.fromkeys((self.entity_id, self.into_id), self.kind)

    @property
    def locks(self) -> Locks:
        """The locks that it takes: both entities, and what their discrepancies hang on."""
        alone = {*self.kinds, *self.bonds.contested}
        return locks_on((found.bytes for found in alone), (found.bytes for found in self.bonds.shared))


@dataclass(frozen=True, slots=True)
class _Writing:
    """An order that is being carried out: its plan, the occasion, and the submission it is kept as."""

    intake: Intake
    order: Order
    plan: _Plan
    occasion: Occasion
    submission_id: UUID


_Write = Callable[[Connection, _Writing], Awaitable[None]]


async def link(intake: Intake, order: Order, into: UUID) -> Link:
    """Let ``into``, or what stands for it, stand for the entity of ``order``; where it does already, give that link."""

    async def plan(connection: Connection) -> _Plan | Done[Link]:
        return await _linking(intake, connection, order, into)

    return await _carry_out(intake, order, LINK, plan, _link)


async def unlink(intake: Intake, order: Order) -> Link:
    """Let the entity of ``order`` stand for itself again, with all that was linked into it."""

    async def plan(connection: Connection) -> _Plan | Done[Link]:
        return await _parting(intake, connection, order)

    return await _carry_out(intake, order, UNLINK, plan, _unlink)


async def _carry_out(
    intake: Intake,
    order: Order,
    ordered: str,
    plan: Callable[[Connection], Awaitable[_Plan | Done[Link]]],
    write: _Write,
) -> Link:
    async def write_link(connection: Connection, planned: _Plan, at: datetime) -> Link:
        occasion, submission_id = await begin(connection, intake, order, ordered, planned.kinds, at)
        await write(connection, _Writing(intake, order, planned, occasion, submission_id))
        return Link(planned.entity_id, planned.into_id, occasion.at, submission_id)

    return await carry_out(intake.database, plan, write_link)


async def _linking(intake: Intake, connection: Connection, order: Order, into: UUID) -> _Plan | Done[Link]:
    """The entity and what stands for ``into``; the link, where there is one. Raises where the order makes no sense."""
    found = {row["asked_id"]: row for row in await writing.standing_for(connection, {order.entity_id, into})}
    for name, asked in (("entity", order.entity_id), ("into", into)):
        if asked not in found or found[order.entity_id]["kind"] != order.kind:
            raise UnknownEntity(name=name)
    entity, target = found[order.entity_id], found[into]
    if entity["kind"] != target["kind"]:
        raise InvalidArgument(name="into", problem="it is of the other kind of entity")
    if entity["entity_id"] != order.entity_id:
        if entity["entity_id"] != target["entity_id"]:
            raise LinkedAlready
        if standing := await links.standing_link(connection, order.entity_id):
            return Done(Link(order.entity_id, standing["into_id"], standing["linked_at"], standing["submission_id"]))
    if entity["entity_id"] == target["entity_id"]:
        raise InvalidArgument(name="into", problem="it is the entity itself, or linked into it")
    return await _plan(intake, connection, order.entity_id, target["entity_id"], EntityKind(entity["kind"]))


async def _parting(intake: Intake, connection: Connection, order: Order) -> _Plan:
    """The entity and what stands for it; raises where nothing else does."""
    found = await writing.standing_for(connection, {order.entity_id})
    if not found or found[0]["kind"] != order.kind:
        raise UnknownEntity(name="entity")
    (row,) = found
    if row["entity_id"] == order.entity_id:
        raise NotLinked
    return await _plan(intake, connection, order.entity_id, row["entity_id"], EntityKind(row["kind"]))


async def _plan(intake: Intake, connection: Connection, entity_id: UUID, into_id: UUID, kind: EntityKind) -> _Plan:
    bonds = await bonds_of(connection, intake.model, {kind}, {entity_id, into_id})
    return _Plan(entity_id, into_id, kind, bonds)


async def _link(connection: Connection, written: _Writing) -> None:
    plan, occasion, publisher = written.plan, written.occasion, written.intake.publisher
    links_made = {plan.entity_id: plan.into_id}
    await publisher.link(connection, links_made, written.order.reason, written.submission_id, occasion)
    touched = await judge_anew(connection, {plan.into_id}, occasion.known_at, written.submission_id)
    identified = Identified(joined=frozenset({plan.into_id}))
    await publisher.publish(connection, occasion, touched, identified, written.submission_id)


async def _unlink(connection: Connection, written: _Writing) -> None:
    plan, occasion, intake = written.plan, written.occasion, written.intake
    both = (plan.entity_id, plan.into_id)
    await links.unlink(connection, plan.entity_id, occasion.at, written.submission_id)
    gained = await give_back(connection, intake.vault, *both, occasion.at, written.submission_id)
    touched = await judge_anew(connection, both, occasion.known_at, written.submission_id)
    identified = Identified(
        joined=frozenset({plan.into_id}),
        parted=frozenset({plan.entity_id}),
        gained=frozenset(both if gained else ()),
    )
    await intake.publisher.publish(connection, occasion, touched, identified, written.submission_id)
