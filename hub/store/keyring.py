"""Hold the vault's keys against the database they are used with.

A key file that was lost and made anew would make twins of everybody: such a start is refused.
"""

from hub.errors import VaultKeyMissing
from hub.sql import queries
from hub.store.pool import Database
from hub.vault.keys import VaultKeys

_SQL = queries("keyring")


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
