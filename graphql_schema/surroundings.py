"""What surrounds one GraphQL operation: who asks, of what, and what may still be spent.

Made for each operation and dropped after it: no denial and no count reaches another caller. Reads nothing.
"""

from collections.abc import Awaitable, Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from typing import Any

from graphql import ExecutionResult, GraphQLError

from graphql_schema.errors import error_extensions
from graphql_schema.limits import fields_below
from graphql_schema.purse import Purse
from graphql_schema.selection import ResolveInfo, items_asked
from hub.access import Viewer, may_submit
from hub.catalog import EntityKind, Model
from hub.desk import Answer, Desk
from hub.errors import AnswerTooLarge, HubError, ListTooLong, NotYourRegister, UnknownRegister
from hub.intake.submission import Intake
from hub.settings import Settings

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
class Surroundings:
    """Who asks, of what, and how much they may; ``notes`` keeps what was worked out of its document.

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

    def __post_init__(self) -> None:
        self._keys_left = self.settings.max_keys
        self._fields_left = self.settings.max_answer_fields

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

    @property
    def is_overdrawn(self) -> bool:
        """Whether the answer would hold more fields than it may."""
        return self._fields_left < 0

    def take_keys(self, number: int) -> None:
        """Count the keys that one field asks for."""
        self._keys_left -= number
        if self._keys_left < 0:
            raise ListTooLong(limit=self.settings.max_keys)
