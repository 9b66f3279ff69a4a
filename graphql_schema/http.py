"""GraphQL over HTTP: read a request, run it, write the answer.

A POST carries any document; a GET, whose address is logged on its way, only queries in which nobody can be named. No
request, however broken, is answered by a 500, and one request is one operation: lists of them are refused.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from functools import partial

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graphql_schema.context import OperationContext
from graphql_schema.errors import fault, hub_error, public_error
from graphql_schema.patience import patiently
from graphql_schema.purse import Purse
from graphql_schema.request import JSON, GraphQLRequest, answer_type, purpose, read_address, read_request
from graphql_schema.services import Services
from hub import telemetry
from hub.errors import (
    AccessLogUnavailable,
    AnswerTooLarge,
    BadRequest,
    BudgetExhausted,
    HubError,
    Kind,
    MethodNotAllowed,
    Stopping,
)
from hub.settings import Settings

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
HEADERS_OF_REFUSALS: Mapping[Kind, Mapping[str, str]] = {
    Kind.UNAUTHENTICATED: {"WWW-Authenticate": "Bearer"},
    Kind.METHOD_NOT_ALLOWED: {"Allow": "POST"},
    Kind.TOO_LARGE: {"Connection": "close"},  # the rest of the body is not read
    Kind.UNFINISHED: {"Connection": "close"},
    Kind.BUSY: {"Retry-After": "5"},
    Kind.UNAVAILABLE: {"Retry-After": "5"},
}
Reader = Callable[[Request, Settings], Awaitable[GraphQLRequest]]
READERS: Mapping[str, Reader] = {"GET": read_address, "POST": read_request}
"""How what is asked is read from a request of each method."""


class GraphQLEndpoint:
    """The ASGI application that answers GraphQL requests, by whatever method they come."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        with telemetry.request("graphql.request"):
            response = await _answer(request)
            telemetry.count_request("answered" if response.status_code < 400 else "refused")
            await response(scope, receive, send)


async def _answer(request: Request) -> Response:
    media_type = JSON
    try:
        if request.method not in READERS:
            raise MethodNotAllowed(allowed=", ".join(READERS))
        media_type = answer_type(",".join(request.headers.getlist("accept")))
        return await _run(request, READERS[request.method], media_type)
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - nothing internal may leave
        return refusal(error, media_type)


async def _run(request: Request, read: Reader, media_type: str) -> Response:
    services: Services = request.app.state.services
    admitted = await services.gate.admit(request.headers.get("authorization"), purpose(request))
    body = await read(request, services.settings)
    surroundings = OperationContext(
        viewer=admitted.viewer,
        model=services.model,
        desk=services.desk,
        intake=services.intake,
        settings=services.settings,
        purse=Purse(services.budgets, admitted.viewer.agency),
        patience=partial(patiently, receive=request.receive, seconds=services.settings.request_timeout),
        by_address=request.method == "GET",
    )
    with closing(surroundings) as context:
        answer, started = await _execute(services, context, body)
    return respond(answer, 200 if started or media_type == JSON else 400, media_type)


async def _execute(
    services: Services, context: OperationContext, body: GraphQLRequest
) -> tuple[dict[str, object], bool]:
    """The answer, and whether the operation was run at all."""
    text = services.trusted.text(body)
    result = await services.schema.ask(text, body.variables, body.operationName, context)
    if context.is_overdrawn:
        raise AnswerTooLarge(limit=services.settings.max_answer_fields)
    for error in result.errors or ():
        if isinstance(error.original_error, AccessLogUnavailable):
            raise error.original_error  # nothing of an answer leaves of which a part is not logged
    errors = [public_error(error) for error in (*(result.errors or ()), *context.denial_errors())]
    started = result.data is not None or any("path" in error for error in errors)
    answer: dict[str, object] = {"errors": errors} if errors else {}
    answer |= {"data": result.data} if started else {}
    cost = await context.purse.settle() if context.purse else {}
    return answer | ({"extensions": {"cost": cost}} if cost else {}), started


def refusal(error: BaseException, media_type: str = JSON) -> Response:
    """What is answered where a whole request fails."""
    if _is_broken_off():
        error = Stopping()
    if not isinstance(error, HubError):
        return respond({"errors": [fault(error)]}, HubError().http_status, media_type)
    headers = HEADERS_OF_REFUSALS.get(error.kind, {})
    if isinstance(error, BudgetExhausted):
        headers = {"Retry-After": str(error.details["seconds"])}
    elif isinstance(error, MethodNotAllowed):
        headers = {"Allow": str(error.details["allowed"])}
    return respond({"errors": [hub_error(error)]}, error.http_status, media_type, headers)


def _is_broken_off() -> bool:
    """Whether the present request was cancelled, which only a server does that is being stopped."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def respond(
    answer: Mapping[str, object], status: int, media_type: str = JSON, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer that nobody may keep."""
    content = msgspec.json.encode(answer)
    return Response(content, status, {**HEADERS, **(headers or {})}, f"{media_type}; charset=utf-8")


NO_HTTP = msgspec.json.encode({"errors": [hub_error(BadRequest(problem="it is not HTTP, or its head is too long"))]})
"""What is answered to bytes that are no request at all."""
