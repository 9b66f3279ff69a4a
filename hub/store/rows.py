"""What a row of ``as_of.sql`` says, as the merge rule takes it."""

import asyncpg
import msgspec

from hub.merge import Record, Source

_payload = msgspec.json.Decoder(dict[str, object])


def record_of(row: asyncpg.Record) -> Record:
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
    )
    return Record(source, _payload.decode(row["payload"]))
