"""Ask a server as fast as it answers: `python -m bench.load`, told what by JSON on standard input.

Written here because the clients at hand cost more than the servers: a bare protocol, kept-alive connections, requests
made beforehand. Each connection asks again as soon as it is answered; an answer that is not a good one stops the run.
"""

import asyncio
import re
import sys
from random import Random
from time import perf_counter
from typing import cast
from urllib.parse import urlsplit

import msgspec
import uvloop
from msgspec import Struct

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class Task(Struct):
    """What to ask: ``bodies`` in an order drawn with ``seed``, over so many connections, for so long."""

    url: str
    headers: dict[str, str]
    bodies: list[str]
    seed: int
    connections: int
    seconds: float


class Outcome(Struct):
    """What came of it; latencies in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float


class Load:
    """One run: what is asked next, and how long each answer took."""

    def __init__(self, task: Task) -> None:
        self.took: list[float] = []
        self.problem = ""
        self.requests = [request(task.url, task.headers, body.encode()) for body in task.bodies]
        self.draw = Random(task.seed)  # noqa: S311 - a draw of keys, to be drawn again
        self.until = perf_counter() + task.seconds

    def next(self) -> bytes | None:
        """The next request; nothing once the time is over."""
        return None if perf_counter() >= self.until or self.problem else self.draw.choice(self.requests)


class Caller(asyncio.Protocol):
    """One connection."""

    def __init__(self, load: Load) -> None:
        self.closed = asyncio.get_running_loop().create_future()
        self._load = load
        self._answer = bytearray()
        self._transport: asyncio.Transport
        self._asked = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first time."""
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Gather the answer; once it is whole, note it and ask again."""
        self._answer += data
        head, end, body = self._answer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or (length and len(body) < int(length[1])):
            return
        self._load.took.append(perf_counter() - self._asked)
        if not head.startswith(b"HTTP/1.1 200") or not body.startswith(b'{"data":'):
            self._load.problem = head.splitlines()[0].decode()
        self._answer.clear()
        self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        """Say that this connection is done."""
        if self._asked:
            self._load.problem = "the connection was lost"
        self.closed.set_result(None)

    def _ask(self) -> None:
        request = self._load.next()
        self._asked = perf_counter() if request else 0.0
        if request:
            self._transport.write(request)
        else:
            self._transport.close()


def request(url: str, headers: dict[str, str], body: bytes) -> bytes:
    """A request as it goes over the wire."""
    address = urlsplit(url)
    lines = [f"POST {address.path} HTTP/1.1", f"Host: {address.netloc}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {text}" for name, text in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def run(task: Task) -> Outcome:
    """Put the server under load; raises where an answer is not a good one."""
    address = urlsplit(task.url)
    load = Load(task)
    begun = perf_counter()
    loop = asyncio.get_running_loop()
    host, port = str(address.hostname), address.port or 80
    made = [await loop.create_connection(lambda: Caller(load), host, port) for _ in range(task.connections)]
    await asyncio.gather(*(caller.closed for _, caller in made))
    seconds = perf_counter() - begun
    if load.problem:
        raise RuntimeError(f"{task.url} answered otherwise than expected: {load.problem}")
    took = sorted(1000 * each for each in load.took)
    return Outcome(len(took), seconds, took[len(took) // 2], took[len(took) * 99 // 100])


if __name__ == "__main__":
    outcome = uvloop.run(run(msgspec.json.decode(sys.stdin.buffer.read(), type=Task)))
    sys.stdout.buffer.write(msgspec.json.encode(outcome))
