"""Post a body to a webhook once, and tell what came of it.

Takes a URL, headers and a body; raises ``NotTaken`` or ``Gone`` unless the answer is 2xx. Connects to the address that
was checked and to no other, follows no redirect, and reads nothing of the answer but its head.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager

import httpx

from hub.errors import InvalidArgument
from hub.settings import Settings
from hub.webhooks.address import Unreachable, address_of, check_url

GONE = 410
HEADERS = {"User-Agent": "jizhun"}


class NotTaken(Exception):
    """The receiver did not take what was posted; says why."""


class Gone(Exception):
    """The receiver wants nothing more."""


class Poster:
    """Posts to any number of webhooks."""

    def __init__(self, client: httpx.AsyncClient, allowed: Collection[str], seconds: float) -> None:
        self._client = client
        self._allowed = allowed
        self._seconds = seconds

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Post ``body``; return once it was taken."""
        try:
            async with asyncio.timeout(self._seconds):
                status = await self._status(url, headers, body)
        except TimeoutError:
            raise NotTaken(f"no answer within {self._seconds:g} seconds") from None
        except (Unreachable, InvalidArgument) as refusal:
            raise NotTaken(str(refusal)) from None
        except (httpx.HTTPError, OSError) as error:
            raise NotTaken(f"it cannot be reached ({type(error).__name__})") from None
        if status == GONE:
            raise Gone(f"it answered {GONE}")
        if 300 <= status < 400:
            raise NotTaken(f"it answered {status}, and redirects are not followed")
        if not 200 <= status < 300:
            raise NotTaken(f"it answered {status}")

    async def _status(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        asked = check_url(url, self._allowed)
        address = await address_of(asked, self._allowed)
        request = self._client.build_request(
            "POST",
            asked.copy_with(host=address),
            headers={**headers, "Host": asked.netloc.decode()},
            content=body,
            extensions={"sni_hostname": asked.host},
        )
        response = await self._client.send(request, stream=True)
        await response.aclose()
        return response.status_code


@asynccontextmanager
async def open_poster(settings: Settings) -> AsyncIterator[Poster]:
    """A ``Poster`` for as long as the block runs; certificates are held against the names of hosts."""
    # A connection is used once: one to the same address may have been opened, and checked, under another host's name.
    limits = httpx.Limits(max_keepalive_connections=0)
    certificates = httpx.create_ssl_context()
    async with httpx.AsyncClient(
        verify=certificates, trust_env=False, limits=limits, timeout=settings.webhook_timeout, headers=HEADERS
    ) as client:
        yield Poster(client, settings.reachable_hosts, settings.webhook_timeout)
