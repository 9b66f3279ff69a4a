"""Give the vault another encryption key, and seal what lies under the old ones anew, while others read and write.

Takes the database and the key file; gives how far it has come. Broken off at any moment, the same call goes on. A value
stays what it is, and its row otherwise too; one that does not open is left as it lies, and told. Never touches the key
that look-ups are made with.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from cryptography.exceptions import InvalidTag

from hub.errors import KeyInUse, VaultKeyMissing
from hub.store import keyring
from hub.store.keyring import SEALED, Sealed
from hub.store.pool import Database
from hub.vault.cipher import Vault
from hub.vault.key_file import KeyFile
from hub.vault.suites import Suite

PAGES = 32
"""How many pages of a table are sealed anew in one transaction."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A value that does not open: in which table, sealed for which id, under which key."""

    table: str
    context: UUID
    key_id: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How many values were sealed anew, of how many, and which could not be."""

    done: int
    total: int
    unreadable: frozenset[Unreadable] = frozenset()

    def further(self, count: int, unreadable: Iterable[Unreadable]) -> "Progress":
        """How far it is with so many more."""
        done = self.done + count
        return Progress(done, max(done, self.total), self.unreadable.union(unreadable))


async def rotate(database: Database, file: KeyFile, suite: Suite, note: Callable[[Progress], None]) -> Progress:
    """Go on with what was broken off; where that is nothing, seal everything under a new key of a suite. Tell how far.

    Values that do not open keep nobody from going on.
    """
    await keyring.claim(database, file.keys)
    vault = Vault.under(file)
    reached = await _reseal(database, vault, note)
    if reached.done == 0:
        await _succeed(database, file, suite, len(reached.unreadable))
        reached = await _reseal(database, vault, note)
    return reached


async def left_over(database: Database, file: KeyFile) -> int:
    """How many values lie under other keys than the current one."""
    return await _others(database, file.read().current)


async def drop(database: Database, file: KeyFile, key_id: str) -> None:
    """Take a key out of the key file, or out of the service that it names; raises ``KeyInUse`` where it is needed."""
    if file.drop_wrapping(key_id):
        return
    keys = file.read()
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
        file.replace(file.read().without(key_id))


async def rewrap(database: Database, file: KeyFile) -> None:
    """Have the key file lie under a new key of the key service, while nobody else changes it."""
    async with keyring.held(database):
        file.rewrap()


async def _succeed(database: Database, file: KeyFile, suite: Suite, unreadable: int) -> None:
    """Add a key to the file, unless more than what does not open waits to be sealed with the current one."""
    async with keyring.held(database):
        keys = file.read()
        if await left_over(database, file) <= unreadable:
            keys = keys.succeeded(suite)
            file.replace(keys)
    await keyring.claim(database, keys)


async def _reseal(database: Database, vault: Vault, note: Callable[[Progress], None]) -> Progress:
    """Seal every value under the current key, in rounds until none is left or none can be had; tell how far."""
    reached, moved = Progress(0, 0), True
    while moved and (left := await _others(database, vault.current)):
        before, reached = reached.done, Progress(reached.done, reached.done + left)
        async for count, unreadable in _round(database, vault):
            reached = reached.further(count, unreadable)
            note(reached)
        moved = reached.done > before
    return reached


async def _others(database: Database, key_id: str) -> int:
    under = await keyring.values_under(database)
    return sum(under.values()) - under.get(key_id, 0)


async def _check_unused(database: Database, key_id: str) -> None:
    if count := (await keyring.values_under(database)).get(key_id):
        raise KeyInUse(key_id=key_id, problem=f"values that lie under it: {count:,}")


async def _round(database: Database, vault: Vault) -> AsyncIterator[tuple[int, list[Unreadable]]]:
    """Go through all tables once; gives how many values each transaction has sealed anew, and which do not open."""
    for table in SEALED:
        async with database.connection() as connection:
            end = await keyring.pages(connection, table)
        for first in range(0, end, PAGES):
            async with database.transaction() as connection:
                values = await keyring.under_others(connection, table, first, PAGES, vault.current)
                resealed = [(value, _resealed(vault, value)) for value in values]
                opened = [new for _, new in resealed if new]
                if opened:
                    await keyring.put(connection, table, opened)
            yield len(opened), [Unreadable(table, one.context, one.key_id) for one, new in resealed if new is None]


def _resealed(vault: Vault, value: Sealed) -> Sealed | None:
    """A value under the current key; None where it does not open. Of one that was shredded nothing is sealed."""
    context = value.context.bytes
    try:
        plain = vault.open_if_kept(value.key_id, value.sealed, context, value.subject)
    except (InvalidTag, VaultKeyMissing):
        return None
    key_id, sealed = vault.seal(plain, context, value.subject) if plain is not None else (vault.current, b"")
    return replace(value, key_id=key_id, sealed=sealed)
