"""Deliverers are processes that die at any moment; what they had in hand arrives all the same."""

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from tests.cli.conftest import hub
from tests.cli.running import run_hub, start_hub
from tests.feed.reader import Reader
from tests.people import id_number
from tests.served import Api
from tests.webhooks.conftest import REACHABLE
from tests.webhooks.receiver import Receiver, create, pairs, receiving, until, until_webhook

__all__ = ["hub"]
TURNS, PEOPLE = 6, 60


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
def settings(hub: dict[str, object]) -> dict[str, object]:
    return hub | {f"HUB_{name.upper()}": value for name, value in REACHABLE.items()}


async def write(api: Api) -> None:
    for turn in range(TURNS):
        lines = ({"idNumber": id_number(place), "name": f"姓{turn}"} for place in range(PEOPLE))
        await api.office.household(*lines, stated_on=date(2024, 1, 1) + timedelta(days=turn))


async def test_a_deliverer_that_is_killed_in_the_middle_loses_nothing(
    api: Api, receiver: Receiver, settings: dict[str, object]
) -> None:
    await create(api, receiver)
    await write(api)
    for posts in (1, 3):
        receiver.held = asyncio.Event()
        deliverer = start_hub("webhooks", "deliver", **settings)
        await until(lambda posts=posts: len(receiver.posts) >= posts)  # type: ignore[misc]
        deliverer.send_signal(signal.SIGKILL)
        await asyncio.to_thread(deliverer.communicate)
        receiver.held.set()
        receiver.held = None
    deliverer = start_hub("webhooks", "deliver", **settings)
    await until(lambda: len(receiver.taken) >= TURNS * PEOPLE)
    await until_webhook(api, lambda one: one["cursor"] == receiver.taken[-1]["id"])
    deliverer.send_signal(signal.SIGTERM)
    output, _ = await asyncio.to_thread(deliverer.communicate)
    assert deliverer.returncode == 0, output
    assert receiver.told == await Reader(api).catch_up()
    assert len(pairs([event for post in receiver.posts for event in post])) > TURNS * PEOPLE


async def test_the_office_sees_how_all_webhooks_fare(api: Api, receiver: Receiver, settings: dict[str, object]) -> None:
    assert await asyncio.to_thread(run_hub, "webhooks", "list", **settings) == (0, "There are no webhooks.\n")
    await create(api, receiver)
    code, output = await asyncio.to_thread(run_hub, "webhooks", "list", **settings)
    assert (code, "ACTIVE" in output, "天河区政务服务局" in output) == (0, True, True), output
