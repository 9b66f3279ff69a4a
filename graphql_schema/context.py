"""What one GraphQL operation reads: the entities that its fields lead to, a level of the answer at a time.

Made for each operation and dropped after it: nothing that was read for one serves another.
"""

from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar
from uuid import UUID

from graphql_schema.levels import Levels
from graphql_schema.selection import ResolveInfo, asks_for
from graphql_schema.surroundings import Surroundings
from hub.catalog import Edge, EntityKind
from hub.clock import today
from hub.desk import (
    Answer,
    AsOf,
    Found,
    Key,
    OwnIdentifier,
    Tie,
    identifiers,
    moment_of_many,
    moment_of_one,
)
from hub.desk.changes import Change
from hub.desk.discrepancies import FoundDiscrepancy, discrepancies_of
from hub.desk.edges import keys_along, ties_along
from hub.desk.links import MergedEntity, SplitEntity, linked_into, splits
from hub.desk.replies import Reply
from hub.errors import HubError
from hub.timeline import Moment

Things = TypeVar("Things", bound=Sized | None)


@dataclass
class OperationContext(Surroundings):
    """One operation's surroundings, and what it reads."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._levels = Levels(self.settings.max_keys)
        self._now = Moment(today())

    def close(self) -> None:
        """Give up what is still being read for the operation, and let go of what was read."""
        self._levels.close()

    async def moment_of_one(self, info: ResolveInfo, kind: EntityKind, key: Key | None, asked: AsOf | None) -> Moment:
        """The moment of a root field about one entity: whoever asks which it is has it settled."""
        if asked is None or key is None:
            return await self.moment_of_many(info, asked)
        return await moment_of_one(self.desk, self.viewer, kind, key, asked)

    async def moment_of_many(self, info: ResolveInfo, asked: AsOf | None) -> Moment:
        """The moment of a root field about any number of entities."""
        if asked is None and not self._asks_for_moment(info):
            return self._now
        return await moment_of_many(self.desk, asked or AsOf())

    def _asks_for_moment(self, info: ResolveInfo) -> bool:
        """Whether the moment of the answer is asked for below the present field, worked out once for each place."""
        place = ("moment", *map(id, info.field_nodes))
        if place not in self.notes:
            self.notes[place] = asks_for(info, "asOf")
        return bool(self.notes[place])

    async def look_up(
        self, info: ResolveInfo, kind: EntityKind, keys: Sequence[Key | None], moment: Moment, *steps: str
    ) -> list[Answer | None]:
        """The entities that keys of numbers name; all that fields of one kind and selection ask is read together."""
        self.spend(info, len(keys))
        found = await self._ask(kind, {key for key in keys if key}, self.items(info, kind, *steps), "look up", moment)
        return [_only(found[key]) if key else None for key in keys]

    async def entity(
        self, info: ResolveInfo, kind: EntityKind, key: Key, moment: Moment, operation: str = "follow", *steps: str
    ) -> Answer | None:
        """The entity that a key leads to; all references and edges of one level and one selection are read together."""
        self.spend(info, 1)
        found = await self._ask(kind, {key}, self.items(info, kind, *steps), operation, moment)
        return _only(found[key])

    async def found(self, kind: EntityKind, key: Key, moment: Moment) -> Found | None:
        """The entity that a key leads to, and how, none of its items."""
        found = await self._ask(kind, {key}, frozenset(), "follow", moment)
        return next(iter(found[key]), None)

    async def ties(self, info: ResolveInfo, edge: Edge, root: Answer, step: str) -> list[Tie]:
        """The ties of ``root`` along an edge, with the entities that the sub-field ``step`` asks about."""
        kind = self.model.target_of(edge)
        items = self.items(info, kind, step) | set(edge.named_in)
        found = await self._ask(kind, keys_along(self.model, edge, root), items, "follow", root.moment)
        ties = ties_along(self.model, edge, root, found)
        self.spend(info, len(ties))
        return ties

    async def pay(self, points: int) -> None:
        """Pay for the operation before it is run."""
        if self.purse:
            await self.purse.pay(points)

    def note_claims(self, claims: int) -> None:
        """Have the operation pay for claims that it verifies."""
        if self.purse:
            self.purse.note_claims(claims)

    def note_changes(self, changes: Iterable[Change]) -> None:
        """Have the operation pay for the persons whose changes it tells."""
        if self.purse:
            self.purse.note_persons(one.entity_id for one in changes if one.kind is EntityKind.NATURAL_PERSON)

    async def _ask(
        self, kind: EntityKind, keys: Collection[Key], items: frozenset[str], operation: str, moment: Moment
    ) -> Mapping[Key, Sequence[Found]]:
        """What keys lead to, asked of the desk together with what other fields ask of the same items."""

        async def read(questions: list[frozenset[Key]]) -> list[Mapping[Key, Sequence[Found]] | HubError]:
            replies: dict[Key, Reply] = {}
            keys = list(dict.fromkeys(chain.from_iterable(questions)))
            for begin in range(0, len(keys), self.settings.max_keys):
                some = keys[begin : begin + self.settings.max_keys]
                replies |= await self.desk.answer(self.viewer, kind, some, items, operation, moment)
            if self.purse and kind is EntityKind.NATURAL_PERSON and not self.viewer.is_subject:
                self.purse.note_persons(_shown(replies.values()))
            return [_answered(question, replies) for question in questions]

        found: Mapping[Key, Sequence[Found]] = await self._levels.load(
            (kind, items, operation, moment), frozenset(keys), read
        )
        return found

    async def identifiers(self, info: ResolveInfo, root: Answer, *, history: bool) -> list[OwnIdentifier] | None:
        """The numbers of an entity; None where none is given."""

        async def read(entity_ids: Collection[UUID]) -> Mapping[UUID, list[OwnIdentifier] | None]:
            found = await identifiers(self.desk, self.viewer, root.kind, entity_ids, root.moment, history=history)
            return found or dict.fromkeys(entity_ids)

        return await self._of_level(("identifiers", root.kind, history), info, root, read)

    async def merged_from(self, info: ResolveInfo, root: Answer) -> list[MergedEntity]:
        """What an entity stands for."""

        async def read(entity_ids: Collection[UUID]) -> Mapping[UUID, list[MergedEntity]]:
            return await linked_into(self.desk, entity_ids, root.moment)

        return await self._of_level(("merged from",), info, root, read)

    async def splits(self, info: ResolveInfo, root: Answer) -> list[SplitEntity]:
        """The splits of an entity, and those that made it."""

        async def read(entity_ids: Collection[UUID]) -> Mapping[UUID, list[SplitEntity]]:
            return await splits(self.desk, entity_ids, root.moment)

        return await self._of_level(("splits",), info, root, read)

    async def discrepancies(self, info: ResolveInfo, root: Answer) -> list[FoundDiscrepancy]:
        """What stood open of an entity at its moment."""

        async def read(entity_ids: Collection[UUID]) -> Mapping[UUID, list[FoundDiscrepancy]]:
            return await discrepancies_of(self.desk, self.viewer, entity_ids, root.moment.known_at)

        return await self._of_level(("discrepancies",), info, root, read)

    async def _of_level(
        self,
        place: tuple[Hashable, ...],
        info: ResolveInfo,
        root: Answer,
        read: Callable[[Collection[UUID]], Awaitable[Mapping[UUID, Things]]],
    ) -> Things:
        """What ``read`` finds of an entity, read together with that of the others of one level."""

        async def read_all(entity_ids: list[UUID]) -> list[Things]:
            found = await read(entity_ids)
            return [found[entity_id] for entity_id in entity_ids]

        found: Things = await self._levels.load((*place, root.moment), root.entity_id, read_all)
        self.spend(info, 0 if found is None else len(found))
        return found


def _answered(question: Iterable[Key], replies: Mapping[Key, Reply]) -> Mapping[Key, Sequence[Found]] | HubError:
    """What the keys of one question lead to, or why that of one of them cannot be told."""
    found: dict[Key, Sequence[Found]] = {}
    for key in question:
        reply = replies[key]
        if isinstance(reply, HubError):
            return reply
        found[key] = reply
    return found


def _shown(replies: Iterable[Reply]) -> Iterator[UUID]:
    return (found.answer.entity_id for reply in replies if isinstance(reply, tuple) for found in reply)


def _only(found: Sequence[Found]) -> Answer | None:
    return found[0].answer if found else None
