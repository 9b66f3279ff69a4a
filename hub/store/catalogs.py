"""The published versions of the catalog, and which of them each entity follows.

Takes a connection; gives versions and rows. What was read once is kept, for no version ever changes. Decides nothing.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from hub.catalog import Catalog, Content, Model
from hub.sql import queries
from hub.store.pool import Connection, DirectConnection

FRESH_SECONDS = 1.0
"""How long readers go by a version before they look whether another is in force."""
_SQL = queries("catalog")


class Catalogs:
    """The catalog of one hub in all its versions, under one model."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._read: dict[int, Catalog] = {}
        self._lately: tuple[float, Catalog] | None = None

    async def in_force(self, connection: Connection) -> Catalog:
        """The version in force. For who has announced, no later one came before: see ``hub/intake/remerge.py``."""
        catalog = await self.at(connection, await connection.fetchval(_SQL["in_force"]))
        self._lately = asyncio.get_running_loop().time(), catalog
        return catalog

    async def lately(self, connection: Connection) -> Catalog:
        """The version that was in force a moment ago or is now: for readers, who are spared a round trip."""
        return self.fresh or await self.in_force(connection)

    @property
    def fresh(self) -> Catalog | None:
        """The version that was in force a moment ago; None where nobody looked then."""
        if self._lately and asyncio.get_running_loop().time() - self._lately[0] < FRESH_SECONDS:
            return self._lately[1]
        return None

    def known(self, numbers: Iterable[int]) -> Mapping[int, Catalog] | None:
        """The versions with these numbers; None where one has to be read."""
        return self._read if all(number in self._read for number in numbers) else None

    async def in_force_at(self, connection: Connection, known_at: datetime) -> Catalog | None:
        """The version that was in force at an instant; None before there was one."""
        number = await connection.fetchval(_SQL["in_force_at"], known_at)
        return await self.at(connection, number) if number else None

    async def at(self, connection: Connection, number: int) -> Catalog:
        """The version with this number."""
        if number not in self._read:
            content = await connection.fetchval(_SQL["version"], number)
            self._read[number] = Catalog(self._model, number, msgspec.json.decode(content, type=Content))
        return self._read[number]

    async def those(self, connection: Connection, numbers: Iterable[int]) -> dict[int, Catalog]:
        """The versions with these numbers."""
        return {number: await self.at(connection, number) for number in set(numbers)}


async def is_published(connection: Connection) -> bool:
    """Whether there is a catalog."""
    return await connection.fetchval(_SQL["in_force"]) is not None


async def is_in_use(connection: Connection) -> bool:
    """Whether the hub knows anybody, so that the catalog decides about somebody."""
    return bool(await connection.fetchval(_SQL["is_in_use"]))


async def versions(connection: Connection, before: int, limit: int) -> list[asyncpg.Record]:
    """(number, recorded_at, replaced_at, published_by, reason, remerged_at) of the last versions below a number."""
    return await connection.fetch(_SQL["versions"], before, limit)


async def since(connection: Connection, number: int) -> datetime | None:
    """Since when a version is in force; None where there is no such version."""
    at: datetime | None = await connection.fetchval(_SQL["since"], number)
    return at


async def publish(
    connection: Connection, after: int, content: Content, by: str, reason: str, at: datetime
) -> int | None:
    """Make ``content`` the next version after a number and give its own; None where another version came between."""
    text = msgspec.json.encode(content).decode()
    number: int | None = await connection.fetchval(_SQL["publish"], after, text, content.digest, by, reason, at)
    return number


async def followed(connection: Connection, entity_ids: Collection[UUID], known_at: datetime) -> dict[UUID, int]:
    """The number of the version that each entity followed at an instant; one that was not known then is left out."""
    rows = await connection.fetch(_SQL["followed"], list(entity_ids), known_at)
    return {row["entity_id"]: row["number"] for row in rows if row["number"]}


async def followed_since(connection: Connection, entity_id: UUID, known_at: datetime) -> list[tuple[datetime, int]]:
    """Since when, up to an instant, an entity followed each version that it has followed."""
    return [
        (row["recorded_at"], row["number"])
        for row in await connection.fetch(_SQL["followed_since"], entity_id, known_at)
    ]


async def adopt(connection: Connection, number: int, adopted: Sequence[tuple[UUID, datetime]]) -> None:
    """Have views that are as before follow a version, each given as (entity, instant)."""
    entity_ids, instants = map(list, zip(*adopted, strict=True))
    await connection.execute(_SQL["adopt"], entity_ids, number, instants)


@dataclass(frozen=True, slots=True)
class Task:
    """What is left to be done for views to follow the version ``number``: they follow ``followed``, or a later one.

    Those up to the entity ``reached`` follow ``number`` already.
    """

    number: int
    followed: int
    reached: UUID


async def outstanding(connection: Connection) -> Task | None:
    """What is left to be done, if anything is."""
    row = await connection.fetchrow(_SQL["outstanding"])
    return Task(**row) if row else None


async def claim(session: DirectConnection) -> bool:
    """Take the task for as long as a session lasts; whether no other session has taken it."""
    taken: bool = await session.fetchval(_SQL["claim"])
    return taken


async def scan(connection: Connection, task: Task, record_types: Iterable[str], limit: int) -> list[asyncpg.Record]:
    """(entity_id, is_concerned) of the next entities of a task, of which those with some record types are concerned."""
    return await connection.fetch(_SQL["scan"], task.reached, limit, task.number, list(record_types))


async def count_left(connection: Connection, task: Task) -> int:
    """How many entities a task has not reached."""
    left: int = await connection.fetchval(_SQL["count_left"], task.reached)
    return left


async def followers(connection: Connection, number: int) -> tuple[int, int]:
    """How many entities follow a version or a later one, as far as these concern them, and how many there are."""
    row = await connection.fetchrow(_SQL["followers"], number)
    return (row["followers"], row["total"]) if row else (0, 0)


async def standing(connection: Connection, entity_ids: Collection[UUID]) -> list[asyncpg.Record]:
    """(entity_id, kind) of the entities that stand for themselves."""
    return await connection.fetch(_SQL["standing"], list(entity_ids))


async def reach(connection: Connection, task: Task, entity_id: UUID) -> None:
    """Remember that a task has come to an entity."""
    await connection.execute(_SQL["reach"], task.number, entity_id)


async def finish(connection: Connection, task: Task) -> None:
    """Remember that a task is done."""
    await connection.execute(_SQL["finish"], task.number)
