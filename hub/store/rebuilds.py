"""What rebuilding asks of the database: each function is one named query of ``rebuild.sql``. Decides nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("rebuild")


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A working out anew of all that stands: how far it has come, and how many entities that were."""

    rebuild_id: UUID
    reached: UUID
    entities: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What of an entity stands otherwise than its states say: merged items, record types, and other parts by name."""

    entity_id: UUID
    items: tuple[str, ...]


async def unfinished(connection: Connection, *, repairs: bool) -> Rebuild | None:
    """The rebuild that was broken off, if one was."""
    row = await connection.fetchrow(_SQL["unfinished"], repairs)
    return Rebuild(**row) if row else None


async def begin(connection: Connection, rebuild_id: UUID, *, repairs: bool) -> Rebuild:
    """Begin a rebuild."""
    await connection.execute(_SQL["begin"], rebuild_id, repairs)
    return Rebuild(rebuild_id, UUID(int=0), 0)


async def count_left(connection: Connection, after: UUID) -> int:
    """How many entities come after one."""
    left: int = await connection.fetchval(_SQL["count_left"], after)
    return left


async def entities(connection: Connection, after: UUID, limit: int) -> list[UUID]:
    """The next entities after one."""
    return [row["entity_id"] for row in await connection.fetch(_SQL["entities"], after, limit)]


async def standing(connection: Connection, entity_ids: Collection[UUID]) -> list[asyncpg.Record]:
    """What stands of entities: view and card, as one row each, and the entity that stands for it."""
    return await connection.fetch(_SQL["standing"], list(entity_ids))


async def note(connection: Connection, rebuild_id: UUID, found: Sequence[Difference]) -> None:
    """Keep what a rebuild found."""
    items = [",".join(one.items) for one in found]
    await connection.execute(_SQL["note"], rebuild_id, [one.entity_id for one in found], items)


async def reach(connection: Connection, rebuild_id: UUID, entity_id: UUID, more: int) -> None:
    """Remember that a rebuild has come to an entity, with so many more."""
    await connection.execute(_SQL["reach"], rebuild_id, entity_id, more)


async def finish(connection: Connection, rebuild_id: UUID) -> None:
    """Remember that a rebuild is done."""
    await connection.execute(_SQL["finish"], rebuild_id)


async def differences(connection: Connection, rebuild_id: UUID, limit: int) -> tuple[list[Difference], int]:
    """The first of what a rebuild found, and how many entities there are in all."""
    rows = await connection.fetch(_SQL["differences"], rebuild_id, limit)
    return [Difference(row["entity_id"], tuple(row["items"])) for row in rows], rows[0]["total"] if rows else 0


async def restore(connection: Connection, entity_ids: Collection[UUID]) -> None:
    """Have entities a view to go on from, and views that say who stands for them."""
    await connection.execute(_SQL["restore_views"], list(entity_ids))
    await connection.execute(_SQL["restore_links"], list(entity_ids))
