"""Make every card anew where the rule that makes them is another than before: after an upgrade, or with another model.

Takes a database and a model; holds the views of one batch at a time, under the locks that intake takes. Broken off, it
starts over; run by several processes at once, each does the same.
"""

from collections.abc import Iterable
from hashlib import blake2b
from uuid import UUID

import msgspec

from hub.catalog import EntityKind, Model
from hub.intake.locks import lock_key
from hub.merge import card_of, decode
from hub.merge.card import RULE
from hub.store import cards, writing
from hub.store.pool import Database

BATCH = 500
"""Cards made in one transaction."""


async def make_cards(database: Database, model: Model) -> int:
    """Make the cards of all views, unless they follow the present rule; gives how many were made."""
    rule = rule_of(model)
    made, after = 0, UUID(int=0)
    async with database.connection() as connection:
        if await cards.is_followed(connection, rule):
            return 0
    while batch := await _next(database, after):
        made += await _make(database, model, batch)
        after = batch[-1]
    async with database.connection() as connection:
        await cards.follow(connection, rule)
    return made


def rule_of(model: Model) -> bytes:
    """Stands for all that decides what a card holds: the model's sources and the version of the code."""
    return blake2b(msgspec.json.encode([RULE, model.cards], order="sorted"), digest_size=16).digest()


async def _next(database: Database, after: UUID) -> list[UUID]:
    async with database.connection() as connection:
        return await cards.standing_after(connection, after, BATCH)


async def _make(database: Database, model: Model, entity_ids: Iterable[UUID]) -> int:
    async with database.transaction() as connection:
        await writing.lock(connection, {lock_key(entity_id.bytes) for entity_id in entity_ids})
        made = [
            (
                row["entity_id"],
                row["kind"],
                card_of(decode(row["merged"], row["records"]), model.cards[EntityKind(row["kind"])]),
            )
            for row in await cards.standing(connection, entity_ids)
        ]
        if made:
            await writing.write_cards(connection, made)
    return len(made)
