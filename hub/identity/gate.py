"""Whoever asks comes in here: a bearer token becomes a viewer with an open session, or is refused and the refusal kept.

Takes the ``Authorization`` header; gives who is let in. Never keeps, logs or repeats a token: of one that is good a
digest is kept for a second, of one that is refused only the reason, and whose it is where its signature was good.
"""

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import blake2b
from uuid import UUID

import msgspec
from joserfc import jws
from joserfc.errors import JoseError

from hub.access import Viewer
from hub.errors import Unauthenticated
from hub.identity import local
from hub.identity.claims import viewer_of
from hub.identity.local import LocalIssuer
from hub.identity.provider import Claims, Provider
from hub.identity.refusals import Refusals
from hub.identity.sessions import Session, Sessions

ACCOUNT = "account"
ACCOUNT_TOKEN = "hub_"  # noqa: S105 - what such tokens begin with
LONGEST_TOKEN = 16_384
PROVEN_SECONDS = 1.0
"""How long a token that was found good is not proven again; its session is looked after all the same."""
MOST_PROVEN = 5_000
DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who is let in, and by which session."""

    viewer: Viewer
    session_id: UUID


@dataclass(frozen=True)
class Limits:
    """How long the session of an officer may be idle, and how long it may last."""

    idle: timedelta
    lifetime: timedelta


class _Header(msgspec.Struct):
    kid: str | None = None


class _Named(msgspec.Struct):
    iss: str


_issuer = msgspec.json.Decoder(_Named).decode


@dataclass(frozen=True)
class Gate:
    """The one way in. Without ``local`` no token of a development hub is taken."""

    local: LocalIssuer | None
    providers: Mapping[str, Provider]
    sessions: Sessions
    refusals: Refusals
    limits: Limits
    _proven: OrderedDict[bytes, tuple[float, Session]] = field(default_factory=OrderedDict, repr=False, compare=False)

    async def admit(self, authorization: str | None, purpose: str) -> Admitted:
        """Who an ``Authorization`` header lets in, asking for ``purpose``; raises ``Unauthenticated``."""
        token = bearer(authorization)
        session: Session | None = None
        try:
            session = await self._lately(token, purpose)
            await self.sessions.enter(session)
        except Unauthenticated as refused:
            await self.refusals.note(session, refused)
            raise
        return Admitted(session.viewer, session.session_id)

    async def _lately(self, token: str, purpose: str) -> Session:
        """Whose session a token belongs to, asking for a purpose: as it was proven a moment ago, or is now."""
        digest = blake2b(f"{token}\0{purpose}".encode(), digest_size=DIGEST_BYTES).digest()
        known = self._proven.get(digest)
        if known and time.monotonic() - known[0] < PROVEN_SECONDS:
            return known[1]
        at = time.monotonic()
        session = await self._session(token)
        session = replace(session, viewer=replace(session.viewer, purpose=purpose))
        self._proven[digest] = at, session
        self._proven.move_to_end(digest)
        while len(self._proven) > MOST_PROVEN:
            self._proven.popitem(last=False)
        return session

    async def _session(self, token: str) -> Session:
        """Whose session a token belongs to, once the token itself is found good."""
        if token.startswith(ACCOUNT_TOKEN):
            session_id = session_id_of(ACCOUNT, token)
            viewer = await self.sessions.viewer(session_id)
            if viewer is None:
                raise Unauthenticated(problem="it is not valid here")
            return Session(session_id, ACCOUNT, viewer)
        issuer, key_id = _named(token)
        if issuer == local.ISSUER and self.local:
            return Session(session_id_of(issuer, token), issuer, self.local.viewer(token, ""))
        if provider := self.providers.get(issuer):
            claims = await provider.claims(token, key_id)
            session_id = session_id_of(issuer, _session_name(claims) or token)
            return Session(session_id, issuer, viewer_of(claims, ""), self.limits.idle, self.limits.lifetime)
        raise Unauthenticated(problem="its issuer is none whose tokens are taken here")


def bearer(authorization: str | None) -> str:
    """The token of an ``Authorization`` header."""
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(problem="there is no bearer token")
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise Unauthenticated(problem="it is no token")
    return token


def session_id_of(issuer: str, name: str) -> UUID:
    """The id of a session: a hash, which says nothing of the token."""
    return UUID(bytes=blake2b(f"{issuer}\0{name}".encode(), digest_size=16).digest())


def _named(token: str) -> tuple[str, str | None]:
    """The issuer and the key that a token names, of which nothing is proven yet."""
    try:
        signed = jws.extract_compact(token.encode())
        header = msgspec.convert(signed.headers(), _Header)
        return _issuer(signed.payload).iss, header.kid
    except (JoseError, msgspec.DecodeError, msgspec.ValidationError, ValueError, TypeError, RecursionError):
        raise Unauthenticated(problem="it is no signed token") from None


def _session_name(claims: Claims) -> str | None:
    """What tells an officer's session from others: as the provider names it, else when they logged in."""
    whose = f"{claims['agency']}\0{claims['sub']}"
    if isinstance(claims.get("sid"), str):
        return f"{whose}\0{claims['sid']}"
    return f"{whose}\0{claims['auth_time']:d}" if isinstance(claims.get("auth_time"), int) else None
