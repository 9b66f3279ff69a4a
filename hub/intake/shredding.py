"""Destroy what the vault keeps of a subject: its numbers, and the refused lines that are known to be about it.

Takes an order that two people have given; takes the subject's keys out of the key file, then what lies under them out
of the tables: with that file nothing of the subject opens any more, in no copy of the database either. Broken off at
any moment, the same call goes on. Never touches what registers have said, nor who looked at it.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from hub.errors import KeyInUse, OwnShredding, UnknownEntity
from hub.store import keyring, quarantine, shredding, writing
from hub.store.pool import Database
from hub.store.quarantine import LineStatus
from hub.vault.key_file import KeyFile
from hub.vault.subjects import path_of

Around: TypeAlias = Callable[[Sequence[UUID]], AbstractAsyncContextManager[None]]
"""What has to be done of entities before their numbers are destroyed, and after."""


@dataclass(frozen=True, slots=True)
class Shredded:
    """How many numbers and refused lines of a subject there were."""

    numbers: int
    lines: int


async def standing(database: Database, entity_id: UUID) -> UUID:
    """The entity that stands for the one that is named; raises ``UnknownEntity``."""
    async with database.connection() as connection:
        found = await writing.standing_for(connection, {entity_id})
    if not found:
        raise UnknownEntity(name="entity")
    standing_for: UUID = found[0]["entity_id"]
    return standing_for


async def shred(
    database: Database, file: KeyFile, entity_id: UUID, by: str, reason: str, around: Around
) -> Shredded | None:
    """Order it, which gives None, or as another person approve what is ordered, and carry it out.

    Raises ``KeyInUse`` while there is a key that is one for all subjects, and ``OwnShredding``.
    """
    _check_keys(file)
    async with database.connection() as connection:
        if await shredding.order(connection, entity_id, by, reason):
            return None
        if not await shredding.approve(connection, entity_id, by):
            raise OwnShredding
        entity_ids = await shredding.subjects(connection, entity_id)
    async with around(entity_ids):
        return await _carry_out(database, file, entity_id, entity_ids, by)


async def _carry_out(
    database: Database, file: KeyFile, entity_id: UUID, entity_ids: Sequence[UUID], by: str
) -> Shredded:
    async with database.connection() as connection:
        line_ids = await shredding.lines_about(connection, entity_ids)
    subjects = [one.bytes for one in entity_ids] + [line.subject for line in line_ids]
    async with keyring.held(database):
        _check_keys(file)
        file.replace(file.read().shredding(map(path_of, subjects)))
    await keyring.await_writers(database)
    async with database.transaction() as connection:
        numbers = await shredding.blank_identifiers(connection, entity_ids)
        lines = await shredding.blank_lines(connection, line_ids)
        await quarantine.settle(connection, line_ids, LineStatus.DISMISSED, by, "shredded")
        await shredding.note_done(connection, entity_id)
    return Shredded(numbers, lines)


def _check_keys(file: KeyFile) -> None:
    """Raise ``KeyInUse`` where a key opens the values of many subjects, for it would open those of this one still."""
    keys = file.read()
    if not keys.blind_index.is_settled:
        raise KeyInUse(key_id="of look-ups", problem="it is being replaced; have `hub keys reindex` come to its end")
    for key_id in keys.common:
        raise KeyInUse(
            key_id=key_id, problem="it is one for all subjects; rotate and drop it before anybody is shredded"
        )
