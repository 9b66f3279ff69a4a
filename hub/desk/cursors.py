"""Cursors: where a reader stands in a list, in a form that it can keep but neither read nor make up.

Takes places; gives texts that are always the same for the same place, and back. Raises ``InvalidCursor`` for any other
text, a cursor of another list or of another hub among them.
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hub.errors import InvalidCursor
from hub.store.accesses import AccessPlace
from hub.store.feed import Place
from hub.store.quarantine import LineId
from hub.vault.cipher import Vault

VERSIONS, CATALOG_VERSIONS, DISCREPANCIES, HITS = "versions", "catalog versions", "discrepancies", "hits"
APPLICATIONS, CATALOG_DRAFTS, OBJECTIONS = "applications", "catalog drafts", "objections"
"""Lists that are read by cursors, besides the feed."""
_PLACE = struct.Struct(">IQ16sI")
_NUMBER = struct.Struct(">I")
_LINE = struct.Struct(">16sQ")
_ACCESS = struct.Struct(">q16sq")
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


def feed_cursor(vault: Vault, place: Place) -> str:
    """The cursor of a place in the feed."""
    plain = _PLACE.pack(place.epoch, place.position, place.entity_id.bytes, place.version)
    return _written(vault, plain, "feed")


def feed_place(vault: Vault, cursor: str) -> Place:
    """The place in the feed that a cursor names."""
    epoch, position, entity_id, version = _PLACE.unpack(_read(vault, cursor, "feed"))
    return Place(epoch, position, UUID(bytes=entity_id), version)


def number_cursor(vault: Vault, listed: str, number: int) -> str:
    """The cursor of what has a number in a list."""
    return _written(vault, _NUMBER.pack(number), listed)


def number_at(vault: Vault, listed: str, cursor: str) -> int:
    """The number that a cursor of a list names."""
    number: int = _NUMBER.unpack(_read(vault, cursor, listed))[0]
    return number


def id_cursor(vault: Vault, listed: str, place: UUID) -> str:
    """The cursor of what has an id in a list."""
    return _written(vault, place.bytes, listed)


def id_at(vault: Vault, listed: str, cursor: str) -> UUID:
    """The id that a cursor of a list names."""
    return UUID(bytes=_read(vault, cursor, listed))


def line_cursor(vault: Vault, line_id: LineId) -> str:
    """The cursor of a line in quarantine."""
    return _written(vault, _LINE.pack(line_id.submission_id.bytes, line_id.place), "quarantine")


def line_at(vault: Vault, cursor: str) -> LineId:
    """The line in quarantine that a cursor names."""
    submission_id, place = _LINE.unpack(_read(vault, cursor, "quarantine"))
    return LineId(UUID(bytes=submission_id), place)


def access_cursor(vault: Vault, place: AccessPlace) -> str:
    """The cursor of an entry of the access log."""
    plain = _ACCESS.pack((place.at - _EPOCH) // _MICROSECOND, place.writer.bytes, place.position)
    return _written(vault, plain, "access log")


def access_place(vault: Vault, cursor: str) -> AccessPlace:
    """The entry of the access log that a cursor names."""
    microseconds, writer, position = _ACCESS.unpack(_read(vault, cursor, "access log"))
    return AccessPlace(_EPOCH + microseconds * _MICROSECOND, UUID(bytes=writer), position)


def _written(vault: Vault, plain: bytes, purpose: str) -> str:
    return urlsafe_b64encode(vault.veil(plain, purpose)).decode().rstrip("=")


def _read(vault: Vault, cursor: str, purpose: str) -> bytes:
    try:
        plain = vault.unveil(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), purpose)
    except ValueError:
        plain = None
    if plain is None:
        raise InvalidCursor
    return plain
