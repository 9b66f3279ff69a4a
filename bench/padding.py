"""Give a city's tables the size of a larger city's: rows of entities that nobody asks for, written by SQL.

Takes the database of a bench and how many times the city's rows are to be there; it grows and is never made smaller.
Each copy of an entity has the ids of an older time and look-ups of no number, so that tables and indexes become those
of a city that was loaded bit by bit. Copies bear the names of those they were made of, have no history of versions and
are referred to by nobody. Nothing but a bench may be padded.
"""

import asyncpg

TABLES = ("vault.identifier", "view", "card", "state")
"""What questions about persons read."""
IDS = frozenset({"entity_id", "identifier_id", "state_id", "linked_into"})
COLUMNS = "select attname from pg_attribute where attrelid = $1::text::regclass and attnum > 0 and not attisdropped"
FUNCTION = """
create function pg_temp.older(id uuid, copy integer) returns uuid immutable language sql as $$
    select (lpad(to_hex(('x' || left(bare, 12))::bit(48)::bigint - copy * 86400000::bigint), 12, '0')
        || substr(bare, 13))::uuid
    from replace(id::text, '-', '') as bare
$$
"""


async def pad(url: str, present: int, times: int) -> None:
    """Have the city's rows be there ``times`` times, where they are ``present`` times now, or as before if it fails."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(FUNCTION)
            await connection.execute("create table if not exists bench_original as select entity_id from view")
            for table in TABLES:
                statement = await _statement(connection, table)
                for copy in range(present, times):
                    await connection.execute(statement, copy)
        for table in TABLES:
            await connection.execute(f"vacuum analyze {table}")
    finally:
        await connection.close()


async def _statement(connection: "asyncpg.Connection[asyncpg.Record]", table: str) -> str:
    """What writes one copy of the rows of a table."""
    names = [row["attname"] for row in await connection.fetch(COLUMNS, table)]
    values = ", ".join(map(_copied, names))
    return (
        f"insert into {table} ({', '.join(names)}) "  # noqa: S608 - names of the catalog of the database
        f"select {values} from {table} join bench_original using (entity_id)"
    )


def _copied(column: str) -> str:
    """What stands in a column of a copy."""
    if column in IDS:
        return f"pg_temp.older({column}, $1)"
    return "decode(md5(lookup || int4send($1)), 'hex')" if column == "lookup" else column
