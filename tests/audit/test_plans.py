"""Entries are found by index, whoever is asked about and however long the log is."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from hub.sql import queries
from hub.store.accesses import LATEST
from hub.store.pool import Database
from tests.store.large import plan_of

FILL = """
insert into audit.access_log (writer, position, at, began_at, agency, officer, roles, purpose, grants, operation,
                              document, items, denied, outcome, trace_id, entity_ids, digest)
select gen_random_uuid(), n, now() - n * interval '1 second', now(), 'a', 'o' || n % 500, '{}', '', '{}', 'look up',
       '', '{}', '{}', 'GIVEN', '', array[('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid], ''
from generate_series(1, 20000) n"""
ANYTIME = (datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("accesses", (None, None, *ANYTIME, *LATEST, 50)),
        ("accesses", ("a", "o7", *ANYTIME, *LATEST, 50)),
        ("accesses_about", (None, None, *ANYTIME, *LATEST, 50, [UUID(int=7)])),
        ("chain", (UUID(int=0), 0, 50)),
        ("period", (ANYTIME[0], None, 0, ANYTIME[1], 50)),
    ],
)
async def test_entries_are_found_without_reading_the_whole_log(
    any_database: Database, name: str, arguments: tuple[object, ...]
) -> None:
    async with any_database.connection() as connection:
        await connection.execute(FILL)
        await connection.execute("analyze audit.access_log")
        plan = str(await plan_of(connection, queries("audit")[name], *arguments))
    assert "'Seq Scan'" not in plan
    if name == "accesses_about":
        assert "entity_ids_idx" in plan, "by those it shows, and not through the log from its end"
