"""Move look-ups to the forms that they have under later keys: each function is a named query of ``lookups.sql`` or two.

Takes a connection and look-ups; gives look-ups. A look-up is moved everywhere in one transaction, so that whoever reads
finds all that is known of a number in one form. Never knows a number, and never makes a key.
"""

from collections.abc import Collection, Mapping

from hub.sql import queries
from hub.store.pool import Connection, Database
from hub.vault.keys import BlindIndexKey

_SQL = queries("lookups")
_MOVES = ("move_identifiers", "move_recognised", "move_reassignments")


async def in_written_form(
    connection: Connection, index: BlindIndexKey, lookups: Collection[bytes]
) -> Mapping[bytes, bytes]:
    """The forms in which look-ups are written; what lies in older forms of them is moved there first."""
    written = {lookup: index.form(lookup, index.written) for lookup in lookups}
    older = range(index.settled, index.written)
    before = {index.form(lookup, generation): written[lookup] for lookup in lookups for generation in older}
    if before:
        await move(connection, before, index.written)
    return written


async def yield_to_writers(connection: Connection) -> None:
    """Have a transaction rather fail than keep others waiting."""
    await connection.execute(_SQL["yield_to_writers"])


async def move(connection: Connection, moved: Mapping[bytes, bytes], generation: int) -> None:
    """Have all that lies under look-ups lie under others, which are their forms of a generation."""
    before = sorted(moved)
    after = [moved[lookup] for lookup in before]
    for name in _MOVES:
        await connection.execute(_SQL[name], before, after, generation)
    await connection.execute(_SQL["move_replacements"], before, after)


async def stale(connection: Connection, after: bytes, generation: int, most: int) -> list[bytes]:
    """The next look-ups, in their order, that lie in forms of generations before one."""
    return [row["lookup"] for row in await connection.fetch(_SQL["stale"], after, generation, most)]


async def stray(connection: Connection) -> list[bytes]:
    """The look-ups that numbers are replaced by and under which nothing lies."""
    return [row["lookup"] for row in await connection.fetch(_SQL["stray"])]


async def left(connection: Connection, generation: int) -> int:
    """How many look-ups lie in forms of generations before one."""
    count: int = await connection.fetchval(_SQL["left"], generation)
    return count


async def begin(database: Database, generation: int) -> None:
    """Have only those ask who know a generation, for look-ups may lie in its forms from now on."""
    async with database.connection() as connection:
        await connection.execute(_SQL["begin_generation"], generation)


async def write_alone(database: Database, generation: int) -> None:
    """Have nothing be written in forms of older generations any more; returns once nobody does."""
    async with database.connection() as connection:
        await connection.execute(_SQL["write_alone"], generation)
    async with database.transaction() as connection:
        await connection.execute(_SQL["await_writers"])


async def settle(database: Database, generation: int) -> None:
    """Note that nothing lies in forms of older generations."""
    async with database.connection() as connection:
        await connection.execute(_SQL["settle"], generation)
