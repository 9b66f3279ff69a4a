"""Say of one entity that it is two: by order, which names the records and the numbers that belong to the other.

Takes an order; gives the other entity, which is a new one. What was said of the records stands no more of the entity
it was said of and stands, from the same instant on, of the other; so does what a source says of them later, whatever
number it names. Linking both again undoes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.catalog import EntityKind, Model
from hub.errors import InvalidArgument, UnknownEntity
from hub.identifiers.entity_id import new_id
from hub.identifiers.schemes import SCHEMES, Identifier
from hub.intake.identify import Identified, Known
from hub.intake.identities import known_among
from hub.intake.locks import Locks, locks_on
from hub.intake.numbers import give, give_back, opened, with_embedded
from hub.intake.orders import Done, Order, begin, carry_out
from hub.intake.submission import Intake
from hub.stewardship.bonds import Bonds, bonds_of
from hub.stewardship.claims import claim_of
from hub.store import splits, writing
from hub.store.pool import Connection
from hub.store.splits import HeldRecord, RecordName
from hub.vault.cipher import Vault

SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Split:
    """The entity that was split ``at`` an instant, the other one, and the order that did it."""

    entity_id: UUID
    other_id: UUID
    at: datetime
    submission_id: UUID


@dataclass(frozen=True, slots=True)
class _Plan:
    """What an order comes to as things stand: the records and numbers that an entity and its ``members`` lose."""

    entity_id: UUID
    kind: EntityKind
    members: frozenset[UUID]
    records: frozenset[HeldRecord]
    numbers: tuple[Identifier, ...]
    bonds: Bonds

    @property
    def locks(self) -> Locks:
        """The locks that it takes: the entity, and what its discrepancies hang on."""
        alone = {self.entity_id, *self.bonds.contested}
        return locks_on((found.bytes for found in alone), (found.bytes for found in self.bonds.shared))


async def split(
    intake: Intake, order: Order, records: Sequence[RecordName], numbers: Sequence[Identifier] = ()
) -> Split:
    """Let ``records`` and ``numbers`` of an entity be another's; where an order did that already, give what it did."""
    named = list(dict.fromkeys(records))
    _check_names(intake.model, order.kind, named)

    async def plan(connection: Connection) -> _Plan | Done[Split]:
        return await _plan(intake, connection, order, named, numbers)

    async def write(connection: Connection, planned: _Plan, at: datetime) -> Split:
        return await _write(intake, connection, order, planned, at)

    return await carry_out(intake.database, plan, write)


def _check_names(model: Model, kind: EntityKind, records: Sequence[RecordName]) -> None:
    if not records:
        raise InvalidArgument(name="records", problem="at least one has to be named")
    for name in records:
        declared = model.records.get(name.record_type)
        if declared is None or declared.entity is not kind:
            raise InvalidArgument(name="records", problem="such an entity has no records of a type named")


async def _plan(
    intake: Intake, connection: Connection, order: Order, records: Sequence[RecordName], numbers: Sequence[Identifier]
) -> _Plan | Done[Split]:
    """What ``order`` comes to now; raises where it makes no sense."""
    found = await writing.standing_for(connection, {order.entity_id})
    if not found or found[0]["kind"] != order.kind:
        raise UnknownEntity(name="entity")
    entity_id = found[0]["entity_id"]
    members = await splits.members(connection, entity_id)
    leads = await _leads(intake, connection, with_embedded(numbers))
    held = await splits.held(connection, members, records)
    done = None if held else await splits.done(connection, members, records)
    if done and all(key in leads and leads[key].member_id == done["other_id"] for key in numbers):
        return Done(Split(entity_id, done["other_id"], done["split_at"], done["submission_id"]))
    if {record.name for record in held} != set(records):
        raise InvalidArgument(name="records", problem="the entity has no record of a name given")
    own = tuple(key for key, found in leads.items() if found.canonical_id == entity_id)
    if not set(numbers) <= set(own):
        raise InvalidArgument(name="identifiers", problem="a number given does not lead to the entity")
    bonds = await bonds_of(connection, intake.model, {order.kind}, {entity_id})
    return _Plan(entity_id, order.kind, members, held, own, bonds)


async def _leads(intake: Intake, connection: Connection, numbers: Sequence[Identifier]) -> dict[Identifier, Known]:
    """What those of the numbers that are known lead to."""
    lookups = {key: intake.vault.lookup(key.scheme, key.value) for key in numbers}
    return known_among(await writing.identified(connection, intake.vault.index, lookups.values()), lookups)


async def _write(intake: Intake, connection: Connection, order: Order, plan: _Plan, announced: datetime) -> Split:
    other_id, vault = new_id(announced), intake.vault
    both = frozenset({plan.entity_id, other_id})
    occasion, submission_id = await begin(connection, intake, order, SPLIT, dict.fromkeys(both, plan.kind), announced)
    at = occasion.at
    contests = await _contests(connection, vault, plan.members, other_id)
    await give(connection, vault, [(key, other_id) for key in plan.numbers], at, submission_id)
    gained = await give_back(connection, vault, plan.entity_id, other_id, at, submission_id) or plan.numbers
    await splits.move(connection, plan.records, other_id, at, submission_id)
    record_types = {record.record_type for record in plan.records}
    await splits.copy_references(connection, plan.members, record_types, other_id)
    identified = Identified(
        gained=both if gained else frozenset(), split=frozenset({plan.entity_id}), contests=contests
    )
    await intake.publisher.publish(connection, occasion, set(both), identified, submission_id)
    return Split(plan.entity_id, other_id, at, submission_id)


async def _contests(
    connection: Connection, vault: Vault, members: frozenset[UUID], other_id: UUID
) -> frozenset[tuple[UUID, UUID, str]]:
    """What the records of both may claim beside each other: every number of the one, and what it contested before."""
    contested = await splits.contests(connection, members)
    for row in await splits.numbers(connection, members):
        key = opened(vault, row)
        if key and SCHEMES[key.scheme].finds:
            contested.add((row["identifier_id"], claim_of(key, row["identifier_id"])))
    return frozenset((one, *claim) for claim in contested for one in {*members, other_id})
