"""A receiver of webhooks on this machine, which understands posts by the recipe of docs/webhooks.md."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphql_schema.global_id import global_id
from hub.access import Viewer
from hub.webhooks.delivering import Deliverer
from hub.webhooks.posting import open_poster
from tests.documents import read, snippets
from tests.served import AGENCY, Api, listening

CREATE = """mutation($input: CreateWebhookInput!) {
    createWebhook(input: $input) { secret webhook { id state cursor } }
}"""
WEBHOOKS = """{ webhooks {
    id url state cursor attempts nextAttemptAt failingSince failure kinds items registers divisions createdAt
    deadLetters { id after through changes failure failedAt isRetried }
} }"""
RETRY = "mutation($id: ID!) { retryWebhook(id: $id) { id state attempts deadLetters { isRetried } } }"
REMOVE = "mutation($id: ID!) { removeWebhook(id: $id) { id } }"
PATIENCE = 60.0
"""Seconds after which a test that waits in vain is ended."""
Event = Mapping[str, Any]
Answer = Callable[[], Response]


def taught() -> Callable[[str, str, bytes, set[str]], list[Event]]:
    """The function that the documentation teaches."""
    names: dict[str, Any] = {}
    exec(snippets(read("docs/webhooks.md"), "python")[0], names)  # noqa: S102 - the documentation's own code
    take: Callable[[str, str, bytes, set[str]], list[Event]] = names["take"]
    return take


@dataclass
class Receiver:
    """What was posted to an address, and how it answers: first by ``answers``, then by 204."""

    url: str = ""
    secret: str = ""
    answers: list[int] = field(default_factory=list)
    location: str = ""
    held: asyncio.Event | None = None
    posts: list[list[Event]] = field(default_factory=list)
    taken: list[Event] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        self.headers.append(request.headers)
        self.posts.append(taught()(self.secret, request.headers["hub-signature"], body, set()))
        if self.held:
            await self.held.wait()
        status = self.answers.pop(0) if self.answers else 204
        if 200 <= status < 300:
            self.taken += taught()(self.secret, request.headers["hub-signature"], body, self.ids)
        return Response(status_code=status, headers={"Location": self.location} if self.location else None)

    @property
    def told(self) -> list[tuple[str, int]]:
        """The changes that were taken, in their order."""
        return pairs(self.taken)


def pairs(events: Sequence[Event]) -> list[tuple[str, int]]:
    """Events as (entity, version)."""
    return [(event["data"]["entityId"], event["data"]["version"]) for event in events]


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver()
    async with listening(Starlette(routes=[Route("/changes", receiver.answer, methods=["POST"])])) as url:
        receiver.url = f"{url}/changes"
        yield receiver


async def create(api: Api, receiver: Receiver, viewer: Viewer = AGENCY, **input: object) -> str:  # noqa: A002
    """Set up a webhook that leads to the receiver; gives its id."""
    made = (await api.data(CREATE, {"input": {"url": receiver.url} | input}, viewer))["createWebhook"]
    receiver.secret = made["secret"]
    identifier: str = made["webhook"]["id"]
    return identifier


async def only_webhook(api: Api) -> Mapping[str, Any]:
    """The agency's only webhook."""
    (webhook,) = (await api.data(WEBHOOKS))["webhooks"]
    found: Mapping[str, Any] = webhook
    return found


async def until(met: Callable[[], Any]) -> None:
    """Wait until something has come to be."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = met()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.02)


async def until_webhook(api: Api, met: Callable[[Mapping[str, Any]], Any]) -> Mapping[str, Any]:
    """The agency's only webhook, once it is as wanted."""
    found: list[Mapping[str, Any]] = []

    async def look() -> bool:
        found.append(await only_webhook(api))
        return bool(met(found[-1]))

    await until(look)
    return found[-1]


@asynccontextmanager
async def delivering(api: Api) -> AsyncIterator[None]:
    """Deliver for as long as the block runs."""
    settings = api.services.settings
    async with open_poster(settings) as poster:
        running = asyncio.create_task(Deliverer(api.services.desk, settings, poster, global_id).run())
        try:
            yield
            assert not running.done(), running.exception()
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
