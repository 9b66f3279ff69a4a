"""Write entries of the access log to a file, to be kept elsewhere: a JSON object a line, with its digest.

Takes a database, a file and a period; gives how many entries were written. Replaces no file that is there.
"""

import os
from base64 import b64encode
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from hub.sql import queries
from hub.store.pool import Database

PAGE = 5_000
_SQL = queries("audit")


async def export(database: Database, target: Path, since: datetime, until: datetime) -> int:
    """Write the entries that were kept from ``since`` until ``until``, in the order of time; raises ``OSError``."""
    place: tuple[Any, ...] = (since, None, 0)
    count = 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while True:
            async with database.connection() as connection:
                rows = await connection.fetch(_SQL["period"], *place, until, PAGE)
            for row in rows:
                file.write(msgspec.json.encode({**row, "digest": b64encode(row["digest"]).decode()}) + b"\n")
            count += len(rows)
            if len(rows) < PAGE:
                break
            place = (rows[-1]["at"], rows[-1]["writer"], rows[-1]["position"])
        file.flush()
        os.fsync(descriptor)
    return count
