"""Who subscribes is told of each change as it comes, over any number of connections, and misses none."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from graphql.execution.collect_fields import CollectedFields
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from graphql_schema import websocket
from graphql_schema.services import Services
from hub.desk import feed, following
from hub.settings import Settings
from hub.store.bell import Bell
from hub.store.grants import LEASE_SECONDS
from tests.feed.reader import Reader
from tests.feed.subscriber import CHANGES, Subscriber, Wire, wired
from tests.granted import revoke_all
from tests.people import credit_code, id_number
from tests.served import AGENCY, Api, served


def resident(place: int, name: str = "王小明") -> dict[str, object]:
    return {"idNumber": id_number(place), "name": name}


async def beginning(api: Api) -> str:
    """The cursor of a first change, after which a subscriber begins."""
    await api.office.household(resident(0))
    reader = Reader(api)
    await reader.catch_up()
    assert reader.cursor
    return reader.cursor


async def next_change(wire: Wire) -> dict[str, Any]:
    message = await wire.receive()
    assert message["type"] == "next", message
    change: dict[str, Any] = message["payload"]["data"]["changes"]
    return change


async def ending(wire: Wire) -> tuple[int | None, str | None]:
    """How the hub ends the connection, whatever it says before; no ping is answered."""
    with suppress(ConnectionClosed):
        while True:
            await wire.connection.recv()
    return wire.connection.close_code, wire.connection.close_reason


@pytest.fixture
async def tuned(services: Services, request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    """A hub with the settings that a test asks for."""
    settings = msgspec.structs.replace(Settings(), **request.param)
    tuned = Services(**{**vars(services), "settings": settings})
    async with served(tuned) as client:
        yield Api(client, tuned)


async def test_a_subscriber_that_loses_its_connection_ten_times_misses_nothing(api: Api) -> None:
    subscriber = Subscriber(api, await beginning(api))

    async def write() -> None:
        for turn in range(10):
            lines = (resident(place, f"姓{turn}") for place in range(1, 11))
            await api.office.household(*lines, stated_on=date(2024, 1, 1) + timedelta(days=turn))

    writing = asyncio.create_task(write())
    for _ in range(10):
        await subscriber.follow(10)
    await writing
    told = await Reader(api).catch_up()
    assert subscriber.told == told[1:]
    assert len(subscriber.told) == 100


async def test_who_gives_no_cursor_is_told_of_what_changes_from_now_on(api: Api) -> None:
    await beginning(api)
    async with wired(api) as wire:
        await wire.begin(api)
        await wire.subscribe("1")
        waiting = asyncio.create_task(next_change(wire))
        place = 1
        while not waiting.done():
            await api.office.household(resident(place))
            await asyncio.wait([waiting], timeout=0.2)
            place += 1
        assert (await waiting)["node"]["items"] == ["birthDate", "household", "name"]


async def test_a_subscription_keeps_nothing_of_the_events_it_has_told(api: Api) -> None:
    async with wired(api) as wire:
        await wire.begin(api)
        await wire.subscribe("1", after=await beginning(api))
        for place in range(1, 21):
            await api.office.household(resident(place))
            await next_change(wire)
        kept = sum(type(one) is CollectedFields for one in gc.get_objects())
    assert kept < 20, "what the library worked out for each event"


@pytest.mark.parametrize("tuned", [{"feed_poll": 3600.0}], indirect=True)
async def test_a_change_wakes_those_who_wait_and_polling_is_for_when_it_does_not(tuned: Api) -> None:
    cursor = await beginning(tuned)
    async with wired(tuned) as wire:
        await wire.begin(tuned)
        await wire.subscribe("1", after=cursor)
        for place in (1, 2):
            await tuned.office.household(resident(place))
            assert (await next_change(wire))["node"]["version"] == 1


@pytest.mark.parametrize("tuned", [{"feed_poll": 0.05}], indirect=True)
async def test_a_change_that_nobody_rang_for_is_found_by_looking(tuned: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    cursor = await beginning(tuned)
    monkeypatch.setattr("hub.store.bell.CHANNEL", "another_bell")
    async with wired(tuned) as wire:
        await wire.begin(tuned)
        await wire.subscribe("1", after=cursor)
        await tuned.office.household(resident(1))
        assert (await next_change(wire))["node"]["version"] == 1


@pytest.mark.parametrize("tuned", [{"feed_poll": 3600.0}], indirect=True)
async def test_a_bell_that_was_cut_off_is_hung_up_again(tuned: Api) -> None:
    cursor = await beginning(tuned)
    database = tuned.services.database
    async with wired(tuned) as wire, database.connection() as connection:
        await wire.begin(tuned)
        await wire.subscribe("1", after=cursor)
        cut = "select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%' and datname = $1"
        name = await connection.fetchval("select current_database()")
        while not await connection.fetchval(cut, name):
            pass
        await tuned.office.household(resident(1))
        assert (await next_change(wire))["node"]["version"] == 1


@pytest.mark.parametrize("tuned", [{"feed_poll": 3600.0}], indirect=True)
async def test_a_change_that_an_older_transaction_held_back_is_told_soon_after_it_ended(tuned: Api) -> None:
    cursor = await beginning(tuned)
    database = tuned.services.database
    async with wired(tuned) as wire:
        await wire.begin(tuned)
        await wire.subscribe("1", after=cursor)
        async with database.transaction() as older:
            await older.execute("select pg_current_xact_id()")
            await tuned.office.household(resident(1))
            await asyncio.sleep(0.2)
        assert (await next_change(wire))["node"]["version"] == 1


async def test_several_subscriptions_share_a_connection_and_end_each_for_itself(api: Api) -> None:
    cursor = await beginning(api)
    async with wired(api) as wire:
        await wire.begin(api)
        await wire.subscribe("all", after=cursor)
        await wire.subscribe("legal", after=cursor, filter={"kinds": ["LEGAL_ENTITY"]})
        await wire.subscribe("wrong", after="no cursor")
        message = await wire.receive()
        assert (message["id"], message["type"]) == ("wrong", "error")
        assert message["payload"][0]["extensions"]["code"] == "INVALID_CURSOR"
        await api.office.household(resident(1))
        assert (await wire.receive())["id"] == "all"
        await wire.send(type="complete", id="all")
        await wire.subscribe("all", after=cursor)
        assert (await wire.receive())["id"] == "all"


async def test_a_document_that_is_no_subscription_spoils_nothing(api: Api) -> None:
    async with wired(api) as wire:
        await wire.begin(api)
        for query, code in (
            ("{ me { roles } }", "BAD_REQUEST"),
            ("subscription { nothing }", "INVALID_DOCUMENT"),
            ("subscription { changes { cursor } again: changes { cursor } }", "INVALID_DOCUMENT"),
            ("subscription {", "INVALID_DOCUMENT"),
            ('subscription { changes(filter: { items: ["household.photo"] }) { cursor } }', "FIELD_NOT_GRANTED"),
        ):
            await wire.subscribe("1", query)
            message = await wire.receive()
            assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", code), query
        answer = await api.client.post("/graphql", json={"query": CHANGES}, headers=api.headers(AGENCY))
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (['{"type": "subscribe", "id": "1", "payload": {"query": "{ me { roles } }"}}'], 4401),
        (['{"type": "connection_init"}'], 4403),
        (['{"type": "connection_init", "payload": {"Authorization": "Bearer forged"}}'], 4403),
        (["init", "init"], 4429),
        (["init", "not json"], 4400),
        (["init", "[]"], 4400),
        (["init", '{"type": "start", "id": "1"}'], 4400),
        (["init", '{"type": "subscribe", "payload": {"query": "{ me { roles } }"}}'], 4400),
        (["init", '{"type": "subscribe", "id": "1"}'], 4400),
        (["init", '{"type": "subscribe", "id": "1", "payload": {"query": 1}}'], 4400),
        (["init", '{"a":' * 5_000], 4400),
        (["init", b"\x00"], 4400),
        (["init", "follow", "follow"], 4409),
    ],
)
async def test_a_message_that_breaks_the_protocol_ends_the_connection(
    api: Api, messages: list[str | bytes], code: int
) -> None:
    known = {
        "init": msgspec.json.encode({"type": "connection_init", "payload": api.headers(AGENCY)}).decode(),
        "follow": msgspec.json.encode({"type": "subscribe", "id": "1", "payload": {"query": CHANGES}}).decode(),
    }
    async with wired(api) as wire:
        for message in messages:
            await wire.connection.send(known.get(message, message) if isinstance(message, str) else message)
        assert (await ending(wire))[0] == code


async def test_who_has_no_valid_token_is_told_so(api: Api) -> None:
    async with wired(api) as wire:
        await wire.send(type="connection_init")
        assert await ending(wire) == (4403, "The request carries no valid token: there is no bearer token.")


async def test_the_old_protocol_is_refused(api: Api) -> None:
    with pytest.raises(InvalidHandshake):
        async with wired(api, Subprotocol("graphql-ws")):
            pass


async def test_who_says_nothing_at_first_is_not_waited_for(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "INIT_SECONDS", 0.05)
    async with wired(api) as wire:
        assert (await ending(wire))[0] == 4408


@pytest.mark.parametrize("tuned", [{"heartbeat": 2.0}], indirect=True)
async def test_who_answers_pings_stays_and_who_does_not_is_cut_off(tuned: Api) -> None:
    async with wired(tuned) as alive, wired(tuned) as dead:
        await alive.begin(tuned)
        await dead.begin(tuned)
        cursor = await beginning(tuned)
        answering = asyncio.create_task(alive.receive())
        assert await ending(dead) == (4408, "No answer to ping")
        await alive.subscribe("1", after=cursor)
        await tuned.office.household(resident(1))
        assert (await answering)["type"] == "next"


@pytest.mark.parametrize("tuned", [{"max_subscribers": 1, "max_subscriptions": 2}], indirect=True)
async def test_connections_and_subscriptions_are_limited(tuned: Api) -> None:
    async with wired(tuned) as wire:
        await wire.begin(tuned)
        for operation in "abc":
            await wire.subscribe(operation)
        message = await wire.receive()
        assert (message["id"], message["payload"][0]["extensions"]["code"]) == ("c", "TOO_MANY_SUBSCRIPTIONS")
        async with wired(tuned) as other:
            assert (await ending(other))[0] == 1013
    while True:
        async with wired(tuned) as wire:
            with suppress(ConnectionClosed):
                return await wire.begin(tuned)


async def test_a_token_that_expires_ends_the_connection_before_the_next_change(api: Api) -> None:
    cursor = await beginning(api)
    async with wired(api) as wire:
        short = api.token(AGENCY, timedelta(seconds=-3))  # within the leeway of five seconds
        await wire.send(type="connection_init", payload={"authorization": f"Bearer {short}"})
        assert (await wire.receive())["type"] == "connection_ack"
        await wire.subscribe("1", after=cursor)
        telling = asyncio.create_task(ending(wire))
        place = 1
        while not telling.done():
            await api.office.household(resident(place))
            place += 1
        code, why = await telling
        assert (code, (why or "").startswith("The request carries no valid token: ")) == (4403, True)


async def test_a_grant_that_is_taken_back_holds_for_the_next_change(api: Api) -> None:
    cursor = await beginning(api)
    async with wired(api) as wire:
        await wire.begin(api)
        await wire.subscribe("1", after=cursor)
        await api.office.household(resident(1))
        assert (await next_change(wire))["node"]["version"] == 1
        await revoke_all(api.services.database)
        await asyncio.sleep(LEASE_SECONDS)
        await api.office.household(resident(2))
        await api.office.business({"creditCode": credit_code(1), "name": "公司"})
        assert "businessRegistration" in (await next_change(wire))["node"]["items"]


async def test_a_reader_that_does_not_read_holds_one_page_and_no_queue(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    cursor = await beginning(api)
    read: list[int] = []
    changes = feed.changes

    async def counted(*words: Any) -> Any:  # noqa: ANN401
        page = await changes(*words)
        read.append(len(page.told))
        return page

    monkeypatch.setattr(following, "changes", counted)
    await api.office.household(*(resident(place) for place in range(1, 900)))
    async with wired(api) as wire:
        await wire.begin(api)
        follow = following.follow(api.services.desk, AGENCY, cursor, feed.Filter(), Bell(), 1.0)
        await anext(follow)
        assert read == [following.PAGE]
        await follow.aclose()
        await wire.subscribe("1", after=cursor)
        told = {(await next_change(wire))["node"]["entityId"] for _ in range(899)}
        assert len(told) == 899
        assert set(read) <= set(range(following.PAGE + 1))
