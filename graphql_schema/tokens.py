"""Tokens for agencies' systems: ``POST /token``, the client credentials of OAuth 2.0 with a private-key JWT (RFC 7523).

Takes a form with a signed assertion; gives an access token, or says why not in the words that OAuth clients know.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graphql_schema.http import HEADERS, refusal
from graphql_schema.services import Services
from hub.errors import BadRequest, RequestTooLarge, Unauthenticated

GRANT = "client_credentials"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FORM = "application/x-www-form-urlencoded"
LARGEST = 32_768
MOST_FIELDS = 20


async def give_token(request: Request) -> Response:
    """Answer one request for a token."""
    services: Services = request.app.state.services
    try:
        form = await _form(request)
        if form.get("grant_type") != GRANT or form.get("client_assertion_type") != ASSERTION:
            return _refused("unsupported_grant_type", f"Only {GRANT} with {ASSERTION} is taken.", 400)
        given = await services.accounts.exchange(form.get("client_assertion", ""))
    except Unauthenticated as refused:
        return _refused("invalid_client", refused.message, 401)
    except (BadRequest, RequestTooLarge) as error:
        return _refused("invalid_request", error.message, error.http_status)
    except Exception as error:  # noqa: BLE001 - nothing internal may leave
        return refusal(error)
    answer = {"access_token": given.token, "token_type": "Bearer", "expires_in": given.seconds}
    return JSONResponse(answer, headers=HEADERS)


async def _form(request: Request) -> Mapping[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise BadRequest(problem=f"it is not {FORM}")
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > LARGEST:
            raise RequestTooLarge(limit=LARGEST)
    try:
        return dict(parse_qsl(content.decode("ascii"), strict_parsing=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise BadRequest(problem="it is no form") from None


def _refused(error: str, words: str, status: int) -> Response:
    return JSONResponse({"error": error, "error_description": words}, status, HEADERS)
