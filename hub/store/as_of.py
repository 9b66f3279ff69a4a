"""Ask what is in force, by the one rule of ``as_of.sql``, for those who write and those who read.

Takes a connection and entities; gives their states as rows, or as records for the merge rule. Decides nothing.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import asyncpg
import msgspec

from hub.merge import Record, Source
from hub.sql import queries
from hub.store.pool import Connection
from hub.timeline import Moment

_SQL = queries("as_of")

_payload = msgspec.json.Decoder(dict[str, object])


async def states_in_force(connection: Connection, entity_ids: Iterable[UUID], moment: Moment) -> list[asyncpg.Record]:
    """The states in force at a moment: the rule of ``as_of.sql``."""
    return await connection.fetch(_SQL["as_of"], list(entity_ids), moment.valid_on, moment.known_at)


async def records_in_force(
    connection: Connection, entity_ids: Iterable[UUID], moment: Moment
) -> dict[UUID, list[Record]]:
    """The records in force of each entity at a moment, an empty list where there are none."""
    in_force: dict[UUID, list[Record]] = {entity_id: [] for entity_id in entity_ids}
    for row in await states_in_force(connection, in_force, moment):
        in_force[row["entity_id"]].append(_record(row))
    return in_force


async def next_changes(connection: Connection, entity_ids: Iterable[UUID], moment: Moment) -> dict[UUID, date]:
    """The next day after a moment's on which valid time alone changes what is in force, where there is one."""
    rows = await connection.fetch(_SQL["next_change"], list(entity_ids), moment.valid_on, moment.known_at)
    return {row["entity_id"]: row["due_on"] for row in rows}


def _record(row: asyncpg.Record) -> Record:
    """The record in force that a row of ``as_of`` gives."""
    source = Source(
        register=row["register"],
        record_type=row["record_type"],
        record_key=row["record_key"],
        source_unit=row["source_unit"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        stated_at=row["stated_at"],
        recorded_at=row["recorded_at"],
        submission_id=row["submission_id"],
        moved_by=row["moved_by"],
    )
    return Record(source, _payload.decode(row["payload"]))
