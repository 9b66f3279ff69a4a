"""What webhooks ask of the database: each function is one named query of ``webhooks.sql``.

Takes a connection, ids and cursors; gives rows. Decides nothing and opens no secret.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection, DirectConnection

_SQL = queries("webhooks")


class NewWebhook(NamedTuple):
    """A webhook as it is first kept; ``wanted`` is its filter in JSON."""

    webhook_id: UUID
    agency: str
    officer: str
    role: str
    department: str | None
    divisions: tuple[str, ...]
    purpose: str
    url: str
    wanted: str
    key_id: str
    secret: bytes
    cursor: str | None


class Failure(NamedTuple):
    """Why changes were not taken, and how long a webhook may take none before it is suspended."""

    reason: str
    patience: timedelta


async def create(connection: Connection, webhook: NewWebhook, most: int) -> bool:
    """Keep a webhook, unless its owner has ``most`` already."""
    kept: bool = await connection.fetchval(_SQL["create_webhook"], *webhook, most)
    return kept


async def webhooks_of(
    connection: Connection, agency: str, role: str, department: str | None, webhook_id: UUID | None = None
) -> list[asyncpg.Record]:
    """The webhooks of an owner, or the one of them with an id."""
    return await connection.fetch(_SQL["webhooks_of"], agency, role, department, webhook_id)


async def all_webhooks(connection: Connection) -> list[asyncpg.Record]:
    """Every webhook, with the number of its dead letters."""
    return await connection.fetch(_SQL["all_webhooks"])


async def find(connection: Connection, webhook_id: UUID) -> asyncpg.Record | None:
    """One webhook, whosever it is."""
    return await connection.fetchrow(_SQL["webhook"], webhook_id)


async def dead_letters(connection: Connection, webhook_ids: Iterable[UUID], most: int) -> list[asyncpg.Record]:
    """The oldest dead letters of each of some webhooks."""
    return await connection.fetch(_SQL["dead_letters"], list(webhook_ids), most)


async def letter_to_retry(connection: Connection, webhook_id: UUID) -> asyncpg.Record | None:
    """The first dead letter that is to be posted once more."""
    return await connection.fetchrow(_SQL["letter_to_retry"], webhook_id)


async def remove(connection: Connection, webhook_id: UUID) -> None:
    """Forget a webhook."""
    await connection.execute(_SQL["remove_webhook"], webhook_id)


async def retry(connection: Connection, webhook_id: UUID) -> None:
    """Have a webhook go on, and its dead letters posted once more."""
    await connection.execute(_SQL["retry_webhook"], webhook_id)


async def claim(connection: DirectConnection, latest: str | None, held: Collection[UUID]) -> list[UUID]:
    """Take what has something to do and nobody else has taken; ``connection`` holds it until it gives it back."""
    return [row["webhook_id"] for row in await connection.fetch(_SQL["claim"], latest, list(held))]


async def release(connection: DirectConnection, webhook_id: UUID) -> None:
    """Give back a webhook that was taken."""
    await connection.execute(_SQL["release"], webhook_id)


async def move_on(connection: Connection, webhook_id: UUID, before: str | None, to: str | None, *, taken: bool) -> None:
    """Move a webhook's cursor on, if it still stands where it stood before."""
    await connection.execute(_SQL["move_on"], webhook_id, before, to, taken)


async def note_failure(connection: Connection, webhook_id: UUID, failure: Failure, pause: timedelta) -> None:
    """Note that changes were not taken and are to be posted again after a pause."""
    await connection.execute(_SQL["note_failure"], webhook_id, failure.reason, pause, failure.patience)


async def give_up(
    connection: Connection,
    webhook_id: UUID,
    letter_id: UUID,
    cursors: tuple[str | None, str | None],
    changes: int,
    failure: Failure,
) -> None:
    """Make a dead letter of the changes between two cursors, and go on behind it."""
    await connection.execute(
        _SQL["give_up"], webhook_id, *cursors, letter_id, changes, failure.reason, failure.patience
    )


async def suspend(connection: Connection, webhook_id: UUID, reason: str) -> None:
    """Have a webhook wait until it is told to go on."""
    await connection.execute(_SQL["suspend"], webhook_id, reason)


async def stop(connection: Connection, webhook_id: UUID, reason: str) -> None:
    """End a webhook."""
    await connection.execute(_SQL["stop"], webhook_id, reason)


async def advance_letter(connection: Connection, webhook_id: UUID, letter_id: UUID, after: str | None) -> None:
    """Have a dead letter begin later."""
    await connection.execute(_SQL["advance_letter"], webhook_id, letter_id, after)


async def remove_letter(connection: Connection, webhook_id: UUID, letter_id: UUID) -> None:
    """Forget a dead letter."""
    await connection.execute(_SQL["remove_letter"], webhook_id, letter_id)


async def refuse_letter(connection: Connection, webhook_id: UUID, letter_id: UUID, reason: str) -> None:
    """Keep a dead letter, which was not taken once more."""
    await connection.execute(_SQL["refuse_letter"], webhook_id, letter_id, reason)
