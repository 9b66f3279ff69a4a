"""The public keys of one identity provider: found by discovery, kept, and fetched anew when they rotate.

Takes the provider's address; gives the key that a token names. While the provider is down the keys that are kept serve
on, for a day; then ``IdentityProviderUnavailable``. However many unknown keys are named, the provider is asked once in
``AGAIN``. Never takes a key that is a secret: a token signed by a public key taken for a secret finds none.
"""

import asyncio
import logging
import ssl
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec

from hub.clock import now
from hub.errors import IdentityProviderUnavailable, Unauthenticated
from hub.identity.declared import IssuerRule, is_protected
from hub.identity.public_keys import Key, public_key

DISCOVERY = "/.well-known/openid-configuration"
FRESH = timedelta(minutes=15)
KEPT = timedelta(days=1)
AGAIN = timedelta(seconds=10)
TIMEOUT_SECONDS = 5.0
MOST_BYTES = 1_000_000
MOST_KEYS = 100
_log = logging.getLogger("hub.identity")


class ProviderKeys:
    """The keys of one provider, as this process has them."""

    def __init__(self, rule: IssuerRule) -> None:
        self._rule = rule
        self._keys: dict[str | None, Key] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._failed = False
        self._fetching = asyncio.Lock()

    async def key(self, key_id: str | None) -> Key:
        """The key of an id, or the only key there is where a token names none."""
        if self._is_older_than(FRESH) or not self._finds(key_id):
            await self._fetch(key_id)
        if self._is_older_than(KEPT):
            raise IdentityProviderUnavailable(issuer=self._rule.url)
        if not (found := self._finds(key_id)):
            if self._failed:
                raise IdentityProviderUnavailable(issuer=self._rule.url)
            raise Unauthenticated(problem="it is signed with a key that its issuer does not publish")
        return found

    def _finds(self, key_id: str | None) -> Key | None:
        if key_id is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(key_id)

    def _is_older_than(self, age: timedelta) -> bool:
        return self._fetched_at is None or now() - self._fetched_at > age

    async def _fetch(self, key_id: str | None) -> None:
        """Ask the provider, unless it was asked a moment ago; whoever waits for the same answer asks no second time."""
        async with self._fetching:
            if self._tried_at and now() - self._tried_at < AGAIN:
                return
            if self._finds(key_id) and not self._is_older_than(FRESH):
                return
            self._tried_at = now()
            try:
                self._keys = await self._published()
            except (httpx.HTTPError, OSError, msgspec.DecodeError, ValueError) as error:
                self._failed = True
                _log.warning("The keys of %s cannot be fetched: %s", self._rule.url, type(error).__name__)
            else:
                self._failed = False
                self._fetched_at = now()

    async def _published(self) -> dict[str | None, Key]:
        context = ssl.create_default_context(cafile=self._rule.ca_file)
        async with httpx.AsyncClient(verify=context, timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            found = await _get(client, self._rule.url.rstrip("/") + DISCOVERY)
            address = found.get("jwks_uri")
            if found.get("issuer") != self._rule.url or not isinstance(address, str) or not is_protected(address):
                raise ValueError("what it publishes is not of this issuer")
            published = (await _get(client, address)).get("keys")
        listed = msgspec.convert(published, list[dict[str, Any]])[:MOST_KEYS]
        return {given.get("kid"): key for given in listed if (key := public_key(given))}


async def _get(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    """The JSON object at ``url``, of which no more than ``MOST_BYTES`` are read."""
    content = bytearray()
    async with asyncio.timeout(TIMEOUT_SECONDS), client.stream("GET", url) as response:
        if response.status_code != httpx.codes.OK:
            raise ValueError("it answers with another status than 200")
        async for part in response.aiter_bytes():
            content += part
            if len(content) > MOST_BYTES:
                raise ValueError("it answers without end")
    return msgspec.json.decode(content, type=dict[str, Any])
