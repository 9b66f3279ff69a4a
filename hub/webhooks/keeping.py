"""What an agency may do with its own webhooks: set one up, see how it fares, have it go on, take it away.

Takes a viewer; knows no webhook of anybody else. Never posts anything, and never gives a secret but when it is made.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import msgspec

from hub.access import Viewer
from hub.clock import now
from hub.desk import Desk
from hub.desk.feed import Filter, beginning
from hub.errors import TooManyWebhooks, UnknownWebhook
from hub.identifiers.entity_id import new_id
from hub.settings import Settings
from hub.store import webhooks
from hub.store.webhooks import NewWebhook
from hub.webhooks.address import check_url
from hub.webhooks.webhook import DeadLetter, Webhook, letter_of, webhook_of

MOST_LETTERS = 100
"""Dead letters of a webhook that are shown at once."""
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Kept:
    """A webhook that was set up, with its secret, which is shown this once."""

    webhook: Webhook
    secret: str


async def create(desk: Desk, settings: Settings, viewer: Viewer, url: str, wanted: Filter, after: str | None) -> Kept:
    """Have changes posted to ``url``: those after the cursor ``after``, or from now on; raises as ``changes`` does."""
    check_url(url, settings.reachable_hosts)
    cursor = await beginning(desk, viewer, after, wanted)
    webhook_id = new_id(now())
    secret = secrets.token_urlsafe(SECRET_BYTES)
    key_id, sealed = desk.vault.seal(secret.encode(), webhook_id.bytes)
    written = msgspec.json.encode(wanted).decode()
    new = NewWebhook(webhook_id, *_owner(viewer), viewer.purpose, url, written, key_id, sealed, cursor)
    async with desk.database.connection() as connection:
        if not await webhooks.create(connection, new, settings.max_webhooks):
            raise TooManyWebhooks(limit=settings.max_webhooks)
    return Kept(await _own(desk, viewer, webhook_id), secret)


async def webhooks_of(desk: Desk, viewer: Viewer) -> list[Webhook]:
    """The viewer's webhooks, the oldest first."""
    async with desk.database.connection() as connection:
        rows = await webhooks.webhooks_of(connection, viewer.agency, viewer.named_roles, viewer.department)
    return [webhook_of(row) for row in rows]


async def dead_letters(desk: Desk, webhook_ids: Iterable[UUID]) -> list[DeadLetter]:
    """The oldest dead letters of each of some webhooks."""
    async with desk.database.connection() as connection:
        return [letter_of(row) for row in await webhooks.dead_letters(connection, webhook_ids, MOST_LETTERS)]


async def retry(desk: Desk, viewer: Viewer, webhook_id: UUID) -> Webhook:
    """Have a webhook go on at once, whatever stopped it, and its dead letters posted once more."""
    await _own(desk, viewer, webhook_id)
    async with desk.database.connection() as connection:
        await webhooks.retry(connection, webhook_id)
    return await _own(desk, viewer, webhook_id)


async def remove(desk: Desk, viewer: Viewer, webhook_id: UUID) -> Webhook:
    """Take a webhook away, with its dead letters; gives what it was."""
    webhook = await _own(desk, viewer, webhook_id)
    async with desk.database.connection() as connection:
        await webhooks.remove(connection, webhook_id)
    return webhook


async def _own(desk: Desk, viewer: Viewer, webhook_id: UUID) -> Webhook:
    async with desk.database.connection() as connection:
        rows = await webhooks.webhooks_of(connection, viewer.agency, viewer.named_roles, viewer.department, webhook_id)
    if not rows:
        raise UnknownWebhook(id=webhook_id)
    return webhook_of(rows[0])


def _owner(viewer: Viewer) -> tuple[str, str, str, str | None, tuple[str, ...]]:
    return viewer.agency, viewer.officer, viewer.named_roles, viewer.department, viewer.divisions
