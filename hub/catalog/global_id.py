"""Global ids (Relay): what callers know an entity by, and what a token may name its bearer by.

Takes a kind and an entity id and gives an opaque text, and back; raises ``InvalidGlobalId`` for any other text.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from hub.catalog.kinds import EntityKind
from hub.errors import InvalidGlobalId

_LETTERS = {EntityKind.NATURAL_PERSON: b"P", EntityKind.LEGAL_ENTITY: b"L"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}


def global_id(kind: EntityKind, entity_id: UUID) -> str:
    """The opaque id of an entity."""
    return urlsafe_b64encode(_LETTERS[kind] + entity_id.bytes).decode().rstrip("=")


def parse_global_id(text: str) -> tuple[EntityKind, UUID]:
    """The kind and entity id in an opaque id."""
    try:
        content = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        kind, entity_id = _KINDS[content[:1]], UUID(bytes=content[1:])
    except (ValueError, KeyError):
        raise InvalidGlobalId from None
    if global_id(kind, entity_id) != text:
        raise InvalidGlobalId
    return kind, entity_id
