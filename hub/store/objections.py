"""Objections in the database: who disputes which items of whom, and how that was settled.

Takes a connection; gives objections, which hold no value of a person. Decides nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from hub.catalog import EntityKind
from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("objections")


@dataclass(frozen=True, slots=True)
class Objection:
    """Items of an entity that an agency or the subject disputes; ``settled_*`` is null while it is open."""

    objection_id: UUID
    entity_id: UUID
    kind: EntityKind
    items: tuple[str, ...]
    reason: str
    raised_for: str
    raised_by: str
    raised_at: datetime
    outcome: str | None = None
    settled_by: str | None = None
    settled_words: str | None = None
    settled_at: datetime | None = None


async def add(connection: Connection, new: Objection) -> None:
    """Keep an objection."""
    await connection.execute(
        _SQL["add"],
        new.objection_id,
        new.entity_id,
        new.kind,
        list(new.items),
        new.reason,
        new.raised_for,
        new.raised_by,
        new.raised_at,
    )


async def settle(connection: Connection, objection_id: UUID, outcome: str, by: str, words: str) -> bool:
    """Keep how an objection was settled; whether there was one that is open."""
    return await connection.fetchval(_SQL["settle"], objection_id, outcome, by, words) is not None


async def objection(connection: Connection, objection_id: UUID) -> Objection | None:
    """An objection; None where there is none with the id."""
    row = await connection.fetchrow(_SQL["objection"], objection_id)
    return _kept(row) if row else None


async def page(
    connection: Connection, agency: str | None, about: Collection[UUID] | None, after: UUID | None, limit: int
) -> list[Objection]:
    """Up to ``limit`` objections of an agency, or about some entities, or all, in the order of their being raised."""
    ids = None if about is None else list(about)
    return [_kept(row) for row in await connection.fetch(_SQL["page"], agency, ids, after, limit)]


def _kept(row: asyncpg.Record) -> Objection:
    return Objection(**{**dict(row), "kind": EntityKind(row["kind"]), "items": tuple(row["items"])})
