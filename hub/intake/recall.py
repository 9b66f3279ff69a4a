"""Read what was said before of records, and store what is judged of it.

Takes a connection inside intake's transaction; gives ``Histories``, which judge, and takes their ``Writes``.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

import asyncpg

from hub.intake.histories import Histories, RecordId, Writes
from hub.store import splits, writing
from hub.store.pool import Connection
from hub.timeline import Statement

Asked = Collection[tuple[UUID, str, str]]
"""Records of one unit, each as (entity, record type, record key)."""


async def recall(
    connection: Connection, submission_id: UUID, register: str, source_unit: str, asked: Asked, whole: Collection[UUID]
) -> Histories:
    """All that was said of the records ``asked`` by a unit of a register, and by anybody of the entities ``whole``."""
    histories = Histories(submission_id)
    wanted = asked or whole
    for row in await writing.statements(connection, asked, register, source_unit, whole) if wanted else ():
        histories.remember(_record_id(row), row["member_id"], _statement(row))
    return histories


async def recall_elsewhere(
    connection: Connection,
    histories: Histories,
    register: str,
    source_unit: str,
    asked: Iterable[tuple[UUID, str, str, bytes]],
) -> None:
    """Add what was said of the records ``asked``, each with the look-up of a number, of who bore that before."""
    for row in await splits.said_elsewhere(connection, asked, register, source_unit):
        histories.remember_elsewhere(_record_id(row), _statement(row))


def _record_id(row: asyncpg.Record) -> RecordId:
    return RecordId(*(row[name] for name in RecordId._fields))


def _statement(row: asyncpg.Record) -> Statement:
    return Statement(
        valid_from=row["valid_from"],
        stated_at=row["stated_at"],
        operation=row["operation"],
        digest=row["digest"],
        submission_id=row["submission_id"],
        state_id=row["state_id"],
        current=row["current"],
    )


async def store(
    connection: Connection, writes: Writes, register: str, source_unit: str, submission_id: UUID
) -> set[UUID]:
    """Store what was judged; gives the entities of whose records something else stands now."""
    if writes.ended:
        await writing.supersede(connection, writes.ended)
    if writes.again:
        await writing.restate(connection, writes.again)
    if writes.rows:
        await writing.write_states(connection, writes.rows, register, source_unit, submission_id)
    return writes.touched


async def judge_anew(
    connection: Connection, entity_ids: Collection[UUID], known_at: Mapping[UUID, datetime], submission_id: UUID
) -> set[UUID]:
    """Judge every record of entities that stand for others than before; gives those where something else stands now."""
    histories = await recall(connection, submission_id, "", "", (), entity_ids)
    return await store(connection, histories.writes(known_at), "", "", submission_id)
