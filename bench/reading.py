"""Time the questions: first see that every server answers alike, then put one after another under load.

Servers take turns within a round, so that what else the machine does meets them all; figures are medians over rounds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import median
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from bench.load import Outcome, Task
from bench.processes import Server, processor_seconds, run
from bench.questions import Question

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


@dataclass(frozen=True)
class Reader:
    """Asks servers that share a database, whose processes are the children of ``postmaster``."""

    servers: Mapping[str, Server]
    postmaster: int
    headers: Mapping[str, str]
    effort: Effort

    def measure(self, question: Question, keys: Sequence[str]) -> dict[str, Figures]:
        """The figures of every server for one question; raises where two answer differently."""
        bodies = question.bodies(keys)
        urls = self._urls(question, self._size_of_answers(question, bodies))
        warm_up = self.effort.seconds * WARM_UP
        for name, url in urls.items():
            self._load(name, url, bodies, warm_up, self.effort.seed)
        rounds: dict[str, list[Figures]] = {name: [] for name in urls}
        for place in range(self.effort.rounds):
            for name, url in urls.items():
                rounds[name].append(self._load(name, url, bodies, self.effort.seconds, self.effort.seed + place))
        return {name: _medians(figures) for name, figures in rounds.items()}

    def _urls(self, question: Question, size: int) -> dict[str, str]:
        paths = {"hub": "graphql", "unlogged": "graphql", "floor": question.name, "constant": str(size)}
        return {name: f"{server.url}/{paths[name]}" for name, server in self.servers.items()}

    def _size_of_answers(self, question: Question, bodies: Sequence[str]) -> int:
        """The median size of the answers; the data in them are the same bytes from hub and floor for every request."""
        urls = self._urls(question, 0)
        answers = {name: list(self._answers(urls[name], bodies)) for name in ("hub", "unlogged", "floor")}
        for place, answer in enumerate(answers["floor"]):
            data = answer.removesuffix(b"}")
            if not data.startswith(b'{"data":') or not all(given[place].startswith(data) for given in answers.values()):
                raise RuntimeError(f"{question.title}: the servers answer request {place} differently")
        return int(median(map(len, answers["floor"])))

    def _answers(self, url: str, bodies: Sequence[str]) -> Iterator[bytes]:
        address = urlsplit(url)
        connection = HTTPConnection(address.netloc)
        for body in bodies:
            connection.request("POST", address.path, body.encode(), dict(self.headers))
            yield connection.getresponse().read()
        connection.close()

    def _load(self, name: str, url: str, bodies: list[str], seconds: float, seed: int) -> Figures:
        task = Task(url, dict(self.headers), bodies, seed, self.effort.connections, seconds)
        pids = (self.servers[name].pid, self.postmaster)
        before = [processor_seconds(pid) for pid in pids]
        outcome = msgspec.json.decode(run("load", {}, say=msgspec.json.encode(task)), type=Outcome)
        server, database = (
            1000 * (processor_seconds(pid) - used) / outcome.requests for pid, used in zip(pids, before, strict=True)
        )
        return Figures(outcome.requests / outcome.seconds, outcome.p50, outcome.p99, server, database)


def _medians(rounds: Sequence[Figures]) -> Figures:
    return Figures(*(median(figures) for figures in zip(*map(msgspec.structs.astuple, rounds), strict=True)))
