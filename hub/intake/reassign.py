"""Lead a number to the entity it belongs to, where it was given to another one by mistake.

Takes an order of a department whose register bears such numbers; gives the entity that the number leads to now. What
was said of the wrong entity stays said of it, and so does that it once bore the number. Kept as a submission.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.catalog import EntityKind, ItemType, Model
from hub.clock import now
from hub.errors import InvalidArgument, UnknownIdentifier
from hub.identifiers.entity_id import new_id
from hub.identifiers.schemes import Identifier
from hub.intake.identify import Identified, Known
from hub.intake.identities import known_among
from hub.intake.locks import Locks, locks_on
from hub.intake.numbers import give, with_embedded
from hub.intake.orders import carry_out
from hub.intake.submission import Delivery, Intake
from hub.redaction import redact
from hub.stewardship.bonds import Bonds, bonds_of
from hub.store import writing
from hub.store.pool import Connection
from hub.store.submissions import advance_submission, finish_submission
from hub.timeline import Outcome

SOURCE_UNIT = "reassignment"
"""Under which reassignments are kept among the submissions of a register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassignment:
    """An order: ``key`` belongs to the entity ``to``, or to one not known yet; its holder's own number is ``own``."""

    register: str
    key: Identifier
    to: UUID | None
    own: Identifier | None
    reason: str
    idempotency_key: str
    sender: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """What an order comes to as things stand: which keys move from whom to whom, which the holder gains.

    ``standing`` is the entity that stands for ``to``.
    """

    holder: Known
    to: UUID | None
    standing: UUID | None
    kinds: Mapping[UUID, EntityKind]
    moved: tuple[Identifier, ...]
    gained: tuple[Identifier, ...]
    lookups: Mapping[Identifier, bytes]
    bonds: Bonds

    @property
    def locks(self) -> Locks:
        """The locks that it takes: both entities and every key, and what their discrepancies hang on."""
        entities = {self.holder.canonical_id, *([self.standing] if self.standing else ()), *self.bonds.contested}
        alone = {*(entity.bytes for entity in entities), *self.lookups.values()}
        return locks_on(alone, (entity.bytes for entity in self.bonds.shared))


def bears(model: Model, register: str, key: Identifier) -> bool:
    """Whether the records of ``register`` bear numbers of the key's scheme as their own."""
    records = (record for record in model.records.values() if record.register == register)
    return any(item.type is ItemType.IDENTIFIER and item.scheme is key.scheme for one in records for item in one.item)


async def reassign(intake: Intake, order: Reassignment) -> UUID:
    """Carry out ``order``, once however often it is sent; gives its submission's id."""
    if not bears(intake.model, order.register, order.key):
        raise InvalidArgument(name="scheme", problem=f"{order.register} bears no such numbers")
    submission = await intake.open(_delivery(intake, order))
    if submission.finished:
        return submission.submission_id

    async def plan(connection: Connection) -> _Plan:
        return await _plan(intake, connection, order)

    async def write(connection: Connection, planned: _Plan, at: datetime) -> UUID:
        await _write(intake, connection, order, planned, submission.submission_id, at)
        return submission.submission_id

    return await carry_out(intake.database, plan, write)


def _delivery(intake: Intake, order: Reassignment) -> Delivery:
    own = order.own.value if order.own else ""
    said = (order.key.scheme, order.key.value, str(order.to), own, order.reason)
    return Delivery(
        register=order.register,
        source_unit=SOURCE_UNIT,
        idempotency_key=order.idempotency_key,
        digest=bytes.fromhex(intake.vault.token(SOURCE_UNIT, *said)),
        stated_at=now(),
        sender=order.sender,
        reason=redact(order.reason),
    )


async def _plan(intake: Intake, connection: Connection, order: Reassignment) -> _Plan:
    """What ``order`` comes to now; raises where it makes no sense."""
    moving, gaining = with_embedded([order.key]), with_embedded([order.own] if order.own else ())
    lookups = {key: intake.vault.lookup(key.scheme, key.value) for key in (*moving, *gaining)}
    known = known_among(await writing.identified(connection, intake.vault.index, lookups.values()), lookups)
    if order.key not in known:
        raise UnknownIdentifier(scheme=order.key.scheme)
    holder = known[order.key]
    if any(known[key].canonical_id != holder.canonical_id for key in gaining if key in known):
        raise InvalidArgument(name="ownValue", problem="it leads to another entity")
    ends = {holder.canonical_id, *([order.to] if order.to else ())}
    rows = {row["asked_id"]: row for row in await writing.standing_for(connection, ends)}
    standing = rows[order.to]["entity_id"] if order.to in rows else None
    if order.to and standing is None:
        raise InvalidArgument(name="to", problem="there is no such entity")
    if standing == holder.canonical_id:
        raise InvalidArgument(name="to", problem="the number leads there already")
    kinds = {row["entity_id"]: EntityKind(row["kind"]) for row in rows.values()}
    if len(set(kinds.values())) > 1:
        raise InvalidArgument(name="to", problem="it is of the other kind of entity")
    moved = tuple(key for key in moving if key in known and known[key].canonical_id == holder.canonical_id)
    gained = tuple(key for key in gaining if key not in known)
    bonds = await bonds_of(connection, intake.model, set(kinds.values()), {*kinds})
    return _Plan(holder, order.to, standing, kinds, moved, gained, lookups, bonds)


async def _write(
    intake: Intake, connection: Connection, order: Reassignment, plan: _Plan, submission_id: UUID, announced: datetime
) -> None:
    publisher = intake.publisher
    occasion = await publisher.begin(connection, plan.kinds, (), announced)
    at = occasion.at
    to = plan.to or new_id(at)
    given = [*((key, to) for key in plan.moved), *((key, plan.holder.member_id) for key in plan.gained)]
    await give(connection, intake.vault, given, at, submission_id)
    ends = (plan.holder.canonical_id, to)
    said = (plan.lookups[order.key], ends, redact(order.reason), at)
    await writing.write_reassignment(connection, intake.vault.index, submission_id, *said)
    await publisher.publish(connection, occasion, set(), Identified(gained=frozenset(plan.kinds)), submission_id)
    counts = {Outcome.CORRECTED.value: 1}
    await advance_submission(connection, submission_id, 0, 1, counts, "{}", None)
    await finish_submission(connection, submission_id)
