"""Lay another key over the one that look-ups are made with, and move all of them to their new forms, while others work.

Takes the database and the key file; gives how far it has come. No number is opened: a look-up is hashed once more, so
that those of numbers that were shredded, or do not open, move as well. Broken off at any moment, the same call goes on.
Nothing that the hub tells of anybody changes; record keys and digests of statements stay as they are.

In this order nobody asks in a form that he does not know of, and nobody writes in one that others do not: every process
learns of the new key; the database refuses whoever does not know it; all write under it, and nothing else may be
written; what lies in old forms is moved; all are told that nothing does any more.
"""

from asyncio import sleep
from collections.abc import Callable

import asyncpg
from msgspec.structs import replace

from hub.store import keyring, lookups
from hub.store.pool import Database
from hub.vault.key_file import KeyFile
from hub.vault.keys import BlindIndexKey, over

LAG_SECONDS = 1.0
"""Within which every process of this machine sees what the key file has come to hold."""
BATCH = 500
_TAKEN = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)
"""What is raised where somebody takes lines in about the same numbers, who goes first."""


async def reindex(database: Database, file: KeyFile, note: Callable[[int, int], None]) -> int:
    """Go on with what was broken off, else begin; gives how many look-ups were moved, and tells of how many before."""
    await keyring.claim(database, file.read())
    index = await _change(database, file, lambda index: index.layered() if index.is_settled else index)
    await keyring.claim(database, file.read())
    newest = index.newest
    await sleep(LAG_SECONDS)
    await lookups.begin(database, newest)
    await _change(database, file, lambda index: replace(index, written=newest))
    await sleep(LAG_SECONDS)
    await lookups.write_alone(database, newest)
    moved = await _move_all(database, index, note)
    await _change(database, file, lambda index: replace(index, settled=newest))
    await lookups.settle(database, newest)
    return moved


async def _change(
    database: Database, file: KeyFile, changed: Callable[[BlindIndexKey], BlindIndexKey]
) -> BlindIndexKey:
    """Have the key file hold another key of look-ups, while nobody else changes it; gives that."""
    async with keyring.held(database):
        keys = file.read()
        index = changed(keys.blind_index)
        if index != keys.blind_index:
            file.replace(keys.with_index(index))
    return index


async def _move_all(database: Database, index: BlindIndexKey, note: Callable[[int, int], None]) -> int:
    """Move what lies in old forms, in rounds until nothing does."""
    moved = 0
    while left := await _left(database, index):
        after = b""
        while found := await _stale(database, index, after):
            moved += await _move(database, index, found)
            after = found[-1]
            note(moved, max(left, moved))
    async with database.transaction() as connection:
        strays = await lookups.stray(connection)
        await lookups.move(connection, {one: over(index.layers[-1], one) for one in strays}, index.newest)
    return moved


async def _left(database: Database, index: BlindIndexKey) -> int:
    async with database.connection() as connection:
        return await lookups.left(connection, index.newest)


async def _stale(database: Database, index: BlindIndexKey, after: bytes) -> list[bytes]:
    async with database.connection() as connection:
        return await lookups.stale(connection, after, index.newest, BATCH)


async def _move(database: Database, index: BlindIndexKey, found: list[bytes]) -> int:
    """Move some look-ups to the forms of the newest layer, unless somebody is at one of them; gives how many."""
    try:
        async with database.transaction() as connection:
            await lookups.yield_to_writers(connection)
            await lookups.move(connection, {one: over(index.layers[-1], one) for one in found}, index.newest)
    except _TAKEN:
        return 0
    return len(found)
