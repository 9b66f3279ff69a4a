"""What exports ask of the database: each function is a named query of ``exports.sql``.

Takes a connection, ids and sealed parts; gives rows. Decides nothing and opens no part.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection, DirectConnection

_SQL = queries("exports")
KEYS, ROWS, FILE = "KEYS", "ROWS", "FILE"
"""What the parts of an export hold: keys that are still to be answered, answered rows, or a file made of these."""


class NewExport(NamedTuple):
    """An export as it is first kept; ``extent`` is in JSON, ``lasts`` how long it waits for its list."""

    export_id: UUID
    agency: str
    officer: str
    role: str
    department: str | None
    divisions: tuple[str, ...]
    purpose: str
    kind: str
    items: tuple[str, ...]
    provenance: bool
    format: str
    valid_on: date | None
    known_at: datetime | None
    extent: str
    denied: tuple[str, ...]
    lasts: timedelta


class SealedPart(NamedTuple):
    """A part as it lies in the vault, and how many bytes it is worth."""

    sealed: bytes
    bytes: int


class Chunk(NamedTuple):
    """The rows that answer the keys of one part, of which some were found."""

    place: int
    rows: SealedPart
    keys: int
    found: int


async def create(connection: Connection, export: NewExport, most: int, key_id: str, sealed_key: bytes) -> bool:
    """Keep an export, unless its agency has ``most`` under way already."""
    kept: bool = await connection.fetchval(_SQL["create_export"], *export, most, key_id, sealed_key)
    return kept


async def exports_of(
    connection: Connection, agency: str, most: int, export_id: UUID | None = None
) -> list[asyncpg.Record]:
    """The latest exports of an agency, or the one of them with an id."""
    return await connection.fetch(_SQL["exports_of"], agency, most, export_id)


async def find(connection: Connection, export_id: UUID) -> asyncpg.Record | None:
    """One export, whosever it is."""
    return await connection.fetchrow(_SQL["export"], export_id)


async def exported_lately(connection: Connection, agency: str) -> int:
    """How many natural persons an agency has listed for exports in a day."""
    count: int = await connection.fetchval(_SQL["exported_lately"], agency)
    return count


async def complete_list(connection: Connection, export_id: UUID, total: int) -> bool:
    """Have an export wait for its turn; False where its list is not waited for."""
    return await connection.fetchval(_SQL["complete_list"], export_id, total) is not None


async def put_parts(
    connection: Connection, export_id: UUID, content: str, parts: Iterable[SealedPart], first: int = 0
) -> None:
    """Keep sealed parts, the first of them at a place."""
    given = list(parts)
    sealed, sizes = [part.sealed for part in given], [part.bytes for part in given]
    await connection.execute(_SQL["put_parts"], export_id, content, sealed, sizes, first)


async def claim(session: DirectConnection, held: Collection[UUID]) -> UUID | None:
    """Take an export with something to do that nobody else has taken; ``session`` holds it until it is given back."""
    taken: UUID | None = await session.fetchval(_SQL["claim"], list(held))
    return taken


async def release(session: DirectConnection, export_id: UUID) -> None:
    """Give back an export that was taken."""
    await session.execute(_SQL["release"], export_id)


async def take_up(connection: Connection, export_id: UUID) -> asyncpg.Record | None:
    """Begin to work at an export, or go on; None where it has ended."""
    return await connection.fetchrow(_SQL["take_up"], export_id)


async def sealed_key(connection: Connection, export_id: UUID) -> tuple[str, bytes] | None:
    """The key of an export with the key of the vault that it lies under; None where it was destroyed."""
    row = await connection.fetchrow(_SQL["export_key"], export_id)
    return (row["key_id"], row["key_encrypted"]) if row else None


async def part(connection: Connection, export_id: UUID, content: str, place: int) -> bytes | None:
    """A sealed part; None where there is none, or none any more."""
    sealed: bytes | None = await connection.fetchval(_SQL["part"], export_id, content, place)
    return sealed


async def outline(connection: Connection, export_id: UUID, content: str) -> list[int]:
    """How many bytes each part is worth."""
    return [row["bytes"] for row in await connection.fetch(_SQL["outline"], export_id, content)]


async def add_chunk(connection: Connection, export_id: UUID, chunk: Chunk) -> bool:
    """Keep the rows of a chunk; False where the export ended meanwhile, or somebody else has kept them."""
    kept: bool = await connection.fetchval(
        _SQL["add_chunk"], export_id, chunk.place, chunk.rows.sealed, chunk.rows.bytes, chunk.keys, chunk.found
    )
    return kept


async def add_part(connection: Connection, export_id: UUID, content: str, place: int, part: SealedPart) -> bool:
    """Keep one more sealed part; False where the export has ended."""
    added: bool = await connection.fetchval(_SQL["add_part"], export_id, content, place, *part)
    return added


async def drop_parts(connection: Connection, export_id: UUID, content: str) -> None:
    """Forget the parts of one content."""
    await connection.execute(_SQL["drop_parts"], export_id, content)


async def finish(
    connection: Connection, export_id: UUID, content: str, size: int, digest: bytes, lasts: timedelta
) -> None:
    """Have the parts of ``content`` be there to be fetched, and no others, unless the export has ended meanwhile."""
    await connection.execute(_SQL["finish"], export_id, size, digest, lasts, content)


async def end(
    connection: Connection, export_id: UUID, state: str, code: str | None = None, message: str | None = None
) -> bool:
    """End an export and destroy what there is of it; False where it had ended."""
    ended: bool = await connection.fetchval(_SQL["end_export"], export_id, state, code, message)
    return ended


async def expire(connection: Connection) -> None:
    """End the exports whose time is over."""
    await connection.execute(_SQL["expire"])


async def ready(connection: Connection) -> list[asyncpg.Record]:
    """The exports whose files may be fetched."""
    return await connection.fetch(_SQL["ready_exports"])


async def with_rows(connection: Connection) -> list[asyncpg.Record]:
    """The exports that hold rows."""
    return await connection.fetch(_SQL["exports_with_rows"])
