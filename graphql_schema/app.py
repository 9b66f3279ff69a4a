"""The ASGI application: GraphQL, its schema as text, uploads, health and the explorer.

Takes a way to open ``Services``; opens them when the server starts and closes them when it stops.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from graphql_schema.export_files import give_file, take_keys
from graphql_schema.http import GraphQLEndpoint, refusal
from graphql_schema.introspection import check_introspection
from graphql_schema.leaving import READY_PATH
from graphql_schema.request import purpose
from graphql_schema.services import Services
from graphql_schema.tokens import give_token
from graphql_schema.uploads import UploadEndpoint
from graphql_schema.websocket import SubscriptionEndpoint
from hub.errors import HubError, IntrospectionRefused, NotServed


def build_app(
    open_services: Callable[[], AbstractAsyncContextManager[Services]], explorer: Sequence[BaseRoute] = ()
) -> Starlette:
    """The application over the services that ``open_services`` opens."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_services() as services:
            app.state.services = services
            yield

    return Starlette(
        lifespan=lifespan,
        exception_handlers={404: _nowhere},
        routes=[
            Route("/graphql", GraphQLEndpoint()),
            Route("/token", give_token, methods=["POST"]),
            Route("/submissions/{register}", UploadEndpoint()),
            Route("/exports/{id}/keys", take_keys, methods=["PUT"]),
            Route("/exports/{id}", give_file, methods=["GET"]),
            WebSocketRoute("/graphql", SubscriptionEndpoint()),
            Route("/schema.graphql", _schema),
            Route("/healthz", _alive),
            Route(READY_PATH, _ready),
            Route("/", _home),
            *explorer,
        ],
    )


async def _schema(request: Request) -> Response:
    services: Services = request.app.state.services
    try:
        await _check_reader(request, services)
    except HubError as error:
        return refusal(error)
    return PlainTextResponse(services.schema.as_str() + "\n", media_type="text/plain; charset=utf-8")


async def _check_reader(request: Request, services: Services) -> None:
    """Raise unless whoever asks may read the schema; a token is asked for only where it matters."""
    if services.settings.introspection == "developers":
        admitted = await services.gate.admit(request.headers.get("authorization"), purpose(request))
        check_introspection(asked=True, viewer=admitted.viewer, settings=services.settings)
    elif services.settings.introspection == "nobody":
        raise IntrospectionRefused


async def _alive(request: Request) -> Response:
    """The process runs."""
    return PlainTextResponse("ok\n")


async def _ready(request: Request) -> Response:
    """The process can answer: its database does."""
    services: Services = request.app.state.services
    try:
        await services.database.ping()
    except HubError as error:
        return Response(msgspec.json.encode({"code": error.code}), error.http_status, media_type="application/json")
    return PlainTextResponse("ready\n")


async def _nowhere(request: Request, error: Exception) -> Response:
    """Where there is nothing: what there is, in JSON for who accepts that."""
    if "json" in request.headers.get("accept", ""):
        return refusal(NotServed())
    told = NotServed()
    return PlainTextResponse(f"{told.message}\n{told.hint}\n", told.http_status)


async def _home(request: Request) -> Response:
    return RedirectResponse("/explorer")
