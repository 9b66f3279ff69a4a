"""Ask an HTTP API for one page.

Takes an address and parameters; gives the JSON document and where the next page is, if a header says so. Asks again
where that may help, follows no redirect to another host, and reads no more of an answer than it may have. What a
refusal tells is a status or the name of a failure, never anything of the answer.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx
import msgspec

from adapters.transports.http_settings import HttpSource
from adapters.transports.patience import Failing, patiently
from hub.clock import now
from hub.errors import SourceUnusable

MOST_REDIRECTS = 5
AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
"""Refusals that may be none a moment later; so may every error of the server itself."""
_JSON = msgspec.json.Decoder(float_hook=Decimal)


@dataclass(frozen=True, slots=True)
class Answer:
    """One page as it came: its JSON document, and the address of the next page if its header names one."""

    document: object
    next_link: str | None


class HttpApi:
    """An API of which pages are asked, always at the host of ``source``."""

    def __init__(self, source: HttpSource, token: str | None) -> None:
        headers = {"Accept": "application/json", "User-Agent": "jizhun"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._source = source
        self._home = httpx.URL(source.url)
        self._client = httpx.AsyncClient(headers=headers, trust_env=False, timeout=source.timeout)

    async def get(self, url: str, params: Mapping[str, str | int]) -> Answer:
        """The page at ``url``."""
        asked = httpx.URL(url).copy_merge_params(params)
        return await patiently(lambda: self._in_time(asked), self._source.attempts, self._source.backoff)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _in_time(self, url: httpx.URL) -> Answer:
        try:
            async with asyncio.timeout(self._source.timeout):
                return await self._get(url)
        except TimeoutError:
            raise Failing(f"no page within {self._source.timeout} seconds") from None
        except httpx.InvalidURL:
            raise SourceUnusable(problem="it leads on to what is no address") from None
        except (httpx.HTTPError, OSError) as error:
            raise Failing(f"it cannot be read ({type(error).__name__})") from None

    async def _get(self, url: httpx.URL) -> Answer:
        for _ in range(MOST_REDIRECTS):
            self._keep_at_home(url)
            async with self._client.stream("GET", url) as response:
                if response.next_request is None:
                    _refuse(response)
                    return Answer(_decoded(await self._body(response)), _next_link(response))
                url = response.next_request.url
        raise SourceUnusable(problem=f"it redirects more than {MOST_REDIRECTS} times")

    def _keep_at_home(self, url: httpx.URL) -> None:
        """Raise if ``url`` leads to another host, who must not see the token, or to the same one less safely."""
        if url.host != self._home.host or url.scheme not in (self._home.scheme, "https"):
            raise SourceUnusable(problem="it leads on to another host; set the address that it leads to as `url`")

    async def _body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for part in response.aiter_bytes():
            body += part
            if len(body) > self._source.max_response_bytes:
                limit = self._source.max_response_bytes
                raise SourceUnusable(problem=f"a page is larger than {limit} bytes, its max_response_bytes")
        return bytes(body)


def _refuse(response: httpx.Response) -> None:
    """Raise unless the answer is a page."""
    status = response.status_code
    if status in AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Failing(f"it answers {status}", wanted_pause(response.headers.get("Retry-After", "")))
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise SourceUnusable(problem=f"it answers {status}; see that `token_env` names the token it wants")
    if status != HTTPStatus.OK:
        raise SourceUnusable(problem=f"it answers {status}")


def wanted_pause(header: str) -> float:
    """The seconds that the header `Retry-After` asks for, as a number or as a date; none where it is neither."""
    if header.strip().isdecimal():
        return float(header)
    try:
        return (parsedate_to_datetime(header) - now()).total_seconds()
    except (ValueError, TypeError):
        return 0


def _decoded(body: bytes) -> object:
    """The document; a body that is none was cut off, for all that can be told."""
    try:
        return _JSON.decode(body)
    except (msgspec.DecodeError, RecursionError):
        raise Failing("its answer is no JSON") from None


def _next_link(response: httpx.Response) -> str | None:
    link = response.links.get("next", {}).get("url")
    return str(response.url.join(link)) if link else None
