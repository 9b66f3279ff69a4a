"""Security administrators see who is let in and end it, over GraphQL as on the machine; nobody else does."""

import asyncio
from dataclasses import replace
from typing import Any

from hub.access import Role, Viewer
from hub.identity.gate import session_id_of
from hub.store import accounts
from hub.store.accounts import NewAccount
from hub.store.sessions import NewSession, begin
from tests.served import AGENCY, DEVELOPER, Api

ADMINISTRATOR = Viewer("platform office", "admin-1", frozenset({Role.SECURITY_ADMINISTRATOR}))
SESSIONS = "{ openSessions { id agency officer roles startedAt usedAt } }"
EVENTS = "query($event: SessionEventKind) { sessionEvents(event: $event) { event agency officer roles reason toldBy } }"
ACCOUNTS = "{ accounts { name agency roles divisions registeredBy endedBy } }"
END = """mutation($session: ID, $agency: String, $officer: String) {
    endSessions(session: $session, agency: $agency, officer: $officer, reason: "手机遗失") }"""
END_ACCOUNT = 'mutation { endAccount(name: "counter") }'
ASK = {"query": "{ me { officer } }"}


async def register(api: Api) -> None:
    async with api.services.database.connection() as connection:
        new = NewAccount("counter", AGENCY.agency, "query_officer", None, ("440106",), "{}", "王管理员")
        assert await accounts.add(connection, new)
        session = NewSession(
            session_id_of("account", "x"), "account", AGENCY.agency, "counter", "query_officer", None, (), None, None
        )
        await begin(connection, session, "")


async def test_an_administrator_sees_sessions_accounts_and_refusals_and_ends_them(api: Api) -> None:
    await register(api)
    mine = api.headers(replace(AGENCY, officer="officer-9"))
    assert (await api.client.post("/graphql", json=ASK, headers=mine)).status_code == 200
    await api.client.post("/graphql", json=ASK, headers={"Authorization": "Bearer rubbish"})
    told = (await api.data(SESSIONS, {}, ADMINISTRATOR))["openSessions"]
    whose = {one["officer"]: one for one in told}
    assert whose.keys() == {"officer-9", "counter", "admin-1"}
    assert (whose["officer-9"]["agency"], whose["officer-9"]["roles"]) == (AGENCY.agency, ["QUERY_OFFICER"])
    (refused,) = (await api.data(EVENTS, {"event": "REFUSED"}, ADMINISTRATOR))["sessionEvents"]
    assert (refused["agency"], refused["reason"]) == (None, "it is no signed token")
    (account,) = (await api.data(ACCOUNTS, {}, ADMINISTRATOR))["accounts"]
    assert (account["name"], account["divisions"], account["endedBy"]) == ("counter", ["440106"], None)
    ended = (await api.data(END, {"agency": AGENCY.agency, "officer": "officer-9"}, ADMINISTRATOR))["endSessions"]
    assert ended == [whose["officer-9"]["id"]]
    await asyncio.sleep(0.5)
    response = await api.client.post("/graphql", json=ASK, headers=mine)
    assert (response.status_code, "手机遗失" in response.text) == (401, True)
    assert (await api.data(END_ACCOUNT, {}, ADMINISTRATOR))["endAccount"] == "counter"
    assert {one["officer"] for one in (await api.data(SESSIONS, {}, ADMINISTRATOR))["openSessions"]} == {"admin-1"}
    events = (await api.data(EVENTS, {"event": "ENDED"}, ADMINISTRATOR))["sessionEvents"]
    assert [(one["officer"], one["toldBy"]) for one in events] == [("counter", "admin-1"), ("officer-9", "admin-1")]
    again = await api.ask(END_ACCOUNT, {}, ADMINISTRATOR)
    assert again["errors"][0]["extensions"]["code"] == "UNKNOWN_ACCOUNT"
    nobody = await api.ask(END, {"officer": "officer-9"}, ADMINISTRATOR)
    assert nobody["errors"][0]["extensions"]["code"] == "INVALID_ARGUMENT"


async def test_nobody_who_may_see_data_does_so_and_an_administrator_sees_none(api: Api) -> None:
    await register(api)
    auditor = Viewer("审计局", "auditor-1", frozenset({Role.AUDITOR}))
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        (SESSIONS, {}),
        (EVENTS, {}),
        (ACCOUNTS, {}),
        (END, {"agency": AGENCY.agency}),
        (END_ACCOUNT, {}),
    )
    for viewer in (AGENCY, DEVELOPER, auditor):
        for query, variables in asked:
            answer = await api.ask(query, variables, viewer)
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_YOURS"], (viewer, query)
    person = 'query { naturalPerson(idNumber: "440106199001010013") { name } }'
    answer = await api.ask(person, {}, ADMINISTRATOR)
    assert answer["errors"][0]["extensions"]["code"] in ("FIELD_NOT_GRANTED", "INVALID_IDENTIFIER")
    async with api.services.database.connection() as connection:
        rows = await connection.fetch("select operation, outcome from audit.access_log where officer = 'auditor-1'")
    assert {tuple(row) for row in rows} == {
        (operation, "DENIED")
        for operation in ("read sessions", "read session events", "read accounts", "end sessions", "end account")
    }
