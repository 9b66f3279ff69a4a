"""Webhooks as their agency sees them: where changes are posted to, how that fares, what was never taken."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from graphql_schema.changes import ChangeFilter, filter_of
from graphql_schema.enums import EntityKind, WebhookState
from graphql_schema.global_id import parse_id
from graphql_schema.making import context_of, raw_info
from hub import webhooks
from hub.errors import UnknownWebhook
from hub.webhooks import DeadLetter, Webhook
from hub.webhooks.keeping import MOST_LETTERS


@strawberry.type(name="DeadLetter", description="Changes that were not taken, however often they were posted · 死信.")
class DeadLetterType:
    """Changes that were not taken."""

    id: strawberry.ID = strawberry.field(description="Names the dead letter.")
    after: str | None = strawberry.field(description="The cursor before its first change, for `changes(after:)`.")
    through: str = strawberry.field(description="The cursor of its last change.")
    changes: int = strawberry.field(description="How many changes it held when it was posted.")
    failure: str = strawberry.field(description="Why it was not taken.")
    failed_at: datetime = strawberry.field(description="When it was posted last.")
    is_retried: bool = strawberry.field(description="Whether it is about to be posted once more.")


@strawberry.type(name="Webhook", description="Where changes are posted to, and how that fares · 变更推送.")
class WebhookType:
    """Where changes are posted to."""

    id: strawberry.ID = strawberry.field(description="Names the webhook.")
    url: str = strawberry.field(description="Where changes are posted to.")
    kinds: list[EntityKind] = strawberry.field(description="The kinds of entity it is told of; none means all.")
    items: list[str] = strawberry.field(description="The items it is told of; none means all that are granted.")
    registers: list[str] = strawberry.field(description="The registers it is told of; none means all.")
    divisions: list[str] = strawberry.field(description="The divisions it is told of; none means all.")
    created_at: datetime = strawberry.field(description="When it was set up.")
    state: WebhookState = strawberry.field(description="How it fares.")
    cursor: str | None = strawberry.field(description="The change up to which it has been told.")
    attempts: int = strawberry.field(description="How often what follows was posted in vain.")
    next_attempt_at: datetime | None = strawberry.field(description="When it is posted again, where that failed.")
    failing_since: datetime | None = strawberry.field(description="Since when it has taken nothing.")
    failure: str | None = strawberry.field(description="Why it took nothing.")
    dead_letters: list[DeadLetterType] = strawberry.field(
        description=f"What it never took and the hub went on behind, the oldest first, up to {MOST_LETTERS}."
    )


@strawberry.type(description="A webhook that was set up.")
class CreatedWebhook:
    """A webhook that was set up."""

    webhook: WebhookType = strawberry.field(description="The webhook.")
    secret: str = strawberry.field(description="What its posts are signed with. It is shown this once.")


@strawberry.input(description="Where changes are to be posted to.")
class CreateWebhookInput:
    """Where changes are to be posted to."""

    url: str = strawberry.field(description="An address that begins with https:// and is open to the internet.")
    filter: ChangeFilter | None = strawberry.field(default=None, description="Which changes are wanted.")
    after: str | None = strawberry.field(
        default=None, description="The cursor of a change to begin after; if not given, it begins with what comes now."
    )


Named = Annotated[strawberry.ID, strawberry.argument(description="The webhook's id.")]


async def webhooks_asked(info: strawberry.Info) -> list[WebhookType]:
    """The viewer's webhooks."""
    context = context_of(info)
    return await _shown(info, await webhooks.webhooks_of(context.desk, context.viewer))


async def create_webhook(
    info: strawberry.Info,
    input: Annotated[CreateWebhookInput, strawberry.argument(description="The webhook.")],  # noqa: A002
) -> CreatedWebhook:
    """Set up a webhook."""
    context = context_of(info)
    wanted = filter_of(input.filter)
    kept = await webhooks.create(context.desk, context.settings, context.viewer, input.url, wanted, input.after)
    (shown,) = await _shown(info, [kept.webhook])
    return CreatedWebhook(webhook=shown, secret=kept.secret)


async def retry_webhook(
    info: strawberry.Info,
    id: Named,  # noqa: A002 - its name in the schema
) -> WebhookType:
    """Have a webhook go on."""
    context = context_of(info)
    going_on = await webhooks.retry(context.desk, context.viewer, parse_id(id, UnknownWebhook(id=id)))
    (shown,) = await _shown(info, [going_on])
    return shown


async def remove_webhook(
    info: strawberry.Info,
    id: Named,  # noqa: A002 - its name in the schema
) -> WebhookType:
    """Take a webhook away."""
    context = context_of(info)
    return _webhook(await webhooks.remove(context.desk, context.viewer, parse_id(id, UnknownWebhook(id=id))), [])


async def _shown(info: strawberry.Info, found: list[Webhook]) -> list[WebhookType]:
    """Webhooks with their dead letters."""
    context = context_of(info)
    letters = await webhooks.dead_letters(context.desk, [webhook.webhook_id for webhook in found])
    context.spend(raw_info(info), len(found) + len(letters))
    return [
        _webhook(webhook, [letter for letter in letters if letter.webhook_id == webhook.webhook_id])
        for webhook in found
    ]


def _webhook(webhook: Webhook, letters: list[DeadLetter]) -> WebhookType:
    return WebhookType(
        id=strawberry.ID(str(webhook.webhook_id)),
        url=webhook.url,
        kinds=list(webhook.wanted.kinds),
        items=list(webhook.wanted.items),
        registers=list(webhook.wanted.registers),
        divisions=list(webhook.wanted.divisions),
        created_at=webhook.created_at,
        state=webhook.state,
        cursor=webhook.cursor,
        attempts=webhook.attempts,
        next_attempt_at=webhook.due_at if webhook.attempts and webhook.is_running else None,
        failing_since=webhook.failing_since,
        failure=webhook.failure,
        dead_letters=[_letter(letter) for letter in letters],
    )


def _letter(letter: DeadLetter) -> DeadLetterType:
    return DeadLetterType(
        id=strawberry.ID(str(letter.letter_id)),
        after=letter.after,
        through=letter.through,
        changes=letter.changes,
        failure=letter.failure,
        failed_at=letter.failed_at,
        is_retried=letter.retry,
    )


WEBHOOK_QUESTIONS: dict[str, Any] = {
    "webhooks": strawberry.field(resolver=webhooks_asked, description="Your agency's webhooks · 本机构的变更推送."),
}
