"""What budgets ask of the database: each function is one named query of ``budgets.sql``."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("budgets")
FORGOTTEN_AFTER = timedelta(days=2)


async def share(
    connection: Connection, agency: str, since: Mapping[str, datetime], amounts: Mapping[str, int]
) -> Mapping[str, int]:
    """Add to what an agency has spent of each thing since an instant; gives what it has spent by all processes."""
    things, instants = list(since), list(since.values())
    if any(amounts.values()):
        rows = await connection.fetch(_SQL["spend"], agency, things, instants, [amounts[thing] for thing in things])
    else:
        rows = await connection.fetch(_SQL["spent"], agency, things, instants)
    return {row["thing"]: row["spent"] for row in rows}


async def forget(connection: Connection) -> None:
    """Forget what was spent long ago."""
    await connection.execute(_SQL["forget_budgets"], FORGOTTEN_AFTER)
