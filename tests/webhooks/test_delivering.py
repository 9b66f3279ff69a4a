"""What changes is posted to whoever asked for it: signed, in order, at least once, whatever fails on the way."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from hub.store.grants import LEASE_SECONDS
from hub.webhooks.delivering import LONGEST_PAUSE, pause_after
from tests.feed.reader import Reader
from tests.granted import revoke_all
from tests.people import credit_code, id_number
from tests.served import Api
from tests.webhooks.receiver import (
    RETRY,
    Receiver,
    create,
    delivering,
    only_webhook,
    pairs,
    receiving,
    taught,
    until,
    until_webhook,
)


def resident(place: int, name: str = "王小明") -> dict[str, object]:
    return {"idNumber": id_number(place), "name": name}


async def residents(api: Api, number: int, turn: int = 0) -> None:
    """So many changes: each of these people is named anew."""
    lines = (resident(place, f"姓{turn}") for place in range(number))
    await api.office.household(*lines, stated_on=date(2024, 1, 1) + timedelta(days=turn))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def test_every_change_since_it_was_set_up_is_posted_in_the_order_of_the_feed(
    api: Api, receiver: Receiver
) -> None:
    await residents(api, 3)
    await create(api, receiver)
    async with delivering(api):
        for turn in range(1, 4):
            await residents(api, 60, turn)
        await until(lambda: len(receiver.taken) >= 180)
    assert receiver.told == (await Reader(api).catch_up())[3:]
    assert len(receiver.ids) == 180


async def test_a_post_is_a_batch_of_cloudevents_that_holds_no_value(api: Api, receiver: Receiver) -> None:
    identifier = await create(api, receiver)
    await api.office.household(resident(1))
    async with delivering(api):
        await until(lambda: receiver.taken)
    (event,) = receiver.taken
    (change,) = (await Reader(api).page())["nodes"]
    assert receiver.headers[0]["content-type"] == "application/cloudevents-batch+json"
    assert receiver.headers[0]["hub-webhook"] == identifier
    assert (event["specversion"], event["type"]) == ("1.0", "jizhun.entity.changed.v1")
    assert event["subject"] == change["entityId"]
    assert {name: event["data"][name] for name in ("entityId", "version", "kind", "items", "registers")} == {
        name: change[name] for name in ("entityId", "version", "kind", "items", "registers")
    }
    written = json.dumps(event, ensure_ascii=False)
    assert "王小明" not in written
    assert id_number(1) not in written


async def test_a_post_that_another_made_or_changed_is_told_by_the_recipe_of_the_documentation(
    api: Api, receiver: Receiver
) -> None:
    await create(api, receiver)
    await api.office.household(resident(1))
    async with delivering(api):
        await until(lambda: receiver.taken)
    header, body = receiver.headers[0]["hub-signature"], b'[{"id": "forged"}]'
    for secret, given in ((receiver.secret, header), ("guessed", header), (receiver.secret, f"t=1{header[12:]}")):
        with pytest.raises(ValueError, match="not a post"):
            taught()(secret, given, body, set())


async def test_only_what_the_filter_lets_through_and_grants_cover_is_posted(api: Api, receiver: Receiver) -> None:
    await create(api, receiver, filter={"kinds": ["LEGAL_ENTITY"], "items": ["name"]})
    await residents(api, 120)
    await api.office.business({"creditCode": credit_code(1), "name": "某某公司"})
    async with delivering(api):
        await until(lambda: receiver.taken)
    assert [event["data"]["kind"] for event in receiver.taken] == ["LEGAL_ENTITY"]


async def test_what_is_posted_is_in_the_access_log_of_the_agency(api: Api, receiver: Receiver) -> None:
    await create(api, receiver)
    await residents(api, 2)
    async with delivering(api):
        await until(lambda: receiver.taken)
    async with api.services.database.connection() as connection:
        (row,) = await connection.fetch("select * from audit.access_log where operation = 'changes'")
    assert (row["agency"], row["purpose"], len(row["entity_ids"])) == ("天河区政务服务局", "TEST; case=1", 2)
    assert row["trace_id"]


async def test_a_receiver_that_fails_at_first_is_told_again_and_misses_nothing(api: Api, receiver: Receiver) -> None:
    receiver.answers = [500, 503, 429, 404]
    await create(api, receiver)
    await residents(api, 5)
    async with delivering(api):
        await until(lambda: receiver.taken)
        webhook = await until_webhook(api, lambda one: one["state"] == "ACTIVE")
    assert (webhook["attempts"], webhook["failure"], len(receiver.posts)) == (0, None, 5)
    assert all(pairs(post) == receiver.told for post in receiver.posts)
    assert receiver.told == await Reader(api).catch_up()


@pytest.mark.parametrize("api", [{"webhook_timeout": 0.2}], indirect=True)
async def test_a_receiver_that_is_too_slow_counts_as_one_that_failed(api: Api, receiver: Receiver) -> None:
    receiver.held = asyncio.Event()
    await create(api, receiver)
    await residents(api, 1)
    async with delivering(api):
        webhook = await until_webhook(api, lambda one: one["attempts"])
        assert (webhook["state"], webhook["failure"]) == ("FAILING", "no answer within 0.2 seconds")
        receiver.held.set()
        await until_webhook(api, lambda one: one["state"] == "ACTIVE")


async def test_a_redirect_is_not_followed(api: Api, receiver: Receiver) -> None:
    async with receiving() as other:
        receiver.answers, receiver.location = [307], other.url
        await create(api, receiver)
        await residents(api, 1)
        async with delivering(api):
            await until(lambda: receiver.taken)
        assert (len(receiver.posts), other.posts) == (2, [])


async def test_who_answers_410_is_told_nothing_more(api: Api, receiver: Receiver) -> None:
    receiver.answers = [410]
    identifier = await create(api, receiver)
    await residents(api, 1)
    async with delivering(api):
        webhook = await until_webhook(api, lambda one: one["state"] == "STOPPED")
        assert webhook["failure"] == "it answered 410"
        await residents(api, 1, turn=1)
        await api.data(RETRY, {"id": identifier})
        await until(lambda: len(receiver.taken) == 2)
    assert receiver.told == await Reader(api).catch_up()


@pytest.mark.parametrize("api", [{"webhook_attempts": 3}], indirect=True)
async def test_what_is_never_taken_becomes_a_dead_letter_and_comes_when_it_is_retried(
    api: Api, receiver: Receiver
) -> None:
    receiver.answers = [500, 500, 500]
    identifier = await create(api, receiver)
    await residents(api, 5)
    async with delivering(api):
        webhook = await until_webhook(api, lambda one: one["deadLetters"])
        (letter,) = webhook["deadLetters"]
        assert (letter["changes"], letter["failure"], letter["isRetried"]) == (5, "it answered 500", False)
        await residents(api, 2, turn=1)
        await until(lambda: len(receiver.taken) == 2)
        receiver.answers = [500]
        await api.data(RETRY, {"id": identifier})
        await until_webhook(api, lambda one: not one["deadLetters"][0]["isRetried"])
        await api.data(RETRY, {"id": identifier})
        await until_webhook(api, lambda one: not one["deadLetters"])
    told = await Reader(api).catch_up()
    assert receiver.told == told[5:] + told[:5]


@pytest.mark.parametrize("api", [{"webhook_patience": 0.001}], indirect=True)
async def test_a_webhook_that_fails_for_long_is_suspended_and_loses_nothing(api: Api, receiver: Receiver) -> None:
    receiver.answers = [500, 500]
    identifier = await create(api, receiver)
    await residents(api, 1)
    async with delivering(api):
        webhook = await until_webhook(api, lambda one: one["state"] == "SUSPENDED")
        assert webhook["nextAttemptAt"] is None
        assert (await api.data(RETRY, {"id": identifier}))["retryWebhook"]["state"] == "ACTIVE"
        await until(lambda: receiver.taken)
    assert receiver.told == await Reader(api).catch_up()


async def test_a_webhook_whose_agency_has_lost_its_grants_is_told_nothing(api: Api, receiver: Receiver) -> None:
    await create(api, receiver, filter={"items": ["birthDate"]})
    await residents(api, 1)
    await revoke_all(api.services.database)
    await asyncio.sleep(LEASE_SECONDS)
    async with delivering(api):
        webhook = await until_webhook(api, lambda one: one["state"] == "SUSPENDED")
    assert webhook["failure"] == "No grant of yours covers birthDate."
    assert receiver.posts == []


async def test_an_address_that_is_not_public_is_not_posted_to_once_the_setting_is_gone(
    api: Api, receiver: Receiver
) -> None:
    await create(api, receiver)
    await residents(api, 1)
    async with api.services.database.connection() as connection:
        await connection.execute("update webhook set url = replace(url, 'http://127.0.0.1', 'https://localhost')")
    async with delivering(api):
        webhook = await until_webhook(api, lambda one: one["attempts"])
    assert webhook["failure"] == "its host has an address that is not public"
    assert receiver.posts == []


async def test_several_deliverers_post_nothing_twice(api: Api, receiver: Receiver) -> None:
    await create(api, receiver)
    async with delivering(api), delivering(api), delivering(api):
        for turn in range(6):
            await residents(api, 30, turn)
        await until(lambda: len(receiver.taken) == 180)
        await until_webhook(api, lambda one: one["cursor"] == receiver.taken[-1]["id"])
    assert pairs([event for post in receiver.posts for event in post]) == await Reader(api).catch_up()


async def test_one_receiver_that_fails_holds_up_no_other(api: Api, receiver: Receiver) -> None:
    async with receiving() as other:
        receiver.held = asyncio.Event()
        await create(api, receiver)
        await create(api, other)
        await residents(api, 1)
        async with delivering(api):
            await until(lambda: other.taken)
            receiver.held.set()
            await until(lambda: receiver.taken)


async def test_a_removed_webhook_is_told_nothing(api: Api, receiver: Receiver) -> None:
    identifier = await create(api, receiver)
    await residents(api, 1)
    await api.data("mutation($id: ID!) { removeWebhook(id: $id) { id } }", {"id": identifier})
    async with receiving() as other:
        await create(api, other)
        await residents(api, 1, turn=1)
        async with delivering(api):
            await until(lambda: other.taken)
    assert receiver.posts == []
    assert (await only_webhook(api))["url"] == other.url


def test_pauses_double_up_to_an_hour_and_are_not_the_same_for_everybody() -> None:
    pauses = [pause_after(attempts, 1.0).total_seconds() for attempts in range(1, 100)]
    for attempts, pause in enumerate(pauses):
        longest = min(2.0**attempts, LONGEST_PAUSE)
        assert longest / 2 <= pause <= longest
    assert len(set(pauses)) == len(pauses)
