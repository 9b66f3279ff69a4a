"""What one GraphQL operation carries along: its viewer, its loaders and the denials it met.

Made for each operation and dropped after it: no loader serves an old value, no denial reaches another caller.
"""

from asyncio import Future, ensure_future, shield
from collections.abc import (
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
    Sized,
)
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

from graphql import ExecutionResult, GraphQLError
from strawberry.dataloader import DataLoader

from graphql_schema.errors import error_extensions
from graphql_schema.limits import fields_below
from graphql_schema.purse import Purse
from graphql_schema.selection import ResolveInfo, asks_for, items_asked
from hub.access import Viewer, may_submit
from hub.catalog import Edge, EntityKind, Model
from hub.clock import today
from hub.desk import (
    Answer,
    AsOf,
    Desk,
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
from hub.errors import AnswerTooLarge, HubError, ListTooLong, NotYourRegister, UnknownRegister
from hub.intake.submission import Intake
from hub.settings import Settings
from hub.timeline import Moment

Things = TypeVar("Things", bound=Sized | None)


Patience = Callable[[Coroutine[Any, Any, ExecutionResult]], Awaitable[ExecutionResult]]
"""How a query is waited for, and when it is given up."""


async def _wait(work: Coroutine[Any, Any, ExecutionResult]) -> ExecutionResult:
    return await work


@dataclass
class Denial:
    """A selection that was denied: where it first stood, why, and how often."""

    path: list[str | int]
    refusal: HubError
    count: int = 0


def check_register(model: Model, viewer: Viewer, register: str) -> None:
    """Raise unless the viewer's department answers for ``register``."""
    if register not in model.registers:
        raise UnknownRegister(register=register)
    if not may_submit(model, viewer, register):
        raise NotYourRegister(register=register)


@dataclass
class OperationContext:
    """One operation's surroundings; ``notes`` keeps what was worked out of its document.

    ``by_address`` says that the operation came in an address, where others can read it.
    """

    viewer: Viewer
    model: Model
    desk: Desk
    intake: Intake
    settings: Settings
    purse: Purse | None = None
    patience: Patience = _wait
    by_address: bool = False
    notes: dict[Hashable, Any] = field(default_factory=dict)
    denials: dict[Hashable, Denial] = field(default_factory=dict)
    _loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)
    _coming: list[Future[Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._keys_left = self.settings.max_keys
        self._fields_left = self.settings.max_answer_fields
        self._now = Moment(today())

    def check_register(self, register: str) -> None:
        """Raise unless the viewer's department answers for ``register``."""
        check_register(self.model, self.viewer, register)

    def deny(self, info: ResolveInfo, root: Answer, item: str) -> None:
        """Note that ``item`` of an entity was denied at the present selection."""
        path = info.path.as_list()
        selection = tuple(step for step in path if isinstance(step, str))
        if selection not in self.denials:
            self.denials[selection] = Denial(path, root.refusal(item))
        self.denials[selection].count += 1

    def denial_errors(self) -> list[GraphQLError]:
        """One error for each denied selection."""
        return [
            GraphQLError(
                denial.refusal.message,
                path=denial.path,
                extensions=error_extensions(denial.refusal)
                | {"item": denial.refusal.details["item"], "count": denial.count},
            )
            for denial in self.denials.values()
        ]

    def items(self, info: ResolveInfo, kind: EntityKind, *steps: str) -> frozenset[str]:
        """The items of ``kind`` asked for below the present field, worked out once for each place in the document."""
        place = ("items", kind, steps, *map(id, info.field_nodes))
        if place not in self.notes:
            self.notes[place] = items_asked(self.model, kind, info, *steps)
        items: frozenset[str] = self.notes[place]
        return items

    def spend(self, info: ResolveInfo, times: int) -> None:
        """Count the fields that an answer of ``times`` entities or records to the present field holds."""
        place = ("weight", *map(id, info.field_nodes))
        if place not in self.notes:
            self.notes[place] = fields_below(info.field_nodes, info.fragments, self.settings)
        self._fields_left -= times * self.notes[place]
        if self.is_overdrawn:
            raise AnswerTooLarge(limit=self.settings.max_answer_fields)

    def close(self) -> None:
        """Give up what is still being read for the operation, and let go of what was read."""
        for future in self._coming:
            future.cancel()
        self._coming.clear()
        self._loaders.clear()

    @property
    def is_overdrawn(self) -> bool:
        """Whether the answer would hold more fields than it may."""
        return self._fields_left < 0

    def take_keys(self, number: int) -> None:
        """Count the keys that one field asks for."""
        self._keys_left -= number
        if self._keys_left < 0:
            raise ListTooLong(limit=self.settings.max_keys)

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

        return await self._brought(self._loader((kind, items, operation, moment), read).load(frozenset(keys)))

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

        found: Things = await self._brought(self._loader((*place, root.moment), read_all).load(root.entity_id))
        self.spend(info, 0 if found is None else len(found))
        return found

    async def _brought(self, coming: Awaitable[Things]) -> Things:
        """What a loader brings. Fields of one entity share it: one that is given up alone leaves it to the others."""
        future = ensure_future(coming)
        self._coming.append(future)
        return await shield(future)

    def _loader(self, key: Hashable, read: Callable[[list[Any]], Any]) -> DataLoader[Any, Any]:
        if key not in self._loaders:
            self._loaders[key] = DataLoader(load_fn=read, max_batch_size=self.settings.max_keys)
        return self._loaders[key]


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
