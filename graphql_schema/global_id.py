"""Global ids (Relay): what the schema calls ``id``.

Takes a kind and an entity id and gives an opaque text, and back; raises ``InvalidGlobalId`` for any other text.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from hub.catalog import EntityKind
from hub.errors import HubError, InvalidGlobalId

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


def parse_id(text: str, unknown: HubError) -> UUID:
    """The id of something that is no entity; raises ``unknown`` for a text that is the id of nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise unknown from None
