"""Find entries of the access log, for who may look at it.

Takes a connection and what is sought; gives entries, the latest first. Decides nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection
from hub.vault.keys import BlindIndexKey

_SQL = queries("audit")


class AccessPlace(NamedTuple):
    """Where an entry stands in the log."""

    at: datetime
    writer: UUID
    position: int


LATEST = AccessPlace(datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1), 2**63 - 1)
"""Before the first of all."""


@dataclass(frozen=True, slots=True)
class WantedAccesses:
    """Which entries are sought; what is None excludes none."""

    agency: str | None
    officer: str | None
    since: datetime
    until: datetime


async def subjects(
    connection: Connection, index: BlindIndexKey, lookup: bytes | None, entity_id: UUID | None
) -> list[UUID]:
    """The entity that a look-up or an id names, and those linked into it."""
    forms = list(index.forms(lookup)) if lookup else []
    return [row["entity_id"] for row in await connection.fetch(_SQL["subjects"], forms, entity_id, index.newest)]


async def accesses(
    connection: Connection, wanted: WantedAccesses, about: Collection[UUID] | None, after: AccessPlace, limit: int
) -> Sequence[asyncpg.Record]:
    """Up to ``limit`` entries after a place, ``about`` one of some entities, or about anybody."""
    given = (wanted.agency, wanted.officer, wanted.since, wanted.until, *after, limit)
    if about is None:
        return await connection.fetch(_SQL["accesses"], *given)
    return await connection.fetch(_SQL["accesses_about"], *given, list(about))


async def kinds(connection: Connection, entity_ids: Collection[UUID]) -> dict[UUID, str]:
    """The kinds of entities, of those that there are."""
    return {row["entity_id"]: row["kind"] for row in await connection.fetch(_SQL["kinds"], list(entity_ids))}
