"""Tell agencies of changes where they listen: the feed, posted as signed CloudEvents, at least once and in order."""

from hub.webhooks.keeping import Kept, create, dead_letters, remove, retry, webhooks_of
from hub.webhooks.webhook import DeadLetter, Webhook, WebhookState

__all__ = [
    "DeadLetter",
    "Kept",
    "Webhook",
    "WebhookState",
    "create",
    "dead_letters",
    "remove",
    "retry",
    "webhooks_of",
]
