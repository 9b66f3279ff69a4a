"""An edge: a list on an entity of the entities whose records refer to it, decoded from an ``[[edge]]`` table."""

from msgspec import Struct

from hub.catalog.kinds import EntityKind, FieldName, Sensitivity, TypeName


class Edge(Struct, frozen=True, forbid_unknown_fields=True):
    """A list on an entity of the entities whose records refer to it: ``via`` names ``record.item`` paths."""

    entity: EntityKind
    name: FieldName
    type: TypeName
    title: str
    zh: str
    article: str
    via: tuple[str, ...]
    sensitivity: Sensitivity = "P"
