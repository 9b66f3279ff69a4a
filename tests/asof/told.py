"""What a hub tells at a moment, in the oracle's words; and a clock of its database that stands until it is moved."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from hub.catalog import EntityKind, Model
from hub.identifiers.schemes import Scheme
from hub.intake.submission import Intake
from hub.merge import Record as HubRecord
from hub.merge import View, merge
from hub.settings import Settings
from hub.store.as_of import records_in_force
from hub.store.pool import connect_directly, open_pool
from hub.timeline import Moment
from tests.asof.histories import NUMBERS, Delivery, Heard, Record, line
from tests.asof.oracle import REGISTER, Decided, Shown
from tests.conftest import Server, temporary_database
from tests.intake.hubs import VAULT
from tests.offices import Office

SCHEMES = {
    "P": Scheme.ID_NUMBER,
    "S": Scheme.SOCIAL_SECURITY_NUMBER,
    "N": Scheme.REGISTRATION_NUMBER,
    "C": Scheme.CREDIT_CODE,
}
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
"""
KNOWN = """
select min(state.recorded_at)
from state
join submission using (submission_id)
join vault.identifier using (entity_id)
where idempotency_key = $1 and lookup = any ($2)
"""


@dataclass
class Told:
    """A hub whose database's clock is the test's."""

    office: Office
    delivered: list[Delivery] = field(default_factory=list)

    async def hear(self, delivery: Delivery) -> None:
        """Let the delivery be heard, in its own time."""
        async with self.office.intake.database.connection() as connection:
            await connection.execute("update still.clock set now = now + $1", delivery.after)
        record_type, unit = delivery.target
        self.delivered.append(delivery)
        await self.office.deliver(
            REGISTER[record_type], record_type, map(line, delivery.lines), unit=unit, key=delivery.key
        )

    async def heard(self) -> list[Heard]:
        """Every line that was delivered, with the instant since which it is known."""
        found = []
        async with self.office.intake.database.connection() as connection:
            for delivery in self.delivered:
                for said in delivery.lines:
                    known_at = await connection.fetchval(KNOWN, delivery.key, [LOOKUPS[key] for key in said.keys])
                    if known_at:  # else it was heard before
                        found.append(Heard(said, delivery.key, known_at))
        return found

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
        database = await open_pool(Settings(pool_size=2), url)
        try:
            yield Told(Office(Intake(database, model, VAULT)))
        finally:
            await database.close()


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
