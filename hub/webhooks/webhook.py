"""What a webhook is, and what a dead letter: as rows say it. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import asyncpg
import msgspec

from hub.access import Viewer, roles_named
from hub.desk.feed import Filter

_filter = msgspec.json.Decoder(Filter)


class WebhookState(StrEnum):
    """How a webhook fares."""

    ACTIVE = "ACTIVE"
    FAILING = "FAILING"
    SUSPENDED = "SUSPENDED"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where an agency has changes posted to, and how far that has come.

    ``viewer`` is whoever set it up: what is posted is what they would be told.
    """

    webhook_id: UUID
    viewer: Viewer
    url: str
    wanted: Filter
    key_id: str
    secret: bytes
    created_at: datetime
    cursor: str | None
    attempts: int
    due_at: datetime
    failing_since: datetime | None
    failure: str | None
    suspended_at: datetime | None
    stopped_at: datetime | None

    @property
    def state(self) -> WebhookState:
        """How it fares."""
        if self.stopped_at:
            return WebhookState.STOPPED
        if self.suspended_at:
            return WebhookState.SUSPENDED
        return WebhookState.FAILING if self.failing_since else WebhookState.ACTIVE

    @property
    def is_running(self) -> bool:
        """Whether changes are posted to it."""
        return not (self.stopped_at or self.suspended_at)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Changes, by the cursors before the first and of the last, that were not taken however often they were posted."""

    webhook_id: UUID
    letter_id: UUID
    after: str | None
    through: str
    changes: int
    failure: str
    failed_at: datetime
    retry: bool


def webhook_of(row: asyncpg.Record) -> Webhook:
    """The webhook of a row."""
    return Webhook(
        webhook_id=row["webhook_id"],
        viewer=_viewer_of(row),
        url=row["url"],
        wanted=_filter.decode(row["wanted"]),
        key_id=row["key_id"],
        secret=row["secret_encrypted"],
        created_at=row["created_at"],
        cursor=row["cursor"],
        attempts=row["attempts"],
        due_at=row["due_at"],
        failing_since=row["failing_since"],
        failure=row["failure"],
        suspended_at=row["suspended_at"],
        stopped_at=row["stopped_at"],
    )


def _viewer_of(row: asyncpg.Record) -> Viewer:
    return Viewer(
        agency=row["agency"],
        officer=row["officer"],
        roles=roles_named(row["role"]),
        department=row["department"],
        purpose=row["purpose"],
        divisions=tuple(row["divisions"]),
    )


def letter_of(row: asyncpg.Record) -> DeadLetter:
    """The dead letter of a row."""
    return DeadLetter(
        webhook_id=row["webhook_id"],
        letter_id=row["letter_id"],
        after=row["after_cursor"],
        through=row["through_cursor"],
        changes=row["changes"],
        failure=row["failure"],
        failed_at=row["failed_at"],
        retry=row["retry"],
    )
