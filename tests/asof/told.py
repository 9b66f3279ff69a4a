"""What a hub tells at a moment, in the oracle's words; and a clock of its database that stands until it is moved."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from hub.catalog import EntityKind, Model
from hub.errors import InvalidArgument, LinkedAlready, NotLinked
from hub.identifiers.schemes import Identifier, Scheme
from hub.intake.links import Link
from hub.intake.reassign import Reassignment, reassign
from hub.intake.split import Split
from hub.intake.submission import Intake
from hub.merge import Record as HubRecord
from hub.merge import View, merge
from hub.store.as_of import records_in_force
from hub.store.pool import connect_directly
from hub.store.splits import RecordName
from hub.timeline import Moment
from tests.asof.answers import REGISTER, Decided, Shown
from tests.asof.histories import NUMBERS, Delivery, Happened, Order, Record, line
from tests.conftest import Server, opened, temporary_database
from tests.intake.hubs import VAULT
from tests.links import DIFFERENT, link_to, part, split_off
from tests.offices import Office

SCHEMES = {
    "P": Scheme.ID_NUMBER,
    "S": Scheme.SOCIAL_SECURITY_NUMBER,
    "N": Scheme.REGISTRATION_NUMBER,
    "C": Scheme.CREDIT_CODE,
}
BEARERS = {
    "P": "household_registration",
    "S": "social_security",
    "N": "business_registration",
    "C": "business_registration",
}
"""The register whose department may reassign such a number."""
LOOKUPS = {key: VAULT.lookup(SCHEMES[key[0]], number) for key, number in NUMBERS.items()}
Answer = tuple[list[Shown], dict[str, Decided]]
KINDS = {"P": EntityKind.NATURAL_PERSON, "S": EntityKind.NATURAL_PERSON}
ITEMS = ("name", "sex", "maritalStatus")
STILL_CLOCK = """
create schema still;
create table still.clock as select timestamptz '2026-01-01' as now;
create function still.clock_timestamp() returns timestamptz language sql volatile as 'select now from still.clock';
do $$ begin
    execute format('alter database %I set search_path = still, pg_catalog, public', current_database());
end $$;
"""
ENTITIES = """
select identifier.lookup, coalesce(link.into_id, identifier.entity_id) as entity_id
from vault.identifier
left join link on link.entity_id = identifier.entity_id and link.linked_at <= $2
    and (link.unlinked_at is null or link.unlinked_at > $2)
where identifier.lookup = any ($1) and identifier.recorded_at <= $2
    and (identifier.superseded_at is null or identifier.superseded_at > $2)
"""
BEARER = "select entity_id from vault.identifier where lookup = $1 and superseded_at is null"
KNOWN = """
select min(known_at)
from submission
cross join lateral (
    select recorded_at from state where state.submission_id = submission.submission_id
    union all
    select recorded_at from vault.identifier where identifier.submission_id = submission.submission_id
    union all
    select linked_at from link where link.submission_id = submission.submission_id
) as written (known_at)
where idempotency_key = $1
"""
REASSIGNED = "select recorded_at from vault.reassignment where submission_id = $1"
RECORD_KEYS = """
select distinct record_key
from state
where record_type = $1 and source_unit = $2 and ($3 = '' or payload ->> 'marriedOn' = $3)
"""


@dataclass
class Told:
    """A hub whose database's clock is the test's; ``happened`` is what changed anything there."""

    office: Office
    happened: list[Happened] = field(default_factory=list)
    _seen: set[object] = field(default_factory=set)

    async def happen(self, what: Delivery | Order) -> None:
        """Let something be heard or ordered, in its own time."""
        async with self.office.intake.database.connection() as connection:
            await connection.execute("update still.clock set now = now + $1", what.after)
        known_at = await (self._obey(what) if isinstance(what, Order) else self._hear(what))
        if known_at:
            self.happened.append(Happened(what, known_at))

    async def _hear(self, delivery: Delivery) -> datetime | None:
        """The instant since which what is new in a delivery is known."""
        record_type, unit = delivery.target
        await self.office.deliver(
            REGISTER[record_type], record_type, map(line, delivery.lines), unit=unit, key=delivery.key
        )
        return None if self._is_known(delivery.key) else await self._value(KNOWN, delivery.key)

    async def _obey(self, order: Order) -> datetime | None:
        """The instant since which an order is known; None if it was refused, or had been given before."""
        one, other = [await self._value(BEARER, LOOKUPS.get(key)) for key in (order.key, order.other)]
        if one is None or (other is None and order.other):
            return None
        try:
            done = await self._carry_out(order, one, other)
        except (InvalidArgument, LinkedAlready, NotLinked):
            return None
        if isinstance(done, UUID):
            at: datetime = await self._value(REASSIGNED, done)
            return at
        brought_by = (await self.deliveries())[done.submission_id]
        return None if self._is_known(brought_by) else done.at

    async def _carry_out(self, order: Order, one: UUID, other: UUID | None) -> Link | Split | UUID:
        if order.what == "part":
            return await part(self.office, one)
        if order.what == "split":
            numbers = [identifier(order.other)] if order.other else []
            return await split_off(self.office, one, *await self._named(order.record), numbers=numbers)
        assert other
        if order.what == "link":
            return await link_to(self.office, one, other)
        return await reassign(
            self.office.intake,
            Reassignment(
                register=BEARERS[order.key[0]],
                key=identifier(order.key),
                to=other,
                own=None,
                reason=DIFFERENT,
                idempotency_key=str(uuid4()),
                sender="reporter-1",
            ),
        )

    async def _named(self, record: Record) -> list[RecordName]:
        """The names of a record in the hub, which has one if anything but its end was ever said of it."""
        async with self.office.intake.database.connection() as connection:
            keys = await connection.fetch(RECORD_KEYS, *record)
        return [RecordName(*record[:2], key) for (key,) in keys]

    def _is_known(self, name: object) -> bool:
        known = name in self._seen
        self._seen.add(name)
        return known

    async def _value(self, query: str, *arguments: object) -> Any:  # noqa: ANN401 - what a column holds
        async with self.office.intake.database.connection() as connection:
            return await connection.fetchval(query, *arguments)

    async def deliveries(self) -> dict[UUID, str]:
        """What each submission was called."""
        async with self.office.intake.database.connection() as connection:
            rows = await connection.fetch("select submission_id, idempotency_key from submission")
        return {row["submission_id"]: row["idempotency_key"] for row in rows}

    async def tell(self, moment: Moment, deliveries: Mapping[UUID, str]) -> dict[str, Answer]:
        """What the hub tells of the entities that keys name."""
        async with self.office.intake.database.connection() as connection:
            rows = await connection.fetch(ENTITIES, list(LOOKUPS.values()), moment.known_at)
            entities = {row["lookup"]: row["entity_id"] for row in rows}
            records = await records_in_force(connection, set(entities.values()), moment)
        model = self.office.intake.model
        return {
            key: told(merged(model, key, records[entities[lookup]] if lookup in entities else []), deliveries)
            for key, lookup in LOOKUPS.items()
        }


@asynccontextmanager
async def hub_with_a_still_clock(server: Server, model: Model) -> AsyncIterator[Told]:
    """A hub that has heard nothing yet."""
    async with temporary_database(server.url, server.template) as url:
        async with connect_directly(url) as connection:
            await connection.execute(STILL_CLOCK)
        async with opened(url, 2) as database:
            yield Told(Office(Intake(database, model, VAULT)))


def identifier(key: str) -> Identifier:
    return Identifier(SCHEMES[key[0]], NUMBERS[key])


def merged(model: Model, key: str, records: Iterable[HubRecord]) -> View:
    """The view of the entity that a key names."""
    return merge(model.merged[KINDS.get(key[0], EntityKind.LEGAL_ENTITY)].values(), records)


def told(view: View, deliveries: Mapping[UUID, str]) -> Answer:
    """A view in the oracle's words."""
    shown = {
        record.source: Shown(
            record_of(record),
            values_of(record),
            record.source.valid_from,
            record.source.stated_at,
            deliveries[record.source.submission_id],
            record.source.recorded_at,
        )
        for records in view.records.values()
        for record in records
    }

    def sources(places: Iterable[int]) -> set[Record]:
        return {shown[view.merged.sources[place]].record for place in places}

    decided = {
        item: Decided(
            plain(choice.value),
            shown[view.merged.sources[choice.source]],
            sources(choice.agreeing),
            sources(choice.differing),
        )
        for item, choice in view.merged.items.items()
        if item in ITEMS
    }
    return sorted(shown.values(), key=lambda one: one.record), decided


def record_of(record: HubRecord) -> Record:
    return (record.source.record_type, record.source.source_unit, str(record.values.get("marriedOn", "")))


def values_of(record: HubRecord) -> dict[str, str | None]:
    subject = record.values.get("recordedSubject")
    spoken = {**record.values, **(subject if isinstance(subject, Mapping) else {})}
    return {item: plain(spoken[item]) for item in ITEMS if item in spoken}


def plain(value: object) -> str | None:
    """A value by its code, its word for not knowing, or itself."""
    if isinstance(value, Mapping):
        value = value.get("code", value.get("unknown"))
    assert value is None or isinstance(value, str)
    return value
