"""What intake asks of the database while it writes: each function is one named query of ``intake.sql``.

Takes a connection inside a transaction and rows; gives rows. Decides nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from hub.merge import Card
from hub.sql import queries
from hub.store.lookups import in_written_form
from hub.store.pool import Connection
from hub.vault.keys import BlindIndexKey

_SQL = queries("intake")


@dataclass(frozen=True, slots=True)
class IdentifierRow:
    """What is known of a key that an entity bears; the value is sealed.

    ``replaced_by`` is the look-up of the number that took its place from ``valid_to`` on, as was said at
    ``replaced_stated_at``.
    """

    lookup: bytes
    identifier_id: UUID
    entity_id: UUID
    scheme: str
    key_id: str
    value_encrypted: bytes
    replaced_by: bytes | None = None
    valid_to: date | None = None
    replaced_stated_at: datetime | None = None


class Found(NamedTuple):
    """What is known of look-ups, by these; and for which of them each form stands."""

    rows: Mapping[bytes, asyncpg.Record]
    forms: Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class StateRow:
    """A statement to be stored."""

    entity_id: UUID
    state_id: UUID
    record_type: str
    record_key: str
    operation: str
    valid_from: date
    valid_to: date | None
    stated_at: datetime
    recorded_at: datetime
    superseded_at: datetime | None
    digest: bytes
    payload: str


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A view to be put in place.

    ``changed`` is what changed in it, None where its version stays as it was; ``card`` its card, None where that does;
    ``divisions`` are those that it names or named before.
    """

    entity_id: UUID
    kind: str
    version: int
    merged: str
    records: str
    recorded_at: datetime
    due_on: date | None
    catalog_version: int
    changed: tuple[str, ...] | None
    card: Card | None
    divisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """A line that could not be taken in; the line itself is sealed."""

    place: int
    record_type: str
    reason: str
    item: str | None
    reason_zh: str
    reason_en: str
    key_id: str
    line_encrypted: bytes


def _columns(rows: Sequence[object], *names: str) -> list[list[object]]:
    """The rows as one array a column."""
    return [[getattr(row, name) for row in rows] for name in names]


async def lock(connection: Connection, keys: Iterable[int], shared: Iterable[int] = ()) -> None:
    """Take transaction-level locks, in order; those of ``shared`` together with others who share them."""
    await connection.execute(_SQL["lock"], list(keys), list(shared))


async def identified(connection: Connection, index: BlindIndexKey, lookups: Iterable[bytes]) -> Found:
    """(identifier_id, entity_id, canonical_id, and what replaced it) of each look-up that is known."""
    forms = {form: lookup for lookup in lookups for form in index.forms(lookup)}
    rows = await connection.fetch(_SQL["identified"], list(forms), index.newest)
    return Found({forms[row["lookup"]]: row for row in rows}, forms)


async def standing_for(connection: Connection, entity_ids: Iterable[UUID]) -> list[asyncpg.Record]:
    """(asked_id, entity_id, kind) of the entities that stand for others now."""
    return await connection.fetch(_SQL["standing_for"], list(entity_ids))


async def schemes_held(connection: Connection, entity_ids: Iterable[UUID]) -> list[asyncpg.Record]:
    """(entity_id, scheme, is_lost) of the identifiers that entities have or have had."""
    return await connection.fetch(_SQL["schemes_held"], list(entity_ids))


async def statements(
    connection: Connection,
    records: Iterable[tuple[UUID, str, str]],
    register: str,
    source_unit: str,
    joined: Iterable[UUID],
) -> list[asyncpg.Record]:
    """Everything said of records, each given as (entity_id, record_type, record_key), and of the entities ``joined``.

    ``entity_id`` is the entity that stands, ``member_id`` the one that the statement was made of.
    """
    asked = list(records)
    columns = [[record[place] for record in asked] for place in range(3)]
    return await connection.fetch(_SQL["statements"], *columns, register, source_unit, list(joined))


async def heard(
    connection: Connection,
    statements: Sequence[tuple[int, UUID, str, str, date, datetime, bytes]],
    register: str,
    source_unit: str,
) -> set[int]:
    """The places of the statements that were made before.

    Each is given as (place, entity_id, record_type, record_key, valid_from, stated_at, digest).
    """
    columns = map(list, zip(*statements, strict=True))
    return {row["place"] for row in await connection.fetch(_SQL["heard"], *columns, register, source_unit)}


async def views(connection: Connection, entity_ids: Iterable[UUID]) -> list[asyncpg.Record]:
    """(entity_id, kind, version, merged, records, recorded_at, due_on, catalog_version) of the views that exist."""
    return await connection.fetch(_SQL["views"], list(entity_ids))


async def write_identifiers(
    connection: Connection, index: BlindIndexKey, rows: Sequence[IdentifierRow], submission_id: UUID, at: datetime
) -> None:
    """Give identifiers to entities."""
    named = {lookup for row in rows for lookup in (row.lookup, row.replaced_by) if lookup}
    written = await in_written_form(connection, index, named)
    forms = [
        replace(row, lookup=written[row.lookup], replaced_by=row.replaced_by and written[row.replaced_by])
        for row in rows
    ]
    columns = _columns(forms, *IdentifierRow.__slots__)
    await connection.execute(_SQL["write_identifiers"], index.written, submission_id, at, *columns)


async def supersede_identifiers(
    connection: Connection, index: BlindIndexKey, lookups: Iterable[bytes], at: datetime
) -> None:
    """End the standing of what was known of look-ups."""
    forms = [form for lookup in lookups for form in index.forms(lookup)]
    await connection.execute(_SQL["supersede_identifiers"], forms, at)


async def reassigned(connection: Connection, index: BlindIndexKey, lookups: Iterable[bytes]) -> set[bytes]:
    """Those look-ups that led to another entity before."""
    forms = {form: lookup for lookup in lookups for form in index.forms(lookup)}
    return {forms[row["lookup"]] for row in await connection.fetch(_SQL["reassigned"], list(forms))}


async def write_reassignment(
    connection: Connection,
    index: BlindIndexKey,
    submission_id: UUID,
    lookup: bytes,
    ends: tuple[UUID, UUID],
    reason: str,
    at: datetime,
) -> None:
    """Keep that a look-up leads from one entity to another, and why."""
    written = await in_written_form(connection, index, {lookup})
    args = (submission_id, written[lookup], *ends, reason, at, index.written)
    await connection.execute(_SQL["write_reassignment"], *args)


async def write_links(
    connection: Connection, links: dict[UUID, UUID], reason: str, submission_id: UUID, at: datetime
) -> list[asyncpg.Record]:
    """Link entities into others; gives (entity_id, kind, version, recorded_at) of the views that now redirect."""
    absorbed, into = list(links), list(links.values())
    await connection.execute(_SQL["relink"], absorbed, into, at)
    await connection.execute(_SQL["write_links"], absorbed, into, at, reason, submission_id)
    await connection.execute(_SQL["remove_cards"], absorbed)
    return await connection.fetch(_SQL["redirect_views"], absorbed, into, at)


async def write_states(
    connection: Connection, rows: Sequence[StateRow], register: str, source_unit: str, submission_id: UUID
) -> None:
    """Store statements."""
    columns = _columns(rows, *StateRow.__slots__)
    await connection.execute(_SQL["write_states"], register, source_unit, submission_id, *columns)


async def supersede(connection: Connection, ended: Sequence[tuple[UUID, UUID, datetime]]) -> None:
    """End the standing of states, each given as (entity_id, state_id, instant)."""
    await connection.execute(_SQL["supersede"], *map(list, zip(*ended, strict=True)))


async def restate(connection: Connection, again: Sequence[tuple[UUID, UUID, UUID, datetime]]) -> None:
    """Let states that never stood stand, each given as (entity_id, state_id, new state_id, instant)."""
    await connection.execute(_SQL["restate"], *map(list, zip(*again, strict=True)))


async def write_views(connection: Connection, rows: Sequence[ViewRow]) -> None:
    """Put views in place."""
    columns = _columns(
        rows, "entity_id", "kind", "version", "merged", "records", "recorded_at", "due_on", "catalog_version"
    )
    await connection.execute(_SQL["write_views"], *columns)


async def write_cards(connection: Connection, cards: Sequence[tuple[UUID, str, Card]]) -> None:
    """Put cards in place, each given as (entity_id, kind, card)."""
    entity_ids, kinds, held = map(list, zip(*cards, strict=True))
    await connection.execute(_SQL["write_cards"], entity_ids, kinds, *_columns(held, *Card.__struct_fields__))


async def write_changes(
    connection: Connection,
    changes: Sequence[tuple[UUID, int, str, datetime, str, str]],
    valid_on: date,
    submission_id: UUID | None,
    catalog_version: int,
) -> None:
    """Record versions, each given as (entity_id, version, kind, known time, items, divisions): lists joined by commas.

    What valid time alone has changed comes from no submission.
    """
    columns = map(list, zip(*changes, strict=True))
    await connection.execute(_SQL["write_changes"], *columns, valid_on, submission_id, catalog_version)


async def due_views(connection: Connection, entity_ids: Iterable[UUID], today: date) -> list[asyncpg.Record]:
    """(entity_id, kind, version, merged, records, recorded_at, due_on) of the views whose day has come."""
    return await connection.fetch(_SQL["due_views"], list(entity_ids), today)


async def due_entities(connection: Connection, until: date | None, limit: int) -> list[UUID]:
    """Entities whose day has come by ``until``, or by today, the longest due first."""
    return [row["entity_id"] for row in await connection.fetch(_SQL["due_entities"], until, limit)]


async def write_references(connection: Connection, references: Iterable[tuple[UUID, str, UUID]]) -> None:
    """Remember references, each given as (target, via, entity that refers)."""
    await connection.execute(_SQL["write_references"], *map(list, zip(*references, strict=True)))


async def write_employer_numbers(connection: Connection, numbers: Iterable[tuple[str, UUID]], at: datetime) -> None:
    """Remember since when records named legal entities together with numbers of employers."""
    await connection.execute(_SQL["write_employer_numbers"], *map(list, zip(*numbers, strict=True)), at)


async def write_recognised(
    connection: Connection,
    index: BlindIndexKey,
    rows: Sequence[tuple[int, bytes, str, str, datetime | None]],
    submission_id: UUID,
) -> None:
    """Remember which records refused lines are about: (place, look-up, record type, record key, stated at)."""
    places, _, *columns = ([row[place] for row in rows] for place in range(5))
    forms = [index.form(lookup, index.written) for _, lookup, *_ in rows]
    await connection.execute(_SQL["write_recognised"], submission_id, places, forms, *columns, index.written)


async def write_quarantine(
    connection: Connection, rows: Sequence[QuarantineRow], register: str, submission_id: UUID
) -> None:
    """Keep lines that could not be taken in."""
    columns = _columns(rows, *QuarantineRow.__slots__)
    await connection.execute(_SQL["write_quarantine"], submission_id, register, *columns)
