"""What the desk answers: the granted part of one entity's view."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.access import Access, Decision, masked, refusal
from hub.catalog import Authority, Catalog, EntityKind, Item, ItemType
from hub.errors import FieldSuspended, HubError
from hub.identifiers.schemes import SCHEMES, Scheme
from hub.merge import Choice, Record, Source, Telling
from hub.timeline import Moment


@dataclass(frozen=True, slots=True)
class Dispute:
    """An item that somebody disputes, since when, and whether it is withheld meanwhile."""

    item: str
    since: datetime
    withheld: bool


@dataclass(frozen=True)
class Answer:
    """One entity as its viewer may see it at a moment, merged by the ``catalog`` that it followed then.

    ``access`` is what was decided by when it was asked, and ``decision`` what came of that for this entity.
    ``numbers`` holds the entity's own identifiers by scheme; ``opened`` the identity values that its records hold, by
    their ids; both only where asked for and given. Of what was shredded the former holds nothing and the latter None.
    """

    entity_id: UUID
    kind: EntityKind
    moment: Moment
    version: int
    recorded_at: datetime
    view: Telling
    catalog: Catalog
    access: Access
    decision: Decision
    numbers: Mapping[Scheme, str]
    opened: Mapping[UUID, str | None]

    def choice(self, item: str) -> Choice | None:
        """The merged item ``item`` with its reason, if it was given and some register speaks of it."""
        return self.view.choice(item) if self.gives(item) else None

    def rule(self, item: str, choice: Choice) -> Authority:
        """The rule of authority by which ``item`` has the value that was chosen."""
        return self.catalog.items(self.kind, self.moment.valid_on)[item].authority[choice.authority]

    def source(self, place: int) -> Source:
        """The source that a ``Choice`` names by its place."""
        return self.view.source(place)

    def records(self, record_type: str) -> tuple[Record, ...]:
        """The records of a type that are in force, if any item of them was given; most recent first."""
        return self.view.records_of(record_type) if self.gives(record_type) else ()

    def shown(self, leaf: str, path: str, value: object) -> object:
        """The value at ``path`` as the viewer may see it: covered where the leaf that governs it is masked."""
        if leaf in self.decision.masked and isinstance(value, str):
            mask = self.catalog.model.mask(self.kind, path)
            return masked(value, mask) if mask else value
        return value

    def gives(self, item: str) -> bool:
        """Whether ``item`` was asked for and is covered by a grant; what nobody asked for is not given either."""
        return item in self.decision.given

    def refusal(self, item: str) -> HubError:
        """Why ``item``, which was asked for, was not given."""
        if any(one.withheld and (one.item == item or one.item.startswith(f"{item}.")) for one in self.disputes()):
            return FieldSuspended(item=f"{self.kind.type_name}.{item}")
        return refusal(self.access, self.kind, item)

    def disputes(self) -> Iterator[Dispute]:
        """The items asked for that somebody disputes, as far as a grant covers them."""
        for leaf, since in self.access.disputed(self.entity_id).items():
            if any(self.decision.grounds.get(leaf, {}).values()):
                yield Dispute(leaf, since, withheld=not self.gives(leaf))

    def asked(self, item: str) -> bool:
        """Whether ``item``, or a part of it that is governed apart, was asked for and given."""
        return any(given == item or given.startswith(f"{item}.") for given in self.decision.given)


@dataclass(frozen=True, slots=True)
class Found:
    """An entity that a key led to: how it did, and by which ids its records refer to the one asked about."""

    answer: Answer
    match: str
    targets: frozenset[UUID | None]


def sealed_path(item: Item) -> str | None:
    """Where in a record an item holds a number of a person, or the number of a person it names."""
    if item.type in (ItemType.PERSON, ItemType.SUBJECT):
        return f"{item.name}.idNumber"
    return item.name if item.scheme and SCHEMES[item.scheme].identity else None


def sealed_number(item: Item, value: object) -> UUID | None:
    """The id of the identity value that an item holds: a number of a person, or the number of a person it names."""
    if item.type in (ItemType.PERSON, ItemType.SUBJECT):
        value = value.get("idNumber") if isinstance(value, Mapping) else None
    elif not (item.scheme and SCHEMES[item.scheme].identity):
        return None
    return UUID(value) if isinstance(value, str) else None
