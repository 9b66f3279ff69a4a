"""Who may read the schema from the hub: by the setting, and by role."""

from typing import Any

from graphql import DocumentNode, FieldNode, Visitor, visit

from hub.access import Role, Viewer
from hub.errors import IntrospectionRefused
from hub.settings import Settings

FIELDS = frozenset({"__schema", "__type"})


def check_introspection(*, asked: bool, viewer: Viewer, settings: Settings) -> None:
    """Raise where the schema is ``asked`` for and ``viewer`` may not read it."""
    if asked and not may_read_schema(viewer, settings):
        raise IntrospectionRefused


def may_read_schema(viewer: Viewer, settings: Settings) -> bool:
    """Whether a viewer may read the schema."""
    if settings.introspection == "developers":
        return Role.DEVELOPER in viewer.roles
    return settings.introspection == "everyone"


def asks_for_schema(document: DocumentNode) -> bool:
    """Whether a document asks for the schema anywhere; ``__typename`` tells nothing of it."""
    found = _Asking()
    visit(document, found)
    return found.asks


class _Asking(Visitor):
    """Notes whether a field of introspection is met."""

    def __init__(self) -> None:
        super().__init__()
        self.asks = False

    def enter_field(self, node: FieldNode, *_: Any) -> None:  # noqa: ANN401
        """Look at one field."""
        self.asks = self.asks or node.name.value in FIELDS
