"""Systems of agencies: they prove with a key of their own who they are, once for each assertion."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from graphql_schema.tokens import ASSERTION
from hub.access import Role, Viewer
from hub.clock import now
from hub.errors import InvalidArgument
from hub.identity import new_account
from hub.store import accounts
from tests.identity.asking import ask, events, me
from tests.served import AGENCY, Api

NAME = "tianhe-counter"
KEY = ECKey.generate_key("P-256")
SECRET = OctKey.import_key("a secret that the hub and the system might share")
WEAK = (
    rsa.generate_private_key(65537, 1024)  # noqa: S505 - what is refused
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
)
SYSTEM = Viewer(AGENCY.agency, NAME, frozenset({Role.QUERY_OFFICER}), divisions=("440106",))

WRONG: list[dict[str, Any]] = [
    {"aud": "another"},
    {"aud": None},
    {"exp": 1},
    {"exp": None},
    {"exp": 99_999_999_999},
    {"nbf": 99_999_999_999},
    {"jti": None},
    {"jti": ""},
    {"jti": "x" * 1_000},
    {"jti": ["x"]},
    {"jti": "a\0b"},
    {"iss": "another"},
    {"sub": "nobody"},
    {"sub": ["tianhe-counter"]},
    {"sub": "a\0b"},
]


def assertion(key: RSAKey | ECKey | OKPKey | OctKey = KEY, algorithm: str = "ES256", **more: object) -> str:
    given = {
        "iss": NAME,
        "sub": NAME,
        "aud": "hub",
        "exp": int(now().timestamp()) + 60,
        "jti": str(uuid4()),
        **more,
    }
    said = {name: value for name, value in given.items() if value is not None}
    return jwt.encode({"alg": algorithm}, said, key, algorithms=[algorithm])


async def register(api: Api, tmp_path: Path, key: RSAKey | ECKey | OKPKey = KEY) -> None:
    path = tmp_path / "public.pem"
    path.write_bytes(key.as_pem(private=False))
    async with api.services.database.connection() as connection:
        assert await accounts.add(connection, new_account(NAME, SYSTEM, path, "administrator"))


async def exchange(api: Api, signed: str, **more: str) -> httpx.Response:
    form: Mapping[str, str] = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION,
        "client_assertion": signed,
        **more,
    }
    return await api.client.post("/token", data=form)


async def token(api: Api, signed: str) -> str:
    response = await exchange(api, signed)
    assert response.status_code == 200, response.text
    given: dict[str, Any] = response.json()
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 3600)
    return str(given["access_token"])


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(KEY, "ES256"), (RSAKey.generate_key(2048), "RS256"), (OKPKey.generate_key("Ed25519"), "Ed25519")],
    ids=["ES256", "RS256", "Ed25519"],
)
async def test_a_system_gets_a_token_with_its_own_key(
    api: Api, tmp_path: Path, key: RSAKey | ECKey | OKPKey, algorithm: str
) -> None:
    await register(api, tmp_path, key)
    found = await me(api, await token(api, assertion(key, algorithm)))
    assert (found["agency"], found["officer"], found["divisions"]) == (AGENCY.agency, NAME, ["440106"])


async def test_an_assertion_is_good_for_once(api: Api, tmp_path: Path) -> None:
    await register(api, tmp_path)
    signed = assertion()
    await token(api, signed)
    response = await exchange(api, signed)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert [event["reason"] for event in await events(api)][-1] == "its assertion was used before"


async def test_an_assertion_with_wrong_claims_is_refused(api: Api, tmp_path: Path) -> None:
    await register(api, tmp_path)
    for wrong in WRONG:
        assert (await exchange(api, assertion(**wrong))).status_code == 401, wrong


async def test_an_assertion_of_another_key_is_refused(api: Api, tmp_path: Path) -> None:
    await register(api, tmp_path)
    for signed in (assertion(ECKey.generate_key("P-256")), assertion(SECRET, "HS256"), "", "a.b.c", "x" * 20_000):
        assert (await exchange(api, signed)).status_code == 401


async def test_what_is_no_request_for_a_token_is_told_so(api: Api) -> None:
    response = await exchange(api, "", grant_type="password")
    assert (response.status_code, response.json()["error"]) == (400, "unsupported_grant_type")
    response = await api.client.post("/token", json={})
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    response = await api.client.post("/token", data={"client_assertion": "x" * 100_000})
    assert (response.status_code, response.json()["error"]) == (413, "invalid_request")


async def test_an_account_that_has_ended_is_out_with_all_its_tokens(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.identity.sessions.KNOWN_SECONDS", 0)
    await register(api, tmp_path)
    given = await token(api, assertion())
    await me(api, given)
    async with api.services.database.connection() as connection:
        assert await accounts.end(connection, NAME, "administrator")
    assert "its account has ended" in (await ask(api, given)).text
    assert (await exchange(api, assertion())).status_code == 401


async def test_a_name_is_given_once(api: Api, tmp_path: Path) -> None:
    await register(api, tmp_path)
    async with api.services.database.connection() as connection:
        assert not await accounts.add(connection, new_account(NAME, SYSTEM, tmp_path / "public.pem", "somebody"))


@pytest.mark.parametrize(
    "content",
    [
        KEY.as_pem(private=True),
        WEAK,
        b'{"kty": "oct", "k": "c2VjcmV0"}',
        b"no key",
        b"{",
        b"",
    ],
    ids=["private", "weak", "secret", "words", "broken", "empty"],
)
def test_only_a_public_key_that_is_strong_enough_is_registered(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(InvalidArgument):
        new_account(NAME, SYSTEM, tmp_path / "key", "administrator")
