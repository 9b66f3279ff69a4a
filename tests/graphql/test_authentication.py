"""Who asks: tokens of this hub and no others, and nothing at all without one."""

import base64
import hmac
import json
import os
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query
from joserfc import jws, jwt
from joserfc.jwk import OctKey, RSAKey

from hub.access import Role, Viewer
from hub.clock import now
from hub.errors import InvalidSetting, Unauthenticated
from hub.identity.gate import bearer
from hub.identity.local import AUDIENCE, ISSUER, LocalIssuer
from tests.served import AGENCY, Api

SECRET = b"a secret of these tests and of nothing else"
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "officer-1",
    "agency": "天河区政务服务局",
    "roles": ["query_officer"],
    "exp": int(now().timestamp()) + 24 * 3600,
}
CHANGES: dict[str, dict[str, Any]] = {
    "expired": {"exp": 1},
    "without an end": {"exp": None},
    "with an end that is no time": {"exp": "tomorrow"},
    "with an end that is a list": {"exp": [1]},
    "not valid yet": {"nbf": 99_999_999_999},
    "issued tomorrow": {"iat": 99_999_999_999},
    "of another issuer": {"iss": "elsewhere"},
    "for another audience": {"aud": "another"},
    "for an audience that is an object": {"aud": {"hub": "hub"}},
    "of an unknown role": {"roles": ["emperor"]},
    "of no role": {"roles": []},
    "that says nothing of roles": {"roles": None},
    "of a role that is a word": {"roles": "query_officer"},
    "of a role that is a list": {"roles": [["query_officer"]]},
    "of two roles that nobody may hold together": {"roles": ["query_officer", "reporter"], "department": "TAX"},
    "of no division": {"divisions": []},
    "of a division that is no area code": {"divisions": ["440106", "天河区"]},
    "of a division that is a word": {"divisions": "440106"},
    "of endless divisions": {"divisions": [f"{code:012d}" for code in range(501)]},
    "without an agency": {"agency": None},
    "of an agency that is an object": {"agency": {"name": "a"}},
    "of an agency with a NUL": {"agency": "a\0b"},
    "of an endless agency": {"agency": "a" * 1_000},
    "of nobody": {"sub": ""},
    "of an officer that is a number": {"sub": 7},
    "of an officer named by an ID number": {"sub": "440106199001010013"},
    "of a department without a name": {"roles": ["reporter"]},
    "of a department that is a list": {"roles": ["reporter"], "department": ["CIVIL_AFFAIRS"]},
}


@pytest.fixture
def issuer() -> LocalIssuer:
    return LocalIssuer(OctKey.import_key(SECRET))


def token(claims: dict[str, Any], key: bytes = SECRET) -> str:
    given = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "HS256"}, given, OctKey.import_key(key))


def unsigned(header: object, claims: object, signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def refused(issuer: LocalIssuer, authorization: str | None) -> None:
    with pytest.raises(Unauthenticated) as error:
        issuer.viewer(bearer(authorization), "")
    assert "天河区" not in error.value.message


def test_a_token_names_its_viewer(issuer: LocalIssuer) -> None:
    assert issuer.viewer(token(CLAIMS), "P") == Viewer(
        "天河区政务服务局", "officer-1", frozenset({Role.QUERY_OFFICER}), None, "P"
    )
    clerk = CLAIMS | {"roles": ["reporter"], "department": "CIVIL_AFFAIRS"}
    assert issuer.viewer(token(clerk), "").department == "CIVIL_AFFAIRS"


def test_a_token_names_the_divisions_that_its_bearer_is_responsible_for(issuer: LocalIssuer) -> None:
    narrow = CLAIMS | {"divisions": ["440106", "440104", "440106"]}
    assert issuer.viewer(token(narrow), "").divisions == ("440104", "440106")
    assert issuer.viewer(token(CLAIMS), "").divisions == ()


def test_who_is_no_reporter_cannot_borrow_the_name_of_a_department(issuer: LocalIssuer) -> None:
    assert issuer.viewer(token(CLAIMS | {"department": "CIVIL_AFFAIRS"}), "").department is None


@pytest.mark.parametrize("name", CHANGES)
def test_a_token_with_wrong_claims_is_refused(issuer: LocalIssuer, name: str) -> None:
    refused(issuer, f"Bearer {token(CLAIMS | CHANGES[name])}")


def test_a_token_that_this_hub_did_not_sign_is_refused(issuer: LocalIssuer) -> None:
    good = token(CLAIMS)
    rsa = RSAKey.generate_key(2048)
    confused = unsigned({"alg": "HS256"}, CLAIMS).rstrip(".")
    mac = hmac.digest(rsa.as_pem(private=False), confused.encode(), "sha256")
    for forged in (
        token(CLAIMS, b"another secret that is just as long as the first"),
        unsigned({"alg": "none"}, CLAIMS),
        unsigned({"alg": "None", "typ": "JWT"}, CLAIMS, b"x"),
        unsigned({"alg": "HS256", "crit": ["exp"]}, CLAIMS, b"x"),
        unsigned({"alg": ["HS256"]}, CLAIMS, b"x"),
        unsigned({"alg": "HS256"}, [CLAIMS], b"x"),
        unsigned([], CLAIMS),
        jwt.encode({"alg": "RS256"}, CLAIMS, rsa),
        jwt.encode({"alg": "HS512"}, CLAIMS, OctKey.import_key(SECRET), algorithms=["HS512"]),
        f"{confused}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}",
        good[:-1],
        good[: good.rindex(".")],
        good.replace(".", "", 1),
        f"{good}.{good}",
        good[:5] + "\0" + good[5:],
        good + "é",
        "a.b.c",
        "..",
        "a" * 100_000,
    ):
        refused(issuer, f"Bearer {forged}")


def test_a_signed_list_is_no_token(issuer: LocalIssuer) -> None:
    refused(issuer, f"Bearer {jws.serialize_compact({'alg': 'HS256'}, b'[1]', OctKey.import_key(SECRET))}")
    refused(issuer, f"Bearer {jws.serialize_compact({'alg': 'HS256'}, bytes([255, 254]), OctKey.import_key(SECRET))}")


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Token abc", "\0", "é"])
def test_what_is_no_bearer_token_is_refused(issuer: LocalIssuer, authorization: str | None) -> None:
    refused(issuer, authorization)


def test_the_secret_is_made_once_and_is_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        first = LocalIssuer.at(tmp_path / "data")
    finally:
        os.umask(before)
    path = tmp_path / "data" / "tokens.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["tokens.key"]
    assert LocalIssuer.at(tmp_path / "data").viewer(first.mint(AGENCY, timedelta(minutes=1)), "") == AGENCY
    path.chmod(0o644)
    with pytest.raises(InvalidSetting, match="chmod 600"):
        LocalIssuer.at(tmp_path / "data")


async def test_nothing_is_answered_without_a_token_not_even_the_schema(shared_api: Api) -> None:
    for document in ("{ me { agency } }", get_introspection_query(), "{ __typename }", "{", ""):
        response = await shared_api.client.post("/graphql", json={"query": document})
        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_who_is_nobody_has_no_body_read(shared_api: Api) -> None:
    response = await shared_api.client.post("/graphql", content=b"\xff" * 2_000_000)
    assert response.status_code == 401
