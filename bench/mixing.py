"""The other half of mixed load: `python -m bench.mixing` follows changes over WebSockets, and makes them.

Takes a ``Task`` as JSON on standard input; prints how many events came. Once a second it has a register say something
new of some persons, as a department would, so that every subscriber hears of it.
"""

import asyncio
import sys
from contextlib import suppress
from itertools import count

import msgspec
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from hub.clock import now, today
from hub.intake.delivery import Line
from hub.intake.submission import Delivery
from hub.opening import Hub, open_hub
from hub.settings import load_settings

PROTOCOL = Subprotocol("graphql-transport-ws")
CHANGES = "subscription ($after: String) { changes(after: $after) { cursor node { entityId version items } } }"
AT_ONCE = 5
"""Persons of whom something is said each second."""


class Task(Struct):
    """Whom to follow, with which headers, of whom to say something, and for how long."""

    url: str
    headers: dict[str, str]
    keys: list[str]
    subscribers: int
    seconds: float


class Heard:
    """How many events have come to all subscribers."""

    events = 0


async def follow(task: Task, heard: Heard) -> None:
    """Follow the changes until cancelled, and go on from there when a connection ends; raises where the hub refuses."""
    address, after = f"{task.url.replace('http', 'ws', 1)}/graphql", None
    async for wire in connect(address, subprotocols=[PROTOCOL], proxy=None):
        with suppress(ConnectionClosed):
            await say(wire, type="connection_init", payload=task.headers)
            await say(wire, type="subscribe", id="1", payload={"query": CHANGES, "variables": {"after": after}})
            async for message in wire:
                told = msgspec.json.decode(message)
                if told["type"] == "next":
                    heard.events += 1
                    after = told["payload"]["data"]["changes"]["cursor"]
                elif told["type"] == "ping":
                    await say(wire, type="pong")
                elif told["type"] != "connection_ack":
                    raise RuntimeError(f"a subscription was ended: {told['type']}")


async def say(wire: ClientConnection, **message: object) -> None:
    """Send a message."""
    await wire.send(msgspec.json.encode(message).decode())


async def change(hub: Hub, keys: list[str]) -> None:
    """Have something new said of some persons each second, until cancelled."""
    began = now()
    for turn in count():
        chosen = [keys[(turn * AT_ONCE + place) % len(keys)] for place in range(AT_ONCE)]
        lines = [renamed(key, place, f"{began:%m%d%H%M%S}{turn}") for place, key in enumerate(chosen, 1)]
        delivery = Delivery(
            register="household_registration",
            source_unit="bench",
            idempotency_key=f"{began.isoformat()} {turn}",
            digest=bytes(16),
            stated_at=now(),
            sender="bench",
        )
        await hub.intake.take_in(delivery, lambda after, lines=lines: lines[after:])  # type: ignore[misc]
        await asyncio.sleep(1)


def renamed(number: str, place: int, name: str) -> Line:
    """What is said of a person: another name, since today."""
    return Line(place, "household", {"idNumber": number, "name": name, "status": "正常"}, {}, valid_from=today())


async def run(task: Task) -> int:
    """Follow and change as long as the task says; gives how many events came."""
    heard = Heard()
    async with open_hub(load_settings()) as hub, asyncio.TaskGroup() as group:
        work = [group.create_task(follow(task, heard)) for _ in range(task.subscribers)]
        work.append(group.create_task(change(hub, task.keys)))
        await asyncio.sleep(task.seconds)
        for one in work:
            one.cancel()
    return heard.events


if __name__ == "__main__":
    sys.stdout.write(str(asyncio.run(run(msgspec.json.decode(sys.stdin.buffer.read(), type=Task)))))
