"""What can be subscribed to: the feed of changes, as it grows."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

import strawberry

from graphql_schema.changes import ChangeEdge, FilterOption, edge_of, filter_of
from graphql_schema.connections import After
from graphql_schema.context import OperationContext
from hub.desk.following import follow
from hub.store.bell import Bell


@dataclass
class SubscriptionContext(OperationContext):
    """A subscription's surroundings: those of any operation, and what wakes it."""

    bell: Bell = field(default_factory=Bell)


@strawberry.type(description="What can be subscribed to, over graphql-transport-ws · 订阅.")
class Subscription:
    """The root type of subscriptions."""

    @strawberry.subscription(  # type: ignore[untyped-decorator]
        description="Every change after a cursor, or from now on, each with the cursor to go on from after a break: "
        "none is missed, none told twice · 变更订阅."
    )
    async def changes(
        self,
        info: strawberry.Info,
        after: After = None,
        filter: FilterOption = None,  # noqa: A002 - its name in the schema
    ) -> AsyncGenerator[ChangeEdge, None]:
        """The changes, one by one, without end."""
        context: SubscriptionContext = info.context
        settings = context.settings
        told = follow(context.desk, context.viewer, after, filter_of(filter), context.bell, settings.feed_poll)
        async with aclosing(told):
            async for one in told:
                yield edge_of(context, one)
