"""An agency keeps webhooks of its own and knows of no other's."""

from typing import Any

import pytest

from hub.access import Role, Viewer
from tests.feed.reader import Reader
from tests.people import id_number
from tests.served import AGENCY, DEVELOPER, Api, department
from tests.webhooks.receiver import CREATE, REMOVE, RETRY, WEBHOOKS, only_webhook

URL = "https://receiver.example/changes"
OTHERS = [
    Viewer(agency="another agency", officer="officer-1", roles=frozenset({Role.QUERY_OFFICER})),
    Viewer(
        agency=AGENCY.agency, officer=AGENCY.officer, roles=frozenset({Role.REPORTER}), department="PUBLIC_SECURITY"
    ),
]


async def set_up(api: Api, viewer: Viewer = AGENCY, **given: object) -> dict[str, Any]:
    made: dict[str, Any] = (await api.data(CREATE, {"input": {"url": URL} | given}, viewer))["createWebhook"]
    return made


async def refusal(api: Api, query: str, viewer: Viewer = AGENCY, **variables: object) -> str:
    (error,) = (await api.ask(query, variables, viewer))["errors"]
    code: str = error["extensions"]["code"]
    return code


async def test_a_webhook_is_listed_with_what_it_was_set_up_with(api: Api) -> None:
    wanted = {"kinds": ["NATURAL_PERSON"], "items": ["name"], "registers": ["civil_affairs"], "divisions": ["44"]}
    made = await set_up(api, filter=wanted)
    webhook = await only_webhook(api)
    assert {name: webhook[name] for name in wanted} == wanted
    assert (webhook["id"], webhook["url"], webhook["state"]) == (made["webhook"]["id"], URL, "ACTIVE")
    assert (webhook["attempts"], webhook["nextAttemptAt"], webhook["deadLetters"]) == (0, None, [])


async def test_a_secret_is_shown_once_and_lies_sealed(api: Api) -> None:
    secret = (await set_up(api))["secret"]
    assert len(secret) >= 43
    async with api.services.database.connection() as connection:
        written = str(await connection.fetchval("select to_jsonb(webhook) from webhook"))
    assert secret not in written
    assert secret.encode().hex() not in written


async def test_a_webhook_begins_with_what_comes_unless_a_cursor_says_otherwise(api: Api) -> None:
    assert (await set_up(api))["webhook"]["cursor"] is None
    await api.office.household(*({"idNumber": id_number(place)} for place in (1, 2)))
    page = await Reader(api).page()
    first, last = (edge["cursor"] for edge in page["edges"])
    assert (await set_up(api))["webhook"]["cursor"] == last
    assert (await set_up(api, after=first))["webhook"]["cursor"] == first


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"url": "http://receiver.example/"}, "INVALID_ARGUMENT"),
        ({"url": "https://10.0.0.1/"}, "INVALID_ARGUMENT"),
        ({"after": "no cursor"}, "INVALID_CURSOR"),
        ({"filter": {"items": ["nothing"]}}, "FIELD_NOT_GRANTED"),
        ({"filter": {"registers": ["nothing"]}}, "UNKNOWN_REGISTER"),
    ],
)
async def test_a_webhook_that_could_never_be_told_of_anything_is_refused(
    api: Api, given: dict[str, object], code: str
) -> None:
    assert await refusal(api, CREATE, input={"url": URL} | given) == code
    assert (await api.data(WEBHOOKS))["webhooks"] == []


async def test_who_may_not_read_the_feed_may_not_have_it_posted(api: Api) -> None:
    assert await refusal(api, CREATE, DEVELOPER, input={"url": URL}) == "FIELD_NOT_GRANTED"


async def test_an_agency_neither_sees_nor_touches_the_webhooks_of_another(api: Api) -> None:
    identifier = (await set_up(api))["webhook"]["id"]
    for viewer in OTHERS:
        assert (await api.data(WEBHOOKS, viewer=viewer))["webhooks"] == []
        for order in (RETRY, REMOVE):
            assert await refusal(api, order, viewer, id=identifier) == "UNKNOWN_WEBHOOK"
    colleague = Viewer(agency=AGENCY.agency, officer="officer-2", roles=frozenset({Role.QUERY_OFFICER}))
    assert (await api.data(REMOVE, {"id": identifier}, colleague))["removeWebhook"]["id"] == identifier


async def test_departments_may_have_webhooks_too(api: Api) -> None:
    assert (await set_up(api, department("PUBLIC_SECURITY")))["webhook"]["state"] == "ACTIVE"


@pytest.mark.parametrize("identifier", ["01940000-0000-7000-8000-000000000000", "no id"])
async def test_a_webhook_that_there_is_not_is_unknown(api: Api, identifier: str) -> None:
    assert await refusal(api, REMOVE, id=identifier) == "UNKNOWN_WEBHOOK"


@pytest.mark.parametrize("api", [{"max_webhooks": 2}], indirect=True)
async def test_an_agency_keeps_no_more_webhooks_than_it_may(api: Api) -> None:
    await set_up(api)
    await set_up(api)
    assert await refusal(api, CREATE, input={"url": URL}) == "TOO_MANY_WEBHOOKS"
    assert (await set_up(api, OTHERS[0]))["webhook"]["state"] == "ACTIVE"
