"""Read a GraphQL request out of HTTP, its body or its address: how it may be answered, what for, what is asked.

Takes a Starlette request; gives its parts or raises the hub's own errors. Never reads more than the limit.
"""

import asyncio
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect, HTTPConnection, Request

from hub.errors import BadRequest, NotAcceptable, RequestTooLarge, RequestUnfinished, UnsupportedMediaType
from hub.redaction import redact
from hub.settings import Settings

Value = TypeVar("Value")

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
MOST_PURPOSE_CHARACTERS = 200
MOST_VARIABLE_LEVELS = 32
MOST_PARAMETERS = 20
KEPT_HEADERS = 100
"""Of each kind, how many are read once: callers send the same again and again."""
READ_AWAY = 16
"""A body so many times larger than the limit is read and dropped, so that its sender hears why it was refused."""


class GraphQLRequest(msgspec.Struct):
    """The body of a request."""

    query: str | None = None
    variables: dict[str, object] | None = None
    operationName: str | None = None  # noqa: N815 - the name on the wire
    extensions: dict[str, object] | None = None
    documentId: str | None = None  # noqa: N815


_decode = msgspec.json.Decoder(GraphQLRequest).decode
_decode_object = msgspec.json.Decoder(dict[str, object] | None).decode


@lru_cache(KEPT_HEADERS)
def answer_type(accept: str) -> str:
    """The media type that an ``Accept`` header prefers; between equals the newer one, if it is named."""
    wanted = dict(_ranges(accept)) if accept.strip() else {"*/*": 1.0}
    offered = (GRAPHQL_RESPONSE, JSON) if GRAPHQL_RESPONSE in wanted else (JSON, GRAPHQL_RESPONSE)
    quality = {
        name: next((wanted[given] for given in (name, "application/*", "*/*") if given in wanted), 0.0)
        for name in offered
    }
    best = max(offered, key=lambda name: quality[name])
    if not quality[best]:
        raise NotAcceptable
    return best


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """The media ranges of a header with their quality; one with a charset other than UTF-8 is as good as none."""
    for text in accept.lower().split(","):
        name, *given = (part.strip() for part in text.split(";"))
        parameters = dict(parameter.partition("=")[::2] for parameter in given)
        if _is_utf8(parameters.get("charset", "utf-8")):
            yield name, _quality(parameters.get("q", "1"))


def _quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def _is_utf8(charset: str) -> bool:
    return charset.strip('" ') in ("utf-8", "utf8")


def purpose(request: HTTPConnection) -> str:
    """What the caller says the request is for, in UTF-8."""
    return plain_purpose(request.headers.get("hub-purpose", "").encode("latin-1").decode("utf-8", "replace"))


@lru_cache(KEPT_HEADERS)
def plain_purpose(text: str) -> str:
    """A purpose as it is logged: numbers of persons are taken out. What is too long is refused: its end counts too."""
    if len(text) > MOST_PURPOSE_CHARACTERS:
        raise BadRequest(problem=f"its purpose has more than {MOST_PURPOSE_CHARACTERS} characters")
    return redact(text.replace("\x00", ""))


async def read_request(request: Request, settings: Settings) -> GraphQLRequest:
    """What the body asks; one that is too large is not read to its end, and one that does not end is not waited for."""
    _check_form(request)
    try:
        async with asyncio.timeout(settings.request_timeout):
            content = await _content(request, settings.max_request_bytes)
    except TimeoutError:
        raise RequestUnfinished(seconds=settings.request_timeout) from None
    return checked(_decoded(content, _decode))


async def read_address(request: Request, settings: Settings) -> GraphQLRequest:
    """What the address asks: each parameter once, ``variables`` and ``extensions`` as JSON."""
    text: str = request.scope["query_string"].decode("latin-1")
    if len(text) > settings.max_request_bytes:
        raise RequestTooLarge(limit=settings.max_request_bytes)
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except UnicodeDecodeError:
        raise BadRequest(problem="it is not UTF-8") from None
    except ValueError:
        raise BadRequest(problem=f"it has more than {MOST_PARAMETERS} parameters") from None
    given = {name: value for name, value in pairs if name in GraphQLRequest.__struct_fields__}
    if len(given) < sum(name in given for name, _ in pairs):
        raise BadRequest(problem="a parameter is given twice")
    return checked(
        GraphQLRequest(
            query=given.get("query"),
            variables=_decoded(given.get("variables", "null"), _decode_object),
            operationName=given.get("operationName"),
            extensions=_decoded(given.get("extensions", "null"), _decode_object),
            documentId=given.get("documentId"),
        )
    )


def _decoded(content: bytes | str, decode: Callable[[bytes | str], Value]) -> Value:
    try:
        return decode(content)
    except RecursionError:
        raise BadRequest(problem="it nests too deeply") from None
    except UnicodeDecodeError:
        raise BadRequest(problem="it is not UTF-8") from None
    except msgspec.ValidationError as error:
        raise BadRequest(problem=redact(str(error))) from None
    except msgspec.DecodeError:
        raise BadRequest(problem="it is not JSON") from None


def checked(asked: GraphQLRequest) -> GraphQLRequest:
    """What is asked, unless its variables nest too deeply."""
    if not _is_shallow(asked.variables, MOST_VARIABLE_LEVELS):
        raise BadRequest(problem="it nests too deeply")
    return asked


def _check_form(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding != "identity" or not _is_json(request.headers.get("content-type", "")):
        raise UnsupportedMediaType


@lru_cache(KEPT_HEADERS)
def _is_json(content_type: str) -> bool:
    """Whether a body of this type is JSON in UTF-8."""
    media_type, *given = (part.strip() for part in content_type.lower().split(";"))
    charset = dict(parameter.partition("=")[::2] for parameter in given).get("charset", "utf-8")
    return media_type == JSON and _is_utf8(charset)


async def _content(request: Request, limit: int) -> bytes:
    content = bytearray()
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size <= limit:
                content += part
            elif size > limit * READ_AWAY:
                break
    except ClientDisconnect:
        raise BadRequest(problem="it broke off") from None
    if size > limit:
        raise RequestTooLarge(limit=limit)
    return bytes(content)


def _is_shallow(value: object, levels: int) -> bool:
    if isinstance(value, dict):
        return levels > 0 and all(_is_shallow(inner, levels - 1) for inner in value.values())
    if isinstance(value, list):
        return levels > 0 and all(_is_shallow(inner, levels - 1) for inner in value)
    return True
