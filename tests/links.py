"""Orders of the platform office about links, for tests."""

from collections.abc import Sequence
from uuid import UUID

from hub.catalog import EntityKind
from hub.identifiers.schemes import Identifier, Scheme
from hub.intake.links import Link, link, unlink
from hub.intake.orders import Order
from hub.intake.split import Split, split
from hub.store.splits import RecordName
from tests.offices import Office

SAME, DIFFERENT = "同一人重复登记", "经查为两人"


async def bearer(office: Office, scheme: Scheme, value: str) -> UUID:
    """The entity that a number was given to, whether or not another one stands for it."""
    lookup = office.intake.vault.lookup(scheme, value)
    async with office.intake.database.connection() as connection:
        found: UUID = await connection.fetchval(
            "select entity_id from vault.identifier where lookup = $1 and superseded_at is null", lookup
        )
    return found


async def person(office: Office, number: str) -> UUID:
    """The person that an ID number was given to."""
    return await bearer(office, Scheme.ID_NUMBER, number)


async def link_to(office: Office, one: UUID, other: UUID) -> Link:
    """Let ``other`` stand for ``one``."""
    return await link(office.intake, await _order(office, one, SAME), other)


async def part(office: Office, one: UUID) -> Link:
    """Let ``one`` stand for itself again."""
    return await unlink(office.intake, await _order(office, one, DIFFERENT))


async def split_off(office: Office, one: UUID, *records: RecordName, numbers: Sequence[Identifier] = ()) -> Split:
    """Let records of ``one`` be another's."""
    return await split(office.intake, await _order(office, one, DIFFERENT), records, numbers)


async def _order(office: Office, entity_id: UUID, reason: str) -> Order:
    async with office.intake.database.connection() as connection:
        kind = await connection.fetchval(
            "select kind from view where entity_id = coalesce("
            "(select into_id from link where entity_id = $1 and unlinked_at is null), $1)",
            entity_id,
        )
    return Order(EntityKind(kind or EntityKind.NATURAL_PERSON), entity_id, reason, sender="office-1")
