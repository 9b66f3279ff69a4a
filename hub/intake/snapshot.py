"""End what a full copy leaves out, once all its lines are in.

Takes a submission that is a copy; goes through all entities page by page and hears what the copy concludes of their
records (hub/timeline/copies.py), under the locks that intake takes. How far it has come is kept with what it wrote, so
it may be killed anywhere and run again. It ends nothing where more would end than a deployment trusts a copy with.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

import asyncpg
import msgspec

from hub.catalog import EntityKind
from hub.errors import SubmissionInProgress, TooManyRemovals
from hub.identifiers.entity_id import new_id
from hub.intake.batches import MOST_ENTITIES, writing_to
from hub.intake.histories import RecordId
from hub.intake.identify import Identified
from hub.intake.publish import Publisher
from hub.intake.recall import recall, store
from hub.store import catalogs, copies
from hub.store.copies import ALL, LaterCopy, Scope
from hub.store.known_time import announce
from hub.store.pool import Connection, Database
from hub.timeline import ABSENT, Conclusion, FullCopy, Statement, Successor

PAGE = 2_000
"""Entities looked through in one statement."""
_START = UUID(int=0)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A record of which the copy may conclude something, and why."""

    entity_id: UUID
    record_key: str
    concern: str


@dataclass(frozen=True)
class Snapshot:
    """A full copy whose lines are in; ``most_share`` of what stands may end by it, or ``accepted`` records."""

    database: Database
    publisher: Publisher
    scope: Scope
    most_share: float
    accepted: int | None = None

    async def settle(self) -> int:
        """End what the copy leaves out, going on where an attempt broke off; gives how many records that ended."""
        async with self.database.connection() as connection:
            later = await copies.successor(connection, self.scope)
            reached, _ = await copies.settling(connection, self.scope.submission_id)
        if reached is None:
            await self._guard(later)
            async with self.database.connection() as connection:
                await copies.begin_settling(connection, self.scope.submission_id)
        async for since, page in self._pages(later, reached or _START):
            await self._conclude(later, since, page)
        await self._forget()
        async with self.database.connection() as connection:
            _, removed = await copies.settling(connection, self.scope.submission_id)
        return removed

    async def _guard(self, later: LaterCopy | None) -> None:
        """Refuse to go on where more would end than is trusted or accepted: such a copy is rather cut off."""
        standing = missing = 0
        async for _, page in self._pages(later, _START):
            standing, missing = standing + page["standing"], missing + page["missing"]
        trusted = self.most_share * standing if self.accepted is None else self.accepted
        if missing > trusted:
            raise TooManyRemovals(missing=missing, standing=standing, share=f"{self.most_share:.0%}")

    async def _pages(self, later: LaterCopy | None, after: UUID) -> AsyncIterator[tuple[UUID, asyncpg.Record]]:
        """Every page after an entity, with where it begins."""
        while after != ALL:
            async with self.database.connection() as connection:
                page = await copies.page(connection, self.scope, later, after, PAGE)
            yield after, page
            after = page["reached"] or ALL

    async def _conclude(self, later: LaterCopy | None, since: UUID, page: asyncpg.Record) -> None:
        """Hear what the copy concludes of the records of a page, in as many transactions as its entities take."""
        found = [_Candidate(*one) for one in zip(page["entities"], page["keys"], page["concerns"], strict=True)]
        for start in range(0, len(found), MOST_ENTITIES):
            some = found[start : start + MOST_ENTITIES]
            async with writing_to(self.database, self.publisher.model, {one.entity_id for one in some}) as connection:
                removed = await self._hear(connection, _copy(self.scope, later), some)
                await self._move(connection, since, since, removed)
        async with self.database.connection() as connection:
            await self._move(connection, since, page["reached"] or ALL, 0)

    async def _move(self, connection: Connection, since: UUID, reached: UUID, removed: int) -> None:
        if not await copies.settle(connection, self.scope.submission_id, since, reached, removed):
            raise SubmissionInProgress(register=self.scope.register)

    async def _hear(self, connection: Connection, copy: FullCopy, found: Sequence[_Candidate]) -> int:
        """Write what the copy concludes of records, and publish it; gives how many have ended by that."""
        scope, kinds = self.scope, await _kinds(connection, {one.entity_id for one in found})
        occasion = await self.publisher.begin(connection, kinds, (), await announce(connection))
        asked = [(one.entity_id, scope.record_type, one.record_key) for one in found if one.entity_id in kinds]
        histories = await recall(connection, scope.submission_id, scope.register, scope.source_unit, asked, ())
        removed = 0
        for one in found:
            record_id = RecordId(one.entity_id, scope.register, scope.source_unit, scope.record_type, one.record_key)
            concluded = _conclusions(copy, one.concern, histories.statements(record_id))
            histories.conclude(record_id, [_statement(copy, said, occasion.at) for said in concluded])
            removed += any(said.operation == ABSENT for said in concluded)
        writes = histories.writes(occasion.known_at)
        touched = await store(connection, writes, scope.register, scope.source_unit, scope.submission_id)
        await self.publisher.publish(connection, occasion, touched, Identified(), scope.submission_id)
        return removed

    async def _forget(self) -> None:
        """Forget which records the copy named, for nobody asks any more."""
        last: UUID | None = _START
        while last is not None:
            async with self.database.connection() as connection:
                last = await copies.forget(connection, self.scope.submission_id, last, PAGE)


def _copy(scope: Scope, later: LaterCopy | None) -> FullCopy:
    successor = Successor(later.day, later.stated_at) if later else None
    return FullCopy(scope.submission_id, scope.day, scope.stated_at, successor)


async def _kinds(connection: Connection, entity_ids: Collection[UUID]) -> Mapping[UUID, EntityKind]:
    """Those of the entities that still stand for themselves, with their kinds."""
    rows = await catalogs.standing(connection, entity_ids)
    return {row["entity_id"]: EntityKind(row["kind"]) for row in rows}


def _conclusions(copy: FullCopy, concern: str, history: Iterable[Statement]) -> list[Conclusion]:
    match concern:
        case "MISSING":
            return copy.ends(history)
        case "RETURNED":
            return copy.revives(history)
        case _:
            return copy.closes(history)


def _statement(copy: FullCopy, said: Conclusion, at: datetime) -> Statement:
    return Statement(
        valid_from=said.valid_from,
        stated_at=said.stated_at,
        operation=said.operation,
        digest=blake2b(msgspec.json.encode([said.operation]), digest_size=16).digest(),
        submission_id=copy.submission_id,
        state_id=new_id(at),
    )
