"""At every moment the hub tells what a plain telling of its rules tells: value, provenance and absence alike."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given

from hub.catalog import Model
from hub.timeline import Moment
from tests.asof.histories import DAYS, Delivery, Order, histories, one_by_one
from tests.asof.oracle import Oracle
from tests.asof.told import Answer, Told, hub_with_a_still_clock
from tests.conftest import Server
from tests.properties import tried

EVE = DAYS[0] - timedelta(days=1)
ALL_KNOWN = datetime(2030, 1, 1, tzinfo=UTC)
A_MICROSECOND = timedelta(microseconds=1)


async def check(hub: Told) -> None:
    """Compare every cell: each day on which something may begin and the one before, each instant of learning too."""
    deliveries, oracle = await hub.deliveries(), Oracle(hub.happened)
    learnt = {one.known_at for one in hub.happened}
    for known_at in sorted(learnt | {instant - A_MICROSECOND for instant in learnt}):
        for valid_on in (EVE, *DAYS):
            moment = Moment(valid_on, known_at)
            for key, told in (await hub.tell(moment, deliveries)).items():
                records = sorted(oracle.records(key, valid_on, known_at), key=lambda one: one.record)
                assert told == (records, oracle.items(key, valid_on, known_at)), (key, moment)


@tried(6, 150)
@given(history=histories())
async def test_every_moment_of_a_history_is_told_as_the_rules_say(
    embedded_server: Server, model: Model, history: list[Delivery | Order]
) -> None:
    async with hub_with_a_still_clock(embedded_server, model) as hub:
        for what in history:
            await hub.happen(what)
        await check(hub)


async def told_in_the_end(server: Server, model: Model, history: Sequence[Delivery]) -> list[dict[str, Answer]]:
    """What is told of every day once everything is known, without since when it is."""
    async with hub_with_a_still_clock(server, model) as hub:
        for delivery in history:
            await hub.happen(delivery)
        deliveries = await hub.deliveries()
        days = [await hub.tell(Moment(valid_on, ALL_KNOWN), deliveries) for valid_on in (EVE, *DAYS)]
    return [{key: whenever(answer) for key, answer in day.items()} for day in days]


def whenever(answer: Answer) -> Answer:
    """An answer without known times."""
    shown, decided = answer
    return (
        [one._replace(known_since=ALL_KNOWN) for one in shown],
        {item: choice._replace(by=choice.by._replace(known_since=ALL_KNOWN)) for item, choice in decided.items()},
    )


async def check_orders(server: Server, model: Model, seeds: range) -> None:
    history = one_by_one(30, seed=4)
    told = await told_in_the_end(server, model, history)
    for seed in seeds:
        shuffled = Random(seed).sample(history, len(history))  # noqa: S311 - an order to be had again
        assert await told_in_the_end(server, model, shuffled) == told, seed


async def test_whatever_is_heard_first_the_same_is_told_in_the_end(embedded_server: Server, model: Model) -> None:
    await check_orders(embedded_server, model, range(10))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 1_000, 100))
async def test_whatever_is_heard_first_of_a_thousand_orders_the_same_is_told_in_the_end(
    embedded_server: Server, model: Model, first: int
) -> None:
    await check_orders(embedded_server, model, range(first, first + 100))
