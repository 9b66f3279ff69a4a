"""APIs for tests, over real HTTP."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.transports import Pull
from adapters.transports.pull import PullSource, open_pull
from tests.served import listening

Answers = Callable[[Request], Response]


@dataclass
class Api:
    """An API that answers as ``answers`` say, and remembers what it was asked."""

    answers: Answers
    url: str = ""
    asked: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        return self.answers(request)

    def opened(self, **settings: object) -> Pull:
        return opened(f"{self.url}/people", **settings)


def opened(url: str, **settings: object) -> Pull:
    said = {"kind": "http", "url": url, "backoff": 0.01, "rows": "items", **settings}
    return open_pull(msgspec.convert(said, PullSource), {"TOKEN": "the-secret-token"})


@asynccontextmanager
async def serving(answers: Answers) -> AsyncIterator[Api]:
    api = Api(answers)

    async def answer(request: Request) -> Response:
        return api(request)

    async with listening(Starlette(routes=[Route("/{path:path}", answer)])) as url:
        api.url = url
        yield api
