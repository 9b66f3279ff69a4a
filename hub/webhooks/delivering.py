"""Deliver: post to every webhook what it has not taken yet, woken by the bell, for as long as the process runs.

Takes a desk; reads the feed for each webhook as for anybody, so that grants are decided and the access log is written
for each attempt. A cursor moves on only when what came before it was taken, or became a dead letter. Several processes
share the work: whoever holds a webhook's lock posts to it, one batch at a time, and whoever dies gives it back.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import SystemRandom
from uuid import UUID

from hub import telemetry
from hub.clock import now
from hub.desk import Desk
from hub.desk.cursors import feed_place
from hub.desk.feed import Page, Told, changes, latest_cursor
from hub.errors import HubError, Kind
from hub.identifiers.entity_id import new_id
from hub.settings import Settings
from hub.store import webhooks
from hub.store.bell import AGAIN_SECONDS, Bell
from hub.store.pool import DirectConnection, connect_directly
from hub.store.webhooks import Failure
from hub.webhooks.message import CONTENT_TYPE, Naming, body_of, signature
from hub.webhooks.posting import Gone, NotTaken, Poster
from hub.webhooks.webhook import DeadLetter, Webhook, letter_of, webhook_of

BATCH = 50
"""Most changes in one post."""
MOST_AT_ONCE = 20
"""Webhooks that one process posts to at the same time."""
LONGEST_PAUSE = 3_600.0
PASSING = frozenset({Kind.BUSY, Kind.UNAVAILABLE, Kind.FAULT})
"""Errors that are the hub's own and no webhook's."""

_log = logging.getLogger("hub.webhooks")
_chance = SystemRandom()


class NotTold(Exception):
    """The hub itself does not tell what a webhook asks for, as where a grant has ended; says why."""


def pause_after(attempts: int, backoff: float) -> timedelta:
    """How long to wait after so many failed attempts: twice as long each time, and never the same for everybody."""
    longest = min(backoff * 2 ** min(attempts - 1, 32), LONGEST_PAUSE)
    return timedelta(seconds=_chance.uniform(longest / 2, longest))


@dataclass
class Deliverer:
    """One process's share of the work."""

    desk: Desk
    settings: Settings
    poster: Poster
    name: Naming
    _bell: Bell = field(default_factory=Bell)
    _posting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))

    async def run(self) -> None:
        """Deliver until cancelled; without the database, wait for it to come back."""
        url = self.desk.database.direct_url
        async with self._bell.heard(url):
            while True:
                try:
                    async with connect_directly(url) as claims:
                        await self._attend(claims)
                except HubError as error:
                    _log.warning("webhooks wait: %s", error.message)
                    await asyncio.sleep(AGAIN_SECONDS)

    async def _attend(self, claims: DirectConnection) -> None:
        """Look again and again for webhooks that have something to do; ``claims`` holds their locks."""
        running: dict[UUID, asyncio.Task[None]] = {}
        try:
            while True:
                rung = self._bell.rung
                for webhook_id in [one for one, task in running.items() if task.done()]:
                    running.pop(webhook_id).result()
                    await webhooks.release(claims, webhook_id)
                for webhook_id in await webhooks.claim(claims, await latest_cursor(self.desk), running):
                    running[webhook_id] = asyncio.create_task(self._deliver(webhook_id))
                    running[webhook_id].add_done_callback(self._bell.ring)
                await self._bell.wait(rung, self.settings.feed_poll)
        finally:
            for task in running.values():
                task.cancel()
            await asyncio.gather(*running.values(), return_exceptions=True)

    async def _deliver(self, webhook_id: UUID) -> None:
        """Post to one webhook until it has taken everything, or fails; the others do not suffer from its faults."""
        async with self._posting:
            (fault,) = await asyncio.gather(self._catch_up(webhook_id), return_exceptions=True)
        if fault:
            _log.warning("webhook %s waits", webhook_id, exc_info=fault)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _catch_up(self, webhook_id: UUID) -> None:
        while await self._step(webhook_id):
            pass

    async def _step(self, webhook_id: UUID) -> bool:
        """Post one batch; whether there may be another at once."""
        async with self.desk.database.connection() as connection:
            row = await webhooks.find(connection, webhook_id)
            letter = await webhooks.letter_to_retry(connection, webhook_id)
        webhook = webhook_of(row) if row else None
        if webhook is None or not webhook.is_running:
            return False
        with telemetry.request("webhooks.deliver"):
            try:
                return await (self._post_letter(webhook, letter_of(letter)) if letter else self._post_next(webhook))
            except Gone as end:
                async with self.desk.database.connection() as connection:
                    await webhooks.stop(connection, webhook_id, str(end))
            except NotTold as refusal:
                async with self.desk.database.connection() as connection:
                    await webhooks.suspend(connection, webhook_id, str(refusal))
        return False

    async def _post_next(self, webhook: Webhook) -> bool:
        """Post what follows the webhook's cursor."""
        page = await self._page(webhook, webhook.cursor)
        try:
            await self._post(webhook, page.told)
        except NotTaken as failure:
            return await self._note(webhook, page, str(failure))
        async with self.desk.database.connection() as connection:
            await webhooks.move_on(connection, webhook.webhook_id, webhook.cursor, page.cursor, taken=bool(page.told))
        return page.more

    async def _note(self, webhook: Webhook, page: Page, reason: str) -> bool:
        """Have ``page`` posted again later, or give it up; whether to go on behind it."""
        attempts = webhook.attempts + 1
        failure = Failure(reason, timedelta(seconds=self.settings.webhook_patience))
        async with self.desk.database.connection() as connection:
            if attempts < self.settings.webhook_attempts:
                pause = pause_after(attempts, self.settings.webhook_backoff)
                await webhooks.note_failure(connection, webhook.webhook_id, failure, pause)
                return False
            cursors = webhook.cursor, page.cursor
            await webhooks.give_up(connection, webhook.webhook_id, new_id(now()), cursors, len(page.told), failure)
        return page.more

    async def _post_letter(self, webhook: Webhook, letter: DeadLetter) -> bool:
        """Post a dead letter once more; there may be others."""
        ids = letter.webhook_id, letter.letter_id
        try:
            page = await self._page(webhook, letter.after)
            await self._post(webhook, [one for one in page.told if not self._is_beyond(letter, one.cursor)])
        except (NotTaken, NotTold) as failure:
            async with self.desk.database.connection() as connection:
                await webhooks.refuse_letter(connection, *ids, str(failure))
            return True
        async with self.desk.database.connection() as connection:
            if page.more and page.cursor and not self._is_beyond(letter, page.cursor):
                await webhooks.advance_letter(connection, *ids, page.cursor)
            else:
                await webhooks.remove_letter(connection, *ids)
        return True

    def _is_beyond(self, letter: DeadLetter, cursor: str) -> bool:
        vault = self.desk.vault
        return feed_place(vault, cursor) > feed_place(vault, letter.through)

    async def _page(self, webhook: Webhook, after: str | None) -> Page:
        """What the webhook's agency is told next, decided and logged now."""
        try:
            return await changes(self.desk, webhook.viewer, after, BATCH, webhook.wanted)
        except HubError as refusal:
            if refusal.kind in PASSING:
                raise
            raise NotTold(refusal.message) from None

    async def _post(self, webhook: Webhook, told: list[Told]) -> None:
        """Post changes, signed; nothing where there are none."""
        if not told:
            return
        body = body_of(told, self.name)
        secret = self.desk.vault.open(webhook.key_id, webhook.secret, webhook.webhook_id.bytes)
        headers = {
            "Content-Type": CONTENT_TYPE,
            "Hub-Webhook": str(webhook.webhook_id),
            "Hub-Signature": signature(secret, int(now().timestamp()), body),
        }
        await self.poster.post(webhook.url, headers, body)
