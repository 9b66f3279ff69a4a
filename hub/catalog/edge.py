"""An edge: a list on an entity of the entities whose records refer to it, decoded from an ``[[edge]]`` table."""

from msgspec import Struct

from hub.catalog.kinds import EntityKind, FieldName, Sensitivity, Text, TypeName


class Edge(Struct, frozen=True, forbid_unknown_fields=True):
    """A list on an entity of the entities whose records refer to it: ``via`` names ``record.item`` paths."""

    entity: EntityKind
    name: FieldName
    type: TypeName
    title: Text
    zh: Text
    article: Text
    via: tuple[str, ...]
    sensitivity: Sensitivity = "P"
