"""What one GraphQL operation carries along: its viewer, its loaders and the denials it met.

Made for each operation and dropped after it: no loader serves an old value, no denial reaches another caller.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from graphql import GraphQLError
from strawberry.dataloader import DataLoader

from graphql_schema.errors import error_extensions
from graphql_schema.selection import ResolveInfo
from hub.access import Viewer
from hub.catalog import Edge, EntityKind, Model
from hub.desk import Answer, Desk, Referrer
from hub.errors import FieldNotGranted
from hub.intake.submission import Intake
from hub.settings import Settings

Result = TypeVar("Result")


@dataclass
class Denial:
    """A selection that was denied: where it first stood, and how often."""

    path: list[str | int]
    item: str
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
    _loaders: dict[Hashable, DataLoader[UUID, Any]] = field(default_factory=dict)

    def deny(self, info: ResolveInfo, kind: EntityKind, item: str) -> None:
        """Note that ``item`` was denied at the present selection."""
        path = info.path.as_list()
        selection = tuple(step for step in path if isinstance(step, str))
        denial = self.denials.setdefault(selection, Denial(path, f"{kind.type_name}.{item}"))
        denial.count += 1

    def denial_errors(self) -> list[GraphQLError]:
        """One error for each denied selection."""
        return [
            GraphQLError(
                FieldNotGranted(item=denial.item).message,
                path=denial.path,
                extensions=error_extensions(FieldNotGranted(item=denial.item))
                | {"item": denial.item, "count": denial.count},
            )
            for denial in self.denials.values()
        ]

    async def entity(self, kind: EntityKind, entity_id: UUID, items: frozenset[str]) -> Answer | None:
        """The entity that an edge leads to; all edges of one level and one selection are read together."""

        async def read(entity_ids: list[UUID]) -> list[Answer | None]:
            answers = await self.desk.read(self.viewer, kind, entity_ids, items)
            return [answers.get(entity_id) for entity_id in entity_ids]

        answer: Answer | None = await self._load((kind, items), read, entity_id)
        return answer

    async def referrers(self, edge: Edge, entity_id: UUID, items: frozenset[str]) -> list[Referrer]:
        """The entities that refer to one, read together like ``entity``."""

        async def read(entity_ids: list[UUID]) -> list[list[Referrer]]:
            found = await self.desk.referrers(self.viewer, edge, entity_ids, items)
            return [found[entity_id] for entity_id in entity_ids]

        found: list[Referrer] = await self._load((edge.name, items), read, entity_id)
        return found

    async def _load(self, key: Hashable, read: Callable[[list[UUID]], Any], entity_id: UUID) -> Any:  # noqa: ANN401
        loader = self._loaders.get(key)
        if loader is None:
            loader = self._loaders[key] = DataLoader(load_fn=read, max_batch_size=self.settings.max_keys)
        return await loader.load(entity_id)
