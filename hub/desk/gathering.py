"""Read for several questions at once: those of one shape that come while a statement runs share the next one.

Takes a shape and the keys of one question; gives the rows that its own keys led to. No clock is waited for: a question
is read at once, or as soon as one of two statements of its shape has ended. Questions never learn of each other: one
that is given up takes none with it, and what fails for one is asked again for each. Decides on no access.
"""

from asyncio import Future, Task, create_task, get_running_loop
from collections.abc import Collection, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

import asyncpg

from hub.access.areas import Areas
from hub.catalog import EntityKind
from hub.errors import HubError
from hub.store import reading
from hub.store.pool import Database
from hub.store.reading import Key, Lead, Wanted
from hub.timeline import Moment
from hub.vault.cipher import Vault

MOST_KEYS = 4
"""Of a question that shares a statement: a longer list would keep others waiting."""
MOST_TOGETHER = 100
AT_ONCE = 1
"""Statements of one shape that run at a time before questions wait for each other."""

Led = tuple[asyncpg.Record, Sequence[Lead]]
"""A row, and the leads of one question's keys to it, by their places in that question."""


class Shape(NamedTuple):
    """What a statement reads, the keys left out."""

    kind: EntityKind
    wanted: Wanted
    moment: Moment
    areas: Areas | None
    most_references: int


@dataclass(eq=False, slots=True)
class _Question:
    """A question that waits; ``reading`` is what reads for it and others, once that has begun."""

    keys: Sequence[Key]
    answer: Future[list[Led]]
    reading: "_Reading | None" = None


@dataclass(eq=False, slots=True)
class _Reading:
    """One statement for several questions."""

    questions: Sequence[_Question]
    task: "Task[None] | None" = None

    def leave(self) -> None:
        """Give the statement up if nobody waits for it any more."""
        if self.task and all(question.answer.done() for question in self.questions):
            self.task.cancel()


@dataclass(eq=False, slots=True)
class _Line:
    """Who waits for a shape, and how many statements of it run."""

    running: int = 0
    waiting: list[_Question] = field(default_factory=list)


class Gathering:
    """The statements of one process that several questions share."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._lines: dict[Shape, _Line] = {}

    async def read(self, shape: Shape, keys: Collection[Key]) -> list[Led]:
        """The rows that ``keys`` led to."""
        asked = list(keys)
        if len(asked) > MOST_KEYS:
            return _dealt(await self._rows(shape, asked), [len(asked)])[0]
        line = self._lines.setdefault(shape, _Line())
        if line.running >= AT_ONCE:
            return await self._wait(line, asked)
        line.running += 1
        try:
            return _dealt(await self._rows(shape, asked), [len(asked)])[0]
        finally:
            self._go_on(shape, line)

    async def _wait(self, line: _Line, keys: Sequence[Key]) -> list[Led]:
        """What another task reads for a question."""
        question = _Question(keys, get_running_loop().create_future())
        line.waiting.append(question)
        try:
            return await question.answer
        finally:
            if question.reading:
                question.reading.leave()

    def _go_on(self, shape: Shape, line: _Line) -> None:
        """After a statement: read for those who have gathered meanwhile and are still there."""
        there = [question for question in line.waiting if not question.answer.done()]
        together, line.waiting = there[:MOST_TOGETHER], there[MOST_TOGETHER:]
        if not together:
            line.running -= 1
            if not line.running:
                self._lines.pop(shape, None)
            return
        begun = _Reading(together)
        for question in together:
            question.reading = begun
        reads = self._read_for(shape, line, together)
        begun.task = create_task(reads, context=Context())  # it works for many, in nobody's trace

    async def _read_for(self, shape: Shape, line: _Line, questions: Sequence[_Question]) -> None:
        try:
            await self._answer(shape, questions)
        finally:
            self._go_on(shape, line)

    async def _answer(self, shape: Shape, questions: Sequence[_Question]) -> None:
        """Answer questions with one statement, or with one for each where it is not the server that fails."""
        try:
            rows = await self._rows(shape, [key for question in questions for key in question.keys])
        except HubError as error:
            _tell_all(questions, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told to who asked
            if len(questions) == 1:
                _tell_all(questions, error)
            for question in questions:
                if not question.answer.done():
                    await self._answer(shape, [question])
        else:
            dealt = _dealt(rows, [len(question.keys) for question in questions])
            for question, led in zip(questions, dealt, strict=True):
                if not question.answer.done():
                    question.answer.set_result(led)

    async def _rows(self, shape: Shape, keys: Sequence[Key]) -> list[asyncpg.Record]:
        async with self._database.planned_connection() as connection:
            return await reading.answer(
                connection,
                self._vault.index,
                shape.kind,
                keys,
                shape.most_references,
                shape.wanted,
                shape.moment,
                shape.areas,
            )


def _tell_all(questions: Sequence[_Question], error: Exception) -> None:
    for question in questions:
        if not question.answer.done():
            question.answer.set_exception(error)


def _dealt(rows: Sequence[asyncpg.Record], sizes: Sequence[int]) -> list[list[Led]]:
    """The rows of each of several questions, whose keys stand one after another, so many of each."""
    if len(sizes) == 1:
        return [[(row, list(reading.leads_of(row))) for row in rows]]
    begins = [0, *accumulate(sizes)][:-1]
    owners = [(turn, begin) for turn, (begin, size) in enumerate(zip(begins, sizes, strict=True)) for _ in range(size)]
    dealt: list[list[Led]] = [[] for _ in sizes]
    for row in rows:
        for turn, leads in _by_question(row, owners).items():
            dealt[turn].append((row, leads))
    return dealt


def _by_question(row: asyncpg.Record, owners: Sequence[tuple[int, int]]) -> Mapping[int, list[Lead]]:
    """The leads to a row by the question whose they are, each with its place there."""
    found: dict[int, list[Lead]] = {}
    for lead in reading.leads_of(row):
        turn, begin = owners[lead.place]
        found.setdefault(turn, []).append(lead._replace(place=lead.place - begin))
    return found
