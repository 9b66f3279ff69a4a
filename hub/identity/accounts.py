"""Accounts of agencies' systems: a system proves with its own private key who it is, and gets a token for an hour.

Takes an assertion (RFC 7523: a JWT that the system signs itself, good for minutes and for once); gives a token that
says nothing, of which the hub keeps a hash. Never has the private key, and never takes one.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError

from hub import telemetry
from hub.access import Viewer
from hub.clock import now
from hub.errors import InvalidArgument, Unauthenticated
from hub.identity.gate import ACCOUNT, ACCOUNT_TOKEN, LONGEST_TOKEN, session_id_of
from hub.identity.public_keys import ALGORITHMS, public_key, read_key
from hub.identity.refusals import Refusals
from hub.store import accounts, sessions
from hub.store.accounts import NewAccount
from hub.store.pool import Database
from hub.store.sessions import NewSession

AUDIENCE = "hub"
LONGEST_ASSERTION = timedelta(minutes=5)
LEEWAY_SECONDS = 30
LONGEST_ID = 200
TOKEN_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a system may show as its bearer token, and for how many seconds."""

    token: str
    seconds: int


@dataclass(frozen=True)
class Accounts:
    """The accounts of one hub, and their tokens."""

    database: Database
    refusals: Refusals

    async def exchange(self, assertion: str) -> AccessToken:
        """A token for the account that signed ``assertion``; raises ``Unauthenticated``."""
        try:
            return await self._exchange(assertion)
        except Unauthenticated as refused:
            await self.refusals.note(None, refused)
            raise

    async def _exchange(self, assertion: str) -> AccessToken:
        name = _claimed_name(assertion)
        async with self.database.connection() as connection:
            account = await accounts.find(connection, name)
        if account is None:
            raise Unauthenticated(problem="there is no such account")
        claims = _proven(assertion, account)
        expires_at = datetime.fromtimestamp(claims["exp"], UTC)
        token = ACCOUNT_TOKEN + secrets.token_urlsafe(32)
        async with self.database.connection() as connection:
            if not await accounts.use_assertion(connection, name, claims["jti"], expires_at):
                raise Unauthenticated(problem="its assertion was used before")
            await sessions.begin(connection, _session(account, token), telemetry.trace_id())
        return AccessToken(token, int(TOKEN_LIFETIME.total_seconds()))


def new_account(name: str, viewer: Viewer, key_file: Path, told_by: str) -> NewAccount:
    """An account to be registered, with the public key in a file: PEM or JWK; raises ``InvalidArgument``."""
    try:
        key = read_key(key_file.read_bytes())
    except OSError as error:
        raise InvalidArgument(name="--key", problem=f"{key_file} cannot be read: {error.strerror}") from None
    if key is None:
        raise InvalidArgument(name="--key", problem="it is no public key as PEM or JWK; RSA has at least 2048 bits")
    written = msgspec.json.encode(key.as_dict(private=False)).decode()
    return NewAccount(name, viewer.agency, viewer.named_roles, viewer.department, viewer.divisions, written, told_by)


def _claimed_name(assertion: str) -> str:
    """The account that an assertion names, of which nothing is proven yet."""
    try:
        if len(assertion) > LONGEST_TOKEN:
            raise ValueError
        name = msgspec.json.decode(jws.extract_compact(assertion.encode()).payload, type=dict[str, Any])["sub"]
    except (JoseError, msgspec.DecodeError, ValueError, TypeError, KeyError, RecursionError):
        raise Unauthenticated(problem="it is no assertion that names an account") from None
    if not isinstance(name, str) or "\0" in name:
        raise Unauthenticated(problem="it is no assertion that names an account")
    return name


def _proven(assertion: str, account: asyncpg.Record) -> dict[str, Any]:
    """What an assertion says, once it is found to be signed by the account's key, for this hub and for now."""
    key = public_key(msgspec.json.decode(account["key"]))
    if key is None:
        raise Unauthenticated(problem="the key of its account signs no more")
    name: jwt.ClaimsOption = {"essential": True, "value": account["name"]}
    registry = jwt.JWTClaimsRegistry(
        now=int(now().timestamp()),
        leeway=LEEWAY_SECONDS,
        iss=name,
        sub=name,
        aud={"essential": True, "value": AUDIENCE},
        exp={"essential": True},
        jti={"essential": True},
    )
    try:
        claims = jwt.decode(assertion, key, algorithms=ALGORITHMS[key.key_type]).claims
        registry.validate(claims)
    except (JoseError, ValueError, TypeError):
        raise Unauthenticated(problem="its assertion is not of the account, or not for this hub and now") from None
    if claims["exp"] > now().timestamp() + LONGEST_ASSERTION.total_seconds() + LEEWAY_SECONDS:
        raise Unauthenticated(problem="its assertion lasts longer than five minutes")
    if not isinstance(claims["jti"], str) or not 0 < len(claims["jti"]) <= LONGEST_ID or "\0" in claims["jti"]:
        raise Unauthenticated(problem="its assertion has no id that is fit to be kept")
    return dict(claims)


def _session(account: asyncpg.Record, token: str) -> NewSession:
    return NewSession(
        session_id=session_id_of(ACCOUNT, token),
        issuer=ACCOUNT,
        agency=account["agency"],
        officer=account["name"],
        roles=account["roles"],
        department=account["department"],
        divisions=tuple(account["divisions"]),
        idle=None,
        lifetime=TOKEN_LIFETIME,
    )
