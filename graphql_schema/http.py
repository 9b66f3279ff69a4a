"""GraphQL over HTTP: read a request, run it, write the answer.

POST only: identity numbers in an address would end up in the logs of proxies. No body, however broken, is answered by
a 500.
"""

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from graphql_schema.context import OperationContext
from graphql_schema.errors import error_extensions, public_error
from graphql_schema.services import Services
from hub import telemetry
from hub.errors import (
    BadRequest,
    HubError,
    QueryTooDeep,
    RequestTooLarge,
    UnsupportedMediaType,
)

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
MOST_PURPOSE_CHARACTERS = 200


class GraphQLRequest(msgspec.Struct):
    """The body of a request."""

    query: str
    variables: dict[str, object] | None = None
    operationName: str | None = None  # noqa: N815 - the name on the wire
    extensions: dict[str, object] | None = None


_decode = msgspec.json.Decoder(GraphQLRequest).decode


async def graphql_endpoint(request: Request) -> Response:
    """Answer one GraphQL request."""
    services: Services = request.app.state.services
    media_type = _answer_type(request.headers.get("accept", ""))
    with telemetry.span("graphql.request"):
        try:
            viewer = services.issuer.viewer(request.headers.get("authorization"), _purpose(request))
            body = await _body(request, services.settings.max_request_bytes)
            context = OperationContext(
                viewer=viewer,
                model=services.model,
                desk=services.desk,
                intake=services.intake,
                settings=services.settings,
            )
            answer, complete = await _execute(services, context, body)
            status = 200 if complete or media_type == JSON else 400
        except HubError as error:
            answer, status = (
                {"errors": [{"message": error.message, "extensions": error_extensions(error)}]},
                error.http_status,
            )
        telemetry.count_request("answered" if status < 400 else "refused")
        return Response(msgspec.json.encode(answer), status, media_type=f"{media_type}; charset=utf-8")


async def _execute(
    services: Services, context: OperationContext, body: GraphQLRequest
) -> tuple[dict[str, object], bool]:
    """The answer, and whether the document could be run at all."""
    try:
        result = await services.schema.execute(
            body.query, body.variables, context_value=context, operation_name=body.operationName
        )
    except RecursionError:
        raise QueryTooDeep(limit=services.settings.max_query_depth) from None
    errors = [public_error(error) for error in (*(result.errors or ()), *context.denial_errors())]
    started = result.data is not None or any("path" in error for error in errors)
    answer: dict[str, object] = {"errors": errors} if errors else {}
    return answer | ({"data": result.data} if started else {}), started


async def _body(request: Request, limit: int) -> GraphQLRequest:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != JSON:
        raise UnsupportedMediaType
    content = bytearray()
    try:
        async for part in request.stream():
            content += part
            if len(content) > limit:
                raise RequestTooLarge(limit=limit)
    except ClientDisconnect:
        raise BadRequest(problem="it broke off") from None
    try:
        return _decode(content)
    except RecursionError:
        raise BadRequest(problem="it nests too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(problem=telemetry.redact(str(error))) from None


def _answer_type(accept: str) -> str:
    """The media type to answer with: the one of GraphQL over HTTP for who names it, plain JSON for others."""
    return GRAPHQL_RESPONSE if GRAPHQL_RESPONSE in accept.lower() else JSON


def _purpose(request: Request) -> str:
    purpose = request.headers.get("hub-purpose", "")[:MOST_PURPOSE_CHARACTERS]
    return telemetry.redact(purpose.replace("\x00", ""))
