"""What stands between registers in a hub, as tests look at it."""

from typing import NamedTuple

import msgspec

from hub.store.pool import Database


class Found(NamedTuple):
    """A discrepancy, by the check that found it, what it is about, who settles it and the record types concerned."""

    check: str
    item: str
    department: str
    records: tuple[str, ...]


async def standing(database: Database) -> list[Found]:
    """The discrepancies that stand open."""
    return [found for found, is_open in await ever(database) if is_open]


async def ever(database: Database) -> list[tuple[Found, bool]]:
    """Every discrepancy that was ever opened, and whether it stands."""
    async with database.connection() as connection:
        rows = await connection.fetch("select * from discrepancy order by cross_check, item, opened_at")
    return [
        (_found(row["cross_check"], row["item"], row["department"], row["records"]), not row["closed_at"])
        for row in rows
    ]


def _found(check: str, item: str, department: str, records: str) -> Found:
    return Found(check, item, department, tuple(one["record_type"] for one in msgspec.json.decode(records)))
