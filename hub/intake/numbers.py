"""Let numbers lead to other entities than they did, inside the transaction of an order.

Takes identifiers and entities; writes a new row for each, so that what was known of it before stays known. What was
said of an entity stays said of it.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import asyncpg

from hub.identifiers.crosswalk import implied
from hub.identifiers.entity_id import new_id
from hub.identifiers.schemes import Identifier, Scheme
from hub.intake.identities import identifier_row
from hub.store import links, writing
from hub.store.pool import Connection
from hub.vault.cipher import Vault


def with_embedded(keys: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """Keys, and those that each of them embeds."""
    return tuple(dict.fromkeys(key for given in keys for key in (given, *implied([given]))))


async def give(
    connection: Connection,
    vault: Vault,
    given: Iterable[tuple[Identifier, UUID]],
    at: datetime,
    submission_id: UUID,
) -> None:
    """Let each number lead to an entity from ``at`` on, whomever it led to."""
    rows = [identifier_row(vault, key, new_id(at), entity_id) for key, entity_id in given]
    if rows:
        await writing.supersede_identifiers(connection, vault.index, [row.lookup for row in rows], at)
        await writing.write_identifiers(connection, vault.index, rows, submission_id, at)


async def give_back(
    connection: Connection, vault: Vault, one: UUID, other: UUID, at: datetime, submission_id: UUID
) -> bool:
    """Let numbers of either of two entities stand again whose place one of the other had taken; tell if any did."""
    rows = await links.replaced_between(connection, one, other)
    kept = [(key, row["entity_id"]) for row in rows if (key := opened(vault, row))]
    await give(connection, vault, kept, at, submission_id)
    return bool(rows)


def opened(vault: Vault, row: asyncpg.Record) -> Identifier | None:
    """The number that a row of the vault holds sealed; None where it was shredded."""
    of = (row["identifier_id"].bytes, row["entity_id"].bytes)
    value = vault.open_if_kept(row["key_id"], row["value_encrypted"], *of)
    return Identifier(Scheme(row["scheme"]), value.decode()) if value else None
