"""Sessions: what begins and ends them, who may be in at once, and what the log keeps of it."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from hub.identity.gate import Limits
from hub.identity.refusals import Refusals
from hub.store import sessions
from tests.identity.asking import ask, claims, events, me
from tests.identity.provider import Running
from tests.served import AGENCY, Api

REPORTS = {"realm_access": {"roles": ["bs"]}, "department": "TAX"}


async def end(api: Api, agency: str, officer: str | None = None) -> None:
    async with api.services.database.connection() as connection:
        await sessions.end(connection, None, agency, officer, told_by="administrator", reason="the phone was lost")


def limited(api: Api, **limits: float) -> None:
    """Have the hub's sessions last for so many seconds only."""
    lasting = {name: timedelta(seconds=seconds) for name, seconds in ({"idle": 60, "lifetime": 600} | limits).items()}
    object.__setattr__(api.services, "gate", replace(api.services.gate, limits=Limits(**lasting)))


async def test_the_first_use_of_a_session_is_noted_and_no_other(api: Api, provider: Running) -> None:
    for _ in range(3):
        await me(api, provider.token(claims(sid="one login")))
    (event,) = await events(api)
    assert (event["event"], event["officer"], event["roles"]) == ("STARTED", "officer-7", "query_officer")
    assert (event["agency"], event["issuer"]) == (AGENCY.agency, provider.url)
    assert event["trace_id"] or event["trace_id"] == ""


async def test_a_refused_token_is_noted_with_its_reason_and_nothing_of_it(api: Api, provider: Running) -> None:
    token = provider.token(claims(exp=1, sid="one login"))
    await ask(api, token)
    (event,) = await events(api)
    assert (event["event"], event["reason"], event["officer"]) == ("REFUSED", "it has expired", None)
    assert not any(part in str(event) for part in token.split("."))


async def test_whoever_sends_rubbish_without_end_does_not_fill_the_log(api: Api) -> None:
    object.__setattr__(api.services, "gate", replace(api.services.gate, refusals=Refusals(api.services.database, 3)))
    for number in range(20):
        assert (await ask(api, f"rubbish {number}")).status_code == 401
    assert 3 <= len(await events(api)) <= 6  # a minute may have begun anew meanwhile


async def test_a_session_that_is_ended_is_over_within_a_second_and_for_good(api: Api, provider: Running) -> None:
    token = provider.token(claims(sid="one login"))
    await me(api, token)
    await end(api, agency=AGENCY.agency, officer="officer-7")
    await asyncio.sleep(0.5)
    for again in (token, provider.token(claims(sid="one login"))):
        response = await ask(api, again)
        assert (response.status_code, "the phone was lost" in response.text) == (401, True)
        assert response.json()["errors"][0]["extensions"]["code"] == "SESSION_ENDED"
    await me(api, provider.token(claims(sid="another login")))
    told = [(event["event"], event["told_by"], event["officer"]) for event in await events(api)]
    assert told[:3] == [
        ("STARTED", None, "officer-7"),
        ("ENDED", "administrator", "officer-7"),
        ("REFUSED", None, "officer-7"),
    ]


async def test_an_open_subscription_ends_with_its_session_within_a_second(api: Api, provider: Running) -> None:
    token = provider.token(claims(sid="one login"))
    url = f"{str(api.client.base_url).replace('http', 'ws', 1).rstrip('/')}/graphql"
    async with connect(url, subprotocols=["graphql-transport-ws"], proxy=None) as socket:  # type: ignore[list-item]
        await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
        assert json.loads(await socket.recv()) == {"type": "connection_ack"}
        query = "subscription { changes { cursor } }"
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": query}}))
        await asyncio.sleep(0.2)
        await end(api, agency=AGENCY.agency)
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


async def test_a_session_ends_that_is_not_used(api: Api, provider: Running) -> None:
    limited(api, idle=0.6)
    token = provider.token(claims(sid="one login"))
    await me(api, token)
    await asyncio.sleep(1.1)
    assert "not used for too long" in (await ask(api, token)).text


async def test_a_session_ends_however_often_it_is_used(api: Api, provider: Running) -> None:
    limited(api, lifetime=1.0)
    tokens = [provider.token(claims(sid="one login")) for _ in range(2)]
    await me(api, tokens[0])
    await asyncio.sleep(1.5)
    assert "as long as a session may" in (await ask(api, tokens[1])).text


async def test_nobody_is_in_twice_in_roles_that_one_person_may_not_hold(api: Api, provider: Running) -> None:
    await me(api, provider.token(claims(sid="at the counter")))
    response = await ask(api, provider.token(claims(sid="in the back office", **REPORTS)))
    assert (response.status_code, "query_officer, reporter" in response.text) == (401, True)
    await end(api, agency=AGENCY.agency, officer="officer-7")
    assert (await me(api, provider.token(claims(sid="in the back office", **REPORTS))))["roles"] == ["REPORTER"]


async def test_a_session_does_not_change_into_a_role_that_its_bearer_may_not_hold(api: Api, provider: Running) -> None:
    await me(api, provider.token(claims(sid="one login")))
    response = await ask(api, provider.token(claims(sid="one login", **REPORTS)))
    assert (response.status_code, "query_officer, reporter" in response.text) == (401, True)


@pytest.mark.parametrize("change", ["update", "delete", "truncate"])
async def test_the_log_of_sessions_is_only_added_to(api: Api, provider: Running, change: str) -> None:
    await me(api, provider.token(claims()))
    statement = {
        "update": "update audit.session_event set officer = 'nobody'",
        "delete": "delete from audit.session_event",
        "truncate": "truncate audit.session_event",
    }[change]
    async with api.services.database.connection() as connection:
        with pytest.raises(asyncpg.RaiseError, match="only added"):
            await connection.execute(statement)


async def test_no_secret_is_kept(api: Api, provider: Running) -> None:
    token = provider.token(claims(sid="a secret of the provider"))
    await me(api, token)
    async with api.services.database.connection() as connection:
        kept = str(await connection.fetch("select * from identity.session"))
    assert "a secret of the provider" not in kept + str(await events(api))
    assert not any(part in kept for part in token.split("."))
