"""What the desk asks of the database: each function is one named query of ``desk.sql`` or ``identifiers.sql``.

Takes a connection and what is asked; gives rows. Decides nothing and opens nothing that is sealed.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

import asyncpg
from msgspec import Struct

from hub.sql import queries
from hub.store.pool import Connection
from hub.timeline import Moment
from hub.vault.keys import BlindIndexKey

_SQL = queries("desk")
ANSWER = _SQL["answer"]
_IDENTIFIERS = queries("identifiers")


class Key(Struct, frozen=True, cache_hash=True):
    """What entities are asked for by: a look-up, an entity's id, an entity that they refer to by some ``ways``.

    Or by what a legal entity is called: an employer's ``number`` and a ``name``, each if only one bears it.
    """

    lookup: bytes | None = None
    entity_id: UUID | None = None
    target_id: UUID | None = None
    ways: tuple[str, ...] = ()
    number: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read of each entity: its records or not, its numbers of ``schemes``, and those its records ``held``.

    ``held`` names the latter by record type and path.
    """

    records: bool
    schemes: tuple[str, ...]
    held: tuple[tuple[str, str], ...]


class Lead(NamedTuple):
    """A key, by its place, that led to an entity: how, and to which id that the entity refers to."""

    place: int
    match: str
    member_id: UUID | None


class Sealed(NamedTuple):
    """A sealed number: an entity's own of a scheme until a day, or (scheme None) one that its records hold.

    It lies under the key of the entity that bears it.
    """

    scheme: str | None
    identifier_id: UUID
    bearer_id: UUID
    key_id: str
    value: bytes
    valid_to: date | None


def leads_of(row: asyncpg.Record) -> Iterator[Lead]:
    """The keys that led to a row of ``answer``."""
    return map(Lead, row["places"], row["matches"], row["members"])


def numbers_of(row: asyncpg.Record) -> Iterator[Sealed]:
    """The numbers that came with a row of ``answer``, those of the entity itself after others', the newest last."""
    columns = ("schemes", "identifier_ids", "bearer_ids", "key_ids", "sealed_values", "valid_tos")
    return map(Sealed, *(row[column] or () for column in columns))


async def answer(
    connection: Connection,
    index: BlindIndexKey,
    kind: str,
    keys: Collection[Key],
    most_references: int,
    wanted: Wanted,
    moment: Moment,
    areas: Sequence[str] | None = None,
) -> list[asyncpg.Record]:
    """The rows of views that keys lead to.

    A row has a view, ``leads_of`` and ``numbers_of`` it; one of keys that lead to nothing or to too much has no view.
    Where ``moment`` names an instant, the view is the version of then without its documents. With ``areas``, entities
    that lie in none of them are not there.
    """
    asked = [(place, key, form) for place, key in enumerate(keys) for form in _forms(index, key)]
    return await connection.fetch(
        ANSWER,
        [place for place, _, _ in asked],
        [form for _, _, form in asked],
        [key.entity_id for _, key, _ in asked],
        [key.target_id for _, key, _ in asked],
        [",".join(key.ways) for _, key, _ in asked],
        [key.number for _, key, _ in asked],
        [key.name for _, key, _ in asked],
        most_references,
        kind,
        wanted.records,
        wanted.schemes,
        [record_type for record_type, _ in wanted.held],
        [path for _, path in wanted.held],
        moment.known_at,
        moment.is_open,
        None if areas is None else list(areas),
        index.newest,
    )


def _forms(index: BlindIndexKey, key: Key) -> tuple[bytes | None, ...]:
    """The forms in which the look-up of a key may lie; one that is none, where it has no look-up."""
    return (None,) if key.lookup is None else index.forms(key.lookup)


async def version_known(
    connection: Connection, index: BlindIndexKey, kind: str, key: Key, version: int
) -> asyncpg.Record | None:
    """(entity_id, recorded_at, valid_on, division) of a version of the entity that ``key`` names now, or is."""
    forms = [form for form in _forms(index, key) if form]
    return await connection.fetchrow(_SQL["version_known"], forms, key.entity_id, version, kind, index.newest)


async def waiting_view(connection: Connection, entity_id: UUID) -> asyncpg.Record | None:
    """(entity_id, version, recorded_at, due_on, catalog_version) of an entity's view that waits for a day."""
    return await connection.fetchrow(_SQL["waiting_view"], entity_id)


async def sealed_numbers(connection: Connection, identifier_ids: Iterable[UUID]) -> list[Sealed]:
    """The numbers with these ids."""
    rows = await connection.fetch(_SQL["sealed_numbers"], list(identifier_ids))
    return [Sealed(None, *row) for row in rows]


async def identifiers_of(
    connection: Connection, entity_ids: Iterable[UUID], schemes: Iterable[str], moment: Moment
) -> list[asyncpg.Record]:
    """The numbers that entities have had, as they were known at a moment, the oldest of each first."""
    return await connection.fetch(_IDENTIFIERS["identifiers_of"], list(entity_ids), list(schemes), moment.known_at)
