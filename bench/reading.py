"""Time the questions: first see that every server answers alike, then put one after another under load.

Servers take turns within a round, so that what else the machine does meets them all; figures are medians over rounds.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection
from random import Random
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from bench.load import Outcome, Task
from bench.processes import Server, processor_seconds, run
from bench.questions import QUESTIONS, Question, as_hub_tells, past_bodies

PEER, ALONE, PAST = "peer", "pgbench", "past"
WARM_UP = 0.25
"""The part of a round's time for which every server is under load before the first round."""


@dataclass(frozen=True)
class Effort:
    """How long and how hard to ask; ``seed`` makes the order of keys one that can be had again."""

    rounds: int
    seconds: float
    connections: int
    seed: int


class Figures(Struct, frozen=True):
    """One server's figures for one question; times in milliseconds, processor seconds for 1,000 requests."""

    rate: float
    p50: float
    p99: float
    server: float
    database: float


Asking = Callable[[float, int], Outcome]
"""Puts one server under load for some seconds, with keys drawn by a seed."""


@dataclass(frozen=True)
class Reader:
    """Asks servers that share a database, whose processes are the children of ``postmaster``.

    ``alone`` asks the database itself for the short question, without a server; the long one is asked as of drawn days,
    too, as known at ``known_at``.
    """

    servers: Mapping[str, Server]
    postmaster: int
    headers: Mapping[str, str]
    effort: Effort
    known_at: datetime
    alone: Asking | None = None

    def measure(self, question: Question, keys: Sequence[str]) -> dict[str, Figures]:
        """The figures of every server for one question; raises where two answer differently."""
        bodies = {name: question.peer_bodies(keys) if name == PEER else question.bodies(keys) for name in self.servers}
        urls = self._urls(question, self._size_of_answers(question, bodies))
        asking: dict[str, Asking] = {name: self._asking(url, bodies[name]) for name, url in urls.items()}
        if self.alone and question is QUESTIONS[0]:
            asking[ALONE] = self.alone
        if question is QUESTIONS[1]:
            asking = {"hub": asking["hub"], PAST: self._asking(urls["hub"], self._past(urls["hub"], keys)), **asking}
        for name, ask in asking.items():
            self._figures(name, ask, self.effort.seconds * WARM_UP, self.effort.seed)
        rounds: dict[str, list[Figures]] = {name: [] for name in asking}
        for place in range(self.effort.rounds):
            for name, ask in asking.items():
                rounds[name].append(self._figures(name, ask, self.effort.seconds, self.effort.seed + place))
        return {name: _medians(figures) for name, figures in rounds.items()}

    def _past(self, url: str, keys: Sequence[str]) -> list[str]:
        """Requests about the past, each of which finds somebody."""
        bodies = past_bodies(keys, self.known_at, Random(self.effort.seed))  # noqa: S311 - to be drawn again
        if not all(_data(answer)["naturalPerson"] for answer in self._answers(url, bodies)):
            raise RuntimeError("somebody is not found as of a drawn day")
        return bodies

    def _urls(self, question: Question, size: int) -> dict[str, str]:
        paths = {**dict.fromkeys(("hub", "unlogged", PEER), "graphql"), "floor": question.name, "constant": str(size)}
        return {name: f"{server.url}/{paths[name]}" for name, server in self.servers.items()}

    def _size_of_answers(self, question: Question, bodies: Mapping[str, Sequence[str]]) -> int:
        """The median size of the answers; the data in them are the same bytes from hub and floor for every request.

        The peer's are the same once they have the hub's shape.
        """
        urls = self._urls(question, 0)
        answers = {name: list(self._answers(url, bodies[name])) for name, url in urls.items() if name != "constant"}
        peers = answers.pop(PEER, None)
        for place, answer in enumerate(answers["floor"]):
            data = answer.removesuffix(b"}")
            if not data.startswith(b'{"data":') or not all(given[place].startswith(data) for given in answers.values()):
                raise RuntimeError(f"{question.title}: the servers answer request {place} differently")
            if peers and as_hub_tells(_data(peers[place])) != _data(answer):
                raise RuntimeError(f"{question.title}: the peer answers request {place} differently")
        return int(median(map(len, answers["floor"])))

    def _answers(self, url: str, bodies: Sequence[str]) -> Iterator[bytes]:
        address = urlsplit(url)
        connection = HTTPConnection(address.netloc)
        for body in bodies:
            connection.request("POST", address.path, body.encode(), dict(self.headers))
            yield connection.getresponse().read()
        connection.close()

    def _asking(self, url: str, bodies: list[str]) -> Asking:
        def ask(seconds: float, seed: int) -> Outcome:
            task = Task(url, dict(self.headers), bodies, seed, self.effort.connections, seconds)
            return msgspec.json.decode(run("load", {}, say=msgspec.json.encode(task)), type=Outcome)

        return ask

    def _figures(self, name: str, ask: Asking, seconds: float, seed: int) -> Figures:
        """What it took to be asked; of the database alone there is no server."""
        server_name = "hub" if name == PAST else name
        pids = [self.servers[server_name].pid if server_name in self.servers else None, self.postmaster]
        before = [processor_seconds(pid) if pid else 0.0 for pid in pids]
        outcome = ask(seconds, seed)
        server, database = (
            1000 * (processor_seconds(pid) - used) / outcome.requests if pid else 0.0
            for pid, used in zip(pids, before, strict=True)
        )
        return Figures(outcome.requests / outcome.seconds, outcome.p50, outcome.p99, server, database)


def _data(answer: bytes) -> Any:  # noqa: ANN401
    return msgspec.json.decode(answer)["data"]


def _medians(rounds: Sequence[Figures]) -> Figures:
    return Figures(*(median(figures) for figures in zip(*map(msgspec.structs.astuple, rounds), strict=True)))
