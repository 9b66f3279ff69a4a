"""An edge: a way from an entity to others, along what records say, decoded from an ``[[edge]]`` table."""

from typing import Literal

from msgspec import Struct

from hub.catalog.kinds import EntityKind, FieldName, Sensitivity, Text, TypeName


class Ending(Struct, frozen=True, forbid_unknown_fields=True):
    """What shows that a record no longer ties two entities: a value of ``item``, or one of ``codes`` there."""

    item: str
    codes: tuple[str, ...] = ()


class Edge(Struct, frozen=True, forbid_unknown_fields=True):
    """A way from an entity to others: ``names`` are items of its own records, ``named_in`` items of theirs.

    Both are ``record.item`` paths. An entry says no more than the items it goes by: it shows to who is given both. Of
    an edge of cardinality ``one`` the latest record decides, be it that it names nobody or has ended.
    """

    entity: EntityKind
    name: FieldName
    type: TypeName
    title: Text
    zh: Text
    article: Text
    names: tuple[str, ...] = ()
    named_in: tuple[str, ...] = ()
    ended_by: tuple[Ending, ...] = ()
    cardinality: Literal["one", "many"] = "many"
    sensitivity: Sensitivity = "P"

    @property
    def ways(self) -> tuple[str, ...]:
        """The items by which the edge goes, each once."""
        return tuple(dict.fromkeys((*self.names, *self.named_in)))
