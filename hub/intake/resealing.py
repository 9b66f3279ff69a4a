"""Give the vault another encryption key, and seal what lies under the old ones anew, while others read and write.

Takes the database and the key file; gives how far it has come. Broken off at any moment, the same call goes on. A value
stays what it is, and its row otherwise too. Never touches the key that look-ups are made with.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

from hub.errors import KeyInUse
from hub.store import keyring
from hub.store.keyring import SEALED, Sealed
from hub.store.pool import Database
from hub.vault.cipher import Vault
from hub.vault.keys import KeyFile, load_keys, replace_keys

PAGES = 32
"""How many pages of a table are sealed anew in one transaction."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many values were sealed anew, of how many."""

    done: int
    total: int


async def succeed(database: Database, path: Path) -> Vault:
    """The vault under a new key, or under the current one where values still wait to be sealed with it."""
    async with keyring.held(database):
        keys = load_keys(path, create=False)
        await keyring.check(database, keys)
        under = await keyring.values_under(database)
        if under.keys() <= {keys.current}:
            replace_keys(path, keys.succeeded())
    file = KeyFile(path, create=False)
    await keyring.claim(database, file.keys)
    return Vault.under(file)


async def reseal(database: Database, vault: Vault) -> AsyncIterator[Progress]:
    """Seal every value under the current key, in rounds until none is left or none can be had; gives how far."""
    done, moved = 0, True
    while moved and (left := await left_over(database, vault)):
        total, before = done + left, done
        async for count in _round(database, vault):
            done += count
            yield Progress(done, max(done, total))
        moved = done > before


async def left_over(database: Database, vault: Vault) -> int:
    """How many values lie under other keys than the current one."""
    under = await keyring.values_under(database)
    return sum(count for key_id, count in under.items() if key_id != vault.current)


async def drop(database: Database, path: Path, key_id: str) -> None:
    """Take a key out of the key file; raises ``KeyInUse`` unless it is an old one that nothing lies under."""
    keys = load_keys(path, create=False)
    if key_id == keys.current:
        raise KeyInUse(key_id=key_id, problem="it is the one that seals")
    if key_id not in keys.encryption:
        raise KeyInUse(key_id=key_id, problem="it is not in the key file")
    await _check_unused(database, key_id)
    await keyring.drop(database, key_id)
    try:
        await _check_unused(database, key_id)
    except KeyInUse:
        await keyring.keep(database, key_id)
        raise
    async with keyring.held(database):
        replace_keys(path, load_keys(path, create=False).without(key_id))


async def _check_unused(database: Database, key_id: str) -> None:
    if count := (await keyring.values_under(database)).get(key_id):
        raise KeyInUse(key_id=key_id, problem=f"values that lie under it: {count:,}")


async def _round(database: Database, vault: Vault) -> AsyncIterator[int]:
    """Go through all tables once; gives how many values each transaction has sealed anew."""
    for table in SEALED:
        async with database.connection() as connection:
            end = await keyring.pages(connection, table)
        for first in range(0, end, PAGES):
            async with database.transaction() as connection:
                values = await keyring.under_others(connection, table, first, PAGES, vault.current)
                if values:
                    await keyring.put(connection, table, [_resealed(vault, value) for value in values])
            yield len(values)


def _resealed(vault: Vault, value: Sealed) -> Sealed:
    context = value.context.bytes
    key_id, sealed = vault.seal(vault.open(value.key_id, value.sealed, context), context)
    return replace(value, key_id=key_id, sealed=sealed)
