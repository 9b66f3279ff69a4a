"""Officers who come by an identity provider: what of its tokens is taken, and what never is."""

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest

from hub.clock import now
from hub.identity import gate, keys
from tests.identity.asking import ask, claims, events, me
from tests.identity.provider import Running
from tests.people import id_number
from tests.served import AGENCY, Api

WRONG: dict[str, dict[str, Any]] = {
    "for another audience": {"aud": "another"},
    "for no audience": {"aud": None},
    "of another issuer": {"iss": "http://127.0.0.1:1"},
    "expired": {"exp": 1},
    "without an end": {"exp": None},
    "not valid yet": {"nbf": 99_999_999_999},
    "issued tomorrow": {"iat": 99_999_999_999},
    "of an agency that the issuer does not speak for": {"org": "公安局"},
    "of no agency": {"org": None},
    "of nobody": {"sub": None},
    "of an officer named by an ID number": {"sub": "440106199001010013"},
    "of no role that means anything here": {"realm_access": {"roles": ["offline_access"]}},
    "of no roles": {"realm_access": None},
    "of roles that are an object": {"realm_access": {"roles": {"cx": True}}},
    "of two roles that nobody may hold together": {"realm_access": {"roles": ["cx", "bs"]}, "department": "TAX"},
}


def forged(header: dict[str, Any], body: dict[str, Any], signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(body).encode())
    text = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    signed = hmac.digest(signature, text.encode(), "sha256") if signature else b""
    return f"{text}.{base64.urlsafe_b64encode(signed).decode().rstrip('=')}"


async def test_an_officer_is_who_their_provider_says(api: Api, provider: Running) -> None:
    token = provider.token(claims(divisions=["440106"], realm_access={"roles": ["offline_access", "cx"]}))
    assert await me(api, token) == {
        "agency": AGENCY.agency,
        "officer": "officer-7",
        "roles": ["QUERY_OFFICER"],
        "divisions": ["440106"],
        "department": None,
    }


async def test_a_citizen_is_known_by_their_number_or_by_the_id_that_the_hub_gave_them(
    api: Api, provider: Running
) -> None:
    await api.office.household({"idNumber": id_number(1), "name": "王小明"}, {"idNumber": id_number(2), "name": "李四"})
    citizen = {"realm_access": {"roles": ["br"]}}
    own = "{ ownView { id name } }"
    by_number = provider.token(claims(**citizen, profile={"id_card": id_number(1)}))
    found = (await ask(api, by_number, own)).json()["data"]["ownView"]
    assert found["name"] == "王小明"
    by_id = provider.token(claims(**citizen, entity_id=found["id"], sid="another login"))
    assert (await ask(api, by_id, own)).json()["data"]["ownView"] == found
    officer = provider.token(claims(profile={"id_card": id_number(1)}, sub="officer-8"))
    assert (await ask(api, officer, own)).json()["errors"][0]["extensions"]["code"] == "NOT_YOURS"
    for wrong in ({"profile": {"id_card": "1"}}, {"entity_id": "x"}, {"entity_id": "T" + found["id"][1:]}):
        response = await ask(api, provider.token(claims(**citizen, **wrong, sid="a third")), own)
        assert response.status_code == 401, wrong


async def test_a_token_with_wrong_claims_is_refused(api: Api, provider: Running) -> None:
    for name, change in WRONG.items():
        given = {claim: value for claim, value in (claims() | change).items() if value is not None}
        response = await ask(api, provider.token(given))
        assert (response.status_code, response.headers.get("www-authenticate")) == (401, "Bearer"), name
        assert "officer-7" not in response.text


async def test_a_token_within_the_leeway_is_taken(api: Api, provider: Running) -> None:
    present = int(now().timestamp())
    assert (await ask(api, provider.token(claims(exp=present - 2, nbf=present + 2)))).status_code == 200


async def test_a_token_that_the_provider_did_not_sign_is_refused(api: Api, provider: Running) -> None:
    body = claims() | {"iss": provider.url}
    good = provider.token(claims())
    head, middle, signature = good.split(".")
    for token in (
        forged({"alg": "none"}, body),
        forged({"alg": "none", "kid": "first"}, body),
        forged({"alg": "HS256", "kid": "first"}, body, provider.public_key()),
        forged({"alg": "HS256", "kid": "secret"}, body, b"a secret that no provider should publish"),
        forged({"alg": "RS256", "kid": "first", "jwk": {"kty": "oct", "k": "AAAA"}}, body, b"AAAA"),
        forged({"alg": "RS256", "kid": ["first"]}, body, b"x"),
        forged({"alg": "RS256", "kid": "first", "crit": ["exp"]}, body, b"x"),
        f"{head}.{middle}.",
        f"{head}.{middle}.{signature[:-8]}AAAAAAA=",
        f"{head}.{middle}A.{signature}",
        provider.token(claims(), key="one that is not published"),
        "." * 5,
        "a.b.c",
        "A" * 16_000,
        "hub_of_no_account",
    ):
        assert (await ask(api, token)).status_code == 401, token[:60]


async def test_a_huge_token_is_refused_unread(api: Api, provider: Running) -> None:
    huge = provider.token(claims(more="x" * 30_000))
    assert (await ask(api, huge)).status_code == 401
    assert [event["reason"] for event in await events(api)] == []


async def test_keys_rotate_and_tokens_of_the_new_one_are_taken_at_once(
    api_of_doomed: Api, doomed: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = doomed.token(claims())
    assert (await ask(api_of_doomed, old)).status_code == 200
    monkeypatch.setattr(gate, "PROVEN_SECONDS", 0)
    monkeypatch.setattr(keys, "AGAIN", timedelta(0))
    doomed.rotate("second", "EC")
    assert (await ask(api_of_doomed, doomed.token(claims(), key="second"))).status_code == 200
    assert (await ask(api_of_doomed, old)).status_code == 401


async def test_however_many_unknown_keys_are_named_the_provider_is_asked_once(api: Api, provider: Running) -> None:
    assert (await ask(api, provider.token(claims()))).status_code == 200
    before = provider.asked
    for number in range(5):
        assert (await ask(api, provider.token(claims(), key=f"unknown {number}"))).status_code == 401
    assert provider.asked - before <= 1


async def test_while_the_provider_is_down_the_keys_that_are_kept_serve(
    api_of_doomed: Api, doomed: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, rotated = doomed.token(claims()), doomed.token(claims(), key="of tomorrow")
    assert (await ask(api_of_doomed, good)).status_code == 200
    doomed.stop()
    monkeypatch.setattr(keys, "AGAIN", timedelta(0))
    monkeypatch.setattr(keys, "FRESH", timedelta(0))
    assert (await ask(api_of_doomed, good)).status_code == 200
    response = await ask(api_of_doomed, rotated)
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert response.json()["errors"][0]["extensions"]["code"] == "IDENTITY_PROVIDER_UNAVAILABLE"


async def test_without_keys_and_without_a_provider_nobody_is_let_in(api_of_doomed: Api, doomed: Running) -> None:
    token = doomed.token(claims())
    doomed.stop()
    assert (await ask(api_of_doomed, token)).status_code == 503


async def test_keys_that_were_kept_too_long_count_no_more(
    api_of_doomed: Api, doomed: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = doomed.token(claims())
    assert (await ask(api_of_doomed, token)).status_code == 200
    monkeypatch.setattr(gate, "PROVEN_SECONDS", 0)
    doomed.stop()
    monkeypatch.setattr(keys, "KEPT", timedelta(0))
    assert (await ask(api_of_doomed, token)).status_code == 503


async def test_tokens_of_a_development_hub_are_refused_beside_a_provider_unless_asked_for(api: Api) -> None:
    assert api.services.gate.local is None
    assert api.services.settings.takes_local_tokens is False
