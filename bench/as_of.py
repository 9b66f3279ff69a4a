"""Time questions about past moments beside the same about now: `python -m bench.as_of ROUNDS` prints figures as JSON.

Three persons whose household register has said 10, 100 and 1,000 things of them, a tenth in each delivery. The desk is
asked for twelve items of one person, in turns for now, for now settled, and for a drawn day as known at a drawn one.
"""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import median
from time import perf_counter

import msgspec
from msgspec import Struct

from adapters.sample.numbers import Numbers
from bench.city import settle
from hub.access import Role, Viewer
from hub.catalog import EntityKind
from hub.clock import today
from hub.desk import AsOf, Key, moment_of_many
from hub.identifiers.schemes import Scheme
from hub.intake.delivery import Line
from hub.intake.submission import Delivery
from hub.opening import Hub, open_hub
from hub.settings import load_settings
from hub.stewardship.granting import fill_development_grants
from hub.timeline import Moment

STATES = (10, 100, 1_000)
DELIVERIES = 10
FIRST = date(2000, 1, 1)
ASKER = Viewer(agency="bench", officer="bench", roles=frozenset({Role.QUERY_OFFICER}))
ITEMS = (
    *("idNumber", "name", "sex", "ethnicity", "birthDate", "lifeStatus", "maritalStatus", "employmentStatus"),
    *("socialSecurityNumber", "household.townOrSubdistrict", "household.policeStation", "household.status"),
)


class Figures(Struct, frozen=True):
    """Milliseconds a question about an entity of so many states takes: about now, now settled, and the past."""

    states: int
    now: float
    settled: float
    past: float


def person(states: int) -> str:
    """The ID number of the person of whom so much is said."""
    return Numbers(Random(states)).id_number("440106", FIRST, male=True)  # noqa: S311 - a draw to be drawn again


async def say(hub: Hub, states: int) -> list[datetime]:
    """Have so much said of a person; gives the instants at which some of it was known."""
    instants = []
    share = states // DELIVERIES
    for turn in range(DELIVERIES):
        lines = [line(person(states), place, turn * share + place) for place in range(1, share + 1)]
        delivery = Delivery(
            register="household_registration",
            source_unit="bench",
            idempotency_key=f"{states}-{turn}",
            digest=bytes(16),
            stated_at=datetime(2024, 1, 1 + turn, tzinfo=UTC),
            sender="bench",
        )
        await hub.intake.take_in(delivery, lambda after, lines=lines: lines[after:])  # type: ignore[misc]
        instants.append(await hub.desk.known_time.present())
    return instants


def line(number: str, place: int, day: int) -> Line:
    """What is said of a person for a day."""
    values = {"idNumber": number, "name": f"姓名{day}", "sex": "1", "ethnicity": "01", "status": "正常"}
    return Line(place, "household", values, {}, valid_from=FIRST + timedelta(days=day))


def moments(random: Random, instants: Sequence[datetime], states: int) -> Iterator[Moment]:
    """Drawn days, as known at drawn instants."""
    while True:
        yield Moment(FIRST + timedelta(days=random.randint(1, states)), random.choice(instants))


async def measure(rounds: int) -> list[Figures]:
    """Fill a hub and ask it."""
    async with open_hub(load_settings()) as hub:
        await fill_development_grants(hub.database, hub.model)
        instants = {states: await say(hub, states) for states in STATES}
        await settle(hub.database.direct_url)
        return [await figures(hub, states, instants[states], rounds) for states in STATES]


async def figures(hub: Hub, states: int, instants: Sequence[datetime], rounds: int) -> Figures:
    """The medians of one person's questions."""
    key = hub.desk.key(Scheme.ID_NUMBER, person(states))
    if key is None:
        raise RuntimeError("the person's number leads to nobody")
    drawn = moments(Random(states), instants, states)  # noqa: S311 - a draw to be drawn again
    took: dict[str, list[float]] = {"now": [], "settled": [], "past": []}
    for _ in range(rounds):
        for way, seconds in took.items():
            begun = perf_counter()
            moment = Moment(today()) if way == "now" else next(drawn)
            if way == "settled":
                moment = await moment_of_many(hub.desk, AsOf())
            await ask(hub, key, moment)
            seconds.append(perf_counter() - begun)
    return Figures(states, **{way: median(seconds) * 1000 for way, seconds in took.items()})


async def ask(hub: Hub, key: Key, moment: Moment) -> None:
    """Ask for twelve items of the person of ``key``; raises where it is not found."""
    replies = await hub.desk.answer(ASKER, EntityKind.NATURAL_PERSON, [key], ITEMS, "bench", moment)
    if not replies[key]:
        raise RuntimeError("the person is not found")


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(measure(int(sys.argv[1])))))
