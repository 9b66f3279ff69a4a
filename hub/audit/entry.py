"""An entry of the access log: who asked what for what purpose, and what of it was given, of whom.

Its bytes are what is written and what is digested, so that what stands in the log can be held against them.
"""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from msgspec import Struct


class Outcome(StrEnum):
    """How a question came out for who asked it."""

    GIVEN = "GIVEN"
    PARTLY = "PARTLY"
    DENIED = "DENIED"


def outcome_of(items: Collection[str], denied: Collection[str]) -> Outcome:
    """How a question came out of which these items were given and denied."""
    if not denied:
        return Outcome.GIVEN
    return Outcome.PARTLY if items else Outcome.DENIED


class Entry(Struct, frozen=True, kw_only=True):
    """What is known of a question when it has been read and is about to be answered.

    ``document`` is the digest of its GraphQL document, values left out; ``entity_ids`` are all whom the answer shows.
    """

    began_at: datetime
    agency: str
    officer: str
    roles: tuple[str, ...]
    purpose: str
    grants: tuple[str, ...]
    operation: str
    document: str
    items: tuple[str, ...]
    denied: tuple[str, ...]
    outcome: Outcome
    trace_id: str
    valid_on: date | None = None
    known_at: datetime | None = None
    entity_ids: tuple[UUID, ...] = ()


class Kept(Entry, frozen=True, kw_only=True):
    """An entry in the chain of its writer: the ``position``-th, written ``at`` an instant."""

    writer: UUID
    position: int
    at: datetime


def kept_bytes(kept: Kept) -> bytes:
    """The bytes of an entry: a JSON object of its fields in their order, instants in UTC."""
    return msgspec.json.encode(kept)
