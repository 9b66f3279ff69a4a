"""Entries of the access log, made up and as they stand in a database."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from hub.audit import Entry, Kept, Outcome
from hub.store.pool import Database


def entry(place: int = 0, operation: str = "look up") -> Entry:
    return Entry(
        began_at=datetime(2026, 1, 1, tzinfo=UTC),
        agency="天河区政务服务局",
        officer=f"officer-{place}",
        roles=("query_officer",),
        purpose="TEST; case=1",
        grants=(),
        operation=operation,
        document="",
        items=("name",),
        denied=("household.photo",),
        outcome=Outcome.PARTLY,
        trace_id="",
        entity_ids=(UUID(int=place), UUID(int=place + 1)),
    )


async def rows_of(database: Database) -> list[Any]:
    async with database.connection() as connection:
        return await connection.fetch("select * from audit.access_log order by writer, position")


def kept_of(row: Any) -> Kept:  # noqa: ANN401
    return msgspec.convert({name: value for name, value in row.items() if name != "digest"}, Kept)


def are_chained(rows: Sequence[Any]) -> bool:
    """Whether each row's digest is that of its bytes after the row before it, worked out without the hub's rule."""
    before: dict[UUID, tuple[int, bytes]] = {}
    for row in rows:
        kept = kept_of(row)
        position, digest = before.get(kept.writer, (0, sha256(kept.writer.bytes).digest()))
        if kept.position != position + 1 or row["digest"] != sha256(digest + msgspec.json.encode(kept)).digest():
            return False
        before[kept.writer] = kept.position, row["digest"]
    return bool(rows)
