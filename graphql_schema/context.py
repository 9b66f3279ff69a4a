"""What one GraphQL operation carries along: its viewer, its loaders and the denials it met.

Made for each operation and dropped after it: no loader serves an old value, no denial reaches another caller.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from graphql import GraphQLError
from strawberry.dataloader import DataLoader

from graphql_schema.errors import error_extensions
from graphql_schema.limits import fields_below
from graphql_schema.selection import ResolveInfo, items_asked
from hub.access import Viewer, refusal
from hub.catalog import Edge, EntityKind, Model
from hub.desk import Answer, Desk, Key, OwnIdentifier, Referrer, identifiers
from hub.errors import AnswerTooLarge, FieldForbidden, FieldNotGranted, ListTooLong
from hub.intake.submission import Intake
from hub.settings import Settings


@dataclass
class Denial:
    """A selection that was denied: where it first stood, why, and how often."""

    path: list[str | int]
    refusal: FieldNotGranted | FieldForbidden
    count: int = 0


@dataclass
class OperationContext:
    """One operation's surroundings."""

    viewer: Viewer
    model: Model
    desk: Desk
    intake: Intake
    settings: Settings
    denials: dict[Hashable, Denial] = field(default_factory=dict)
    _loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)
    _items: dict[Hashable, frozenset[str]] = field(default_factory=dict)
    _weights: dict[Hashable, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._keys_left = self.settings.max_keys
        self._fields_left = self.settings.max_answer_fields

    def deny(self, info: ResolveInfo, kind: EntityKind, item: str) -> None:
        """Note that ``item`` was denied at the present selection."""
        path = info.path.as_list()
        selection = tuple(step for step in path if isinstance(step, str))
        denial = self.denials.setdefault(selection, Denial(path, refusal(self.model, self.viewer, kind, item)))
        denial.count += 1

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
        place = (kind, steps, *map(id, info.field_nodes))
        if place not in self._items:
            self._items[place] = items_asked(self.model, kind, info, *steps)
        return self._items[place]

    def spend(self, info: ResolveInfo, times: int) -> None:
        """Count the fields that an answer of ``times`` entities or records to the present field holds."""
        place = tuple(map(id, info.field_nodes))
        if place not in self._weights:
            self._weights[place] = fields_below(info.field_nodes, info.fragments, self.settings)
        self._fields_left -= times * self._weights[place]
        if self.is_overdrawn:
            raise AnswerTooLarge(limit=self.settings.max_answer_fields)

    @property
    def is_overdrawn(self) -> bool:
        """Whether the answer would hold more fields than it may."""
        return self._fields_left < 0

    def take_keys(self, number: int) -> None:
        """Count the keys that one field asks for."""
        self._keys_left -= number
        if self._keys_left < 0:
            raise ListTooLong(limit=self.settings.max_keys)

    async def look_up(
        self, info: ResolveInfo, kind: EntityKind, keys: Sequence[Key], *steps: str
    ) -> list[Answer | None]:
        """The entities that well-spelt keys name; all that fields of one kind and selection ask is read together."""
        self.take_keys(len(keys))
        self.spend(info, len(keys))
        items = self.items(info, kind, *steps)

        async def read(keys: list[Key]) -> list[Answer | None]:
            answers = await self.desk.look_up(self.viewer, kind, keys, items)
            return [answers.get(key) for key in keys]

        return await self._loader(("keys", kind, items), read).load_many(keys)

    async def entity(self, info: ResolveInfo, kind: EntityKind, entity_id: UUID) -> Answer | None:
        """The entity that an edge leads to; all edges of one level and one selection are read together."""
        self.spend(info, 1)
        items = self.items(info, kind)

        async def read(entity_ids: list[UUID]) -> list[Answer | None]:
            answers = await self.desk.read(self.viewer, kind, entity_ids, items)
            return [answers.get(entity_id) for entity_id in entity_ids]

        answer: Answer | None = await self._loader((kind, items), read).load(entity_id)
        return answer

    async def referrers(self, info: ResolveInfo, edge: Edge, kind: EntityKind, entity_id: UUID) -> list[Referrer]:
        """The entities of ``kind`` that refer to one, read together like ``entity``."""
        items = self.items(info, kind, kind.field_name)

        async def read(entity_ids: list[UUID]) -> list[list[Referrer]]:
            found = await self.desk.referrers(self.viewer, edge, entity_ids, items)
            return [found[entity_id] for entity_id in entity_ids]

        found: list[Referrer] = await self._loader((edge.name, items), read).load(entity_id)
        self.spend(info, len(found))
        return found

    async def identifiers(self, info: ResolveInfo, root: Answer, *, history: bool) -> list[OwnIdentifier] | None:
        """The numbers of an entity, read together with those of the others of one level; None where none is given."""

        async def read(entity_ids: list[UUID]) -> list[list[OwnIdentifier] | None]:
            found = await identifiers(self.desk, self.viewer, root.kind, entity_ids, history=history)
            return [found[entity_id] if found else None for entity_id in entity_ids]

        loader = self._loader(("identifiers", root.kind, history), read)
        found: list[OwnIdentifier] | None = await loader.load(root.entity_id)
        self.spend(info, len(found or ()))
        return found

    def _loader(self, key: Hashable, read: Callable[[list[Any]], Any]) -> DataLoader[Any, Any]:
        if key not in self._loaders:
            self._loaders[key] = DataLoader(load_fn=read, max_batch_size=self.settings.max_keys)
        return self._loaders[key]
