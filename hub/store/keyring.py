"""Hold the vault's keys against the database they are used with, and seal its values anew.

A key file that was lost and made anew would make twins of everybody: such a start is refused. Never opens a value.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from hub.errors import VaultKeyMissing
from hub.sql import queries
from hub.store.pool import Connection, Database, connect_directly
from hub.vault.keys import VaultKeys, name_of

SEALED = ("identifiers", "refused", "mended", "webhooks", "exports")
"""The tables in which values lie sealed, as the queries name them."""
_SQL = queries("keyring")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value as it lies in its table; ``context`` is the id that it is sealed for, ``subject`` whose it is."""

    place: tuple[int, int]
    context: UUID
    subject: bytes
    key_id: str
    sealed: bytes


async def check(database: Database, keys: VaultKeys) -> set[str]:
    """The names of the keys that ``database`` was written with; raise ``VaultKeyMissing`` if ``keys`` lack some."""
    async with database.connection() as connection:
        used = {row["name"] for row in await connection.fetch(_SQL["keys_used"])}
    if not used <= keys.names:
        raise VaultKeyMissing(problem="the database was written with keys that are not in the key file")
    return used


async def claim(database: Database, keys: VaultKeys) -> None:
    """Note that ``keys`` are used with ``database``; raise ``VaultKeyMissing`` if it was written with others."""
    if await check(database, keys) != keys.names:
        async with database.connection() as connection:
            await connection.execute(_SQL["note_keys"], sorted(keys.names))


@asynccontextmanager
async def held(database: Database) -> AsyncIterator[None]:
    """Change the key file inside the block, and nobody else does meanwhile."""
    async with database.transaction() as connection:
        await connection.execute(_SQL["hold_keys"])
        yield


async def values_under(database: Database) -> dict[str, int]:
    """How many values lie under each key, however long counting takes."""
    async with connect_directly(database.direct_url) as connection:
        return {row["key_id"]: row["count"] for row in await connection.fetch(_SQL["values_under"])}


async def drop(database: Database, key_id: str) -> None:
    """Have nothing be sealed with a key any more; returns once nobody does."""
    async with database.connection() as connection:
        await connection.execute(_SQL["drop_key"], name_of(key_id))
    await await_writers(database)


async def await_writers(database: Database) -> None:
    """Return once every transaction has ended that has sealed something by now."""
    async with database.transaction() as connection:
        await connection.execute(_SQL["await_writers"])


async def keep(database: Database, key_id: str) -> None:
    """Take back that a key was dropped."""
    async with database.connection() as connection:
        await connection.execute(_SQL["keep_key"], name_of(key_id))


async def pages(connection: Connection, table: str) -> int:
    """How many pages a table of ``SEALED`` has."""
    count: int = await connection.fetchval(_SQL[f"pages_of_{table}"])
    return count


async def under_others(connection: Connection, table: str, first: int, count: int, key_id: str) -> list[Sealed]:
    """What lies under other keys than one on so many pages; locked until the transaction ends."""
    rows = await connection.fetch(_SQL[f"sealed_{table}"], (first, 0), (first + count, 0), key_id)
    return [Sealed(**row) for row in rows]


async def put(connection: Connection, table: str, values: Iterable[Sealed]) -> None:
    """Have values that are locked lie under their keys."""
    rows = [(value.place, value.key_id, value.sealed) for value in values]
    await connection.execute(_SQL[f"reseal_{table}"], *map(list, zip(*rows, strict=True)))
