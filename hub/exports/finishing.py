"""Have the file of an export be there whole, once all its keys are answered.

Takes an export and the columns of its rows; gives size and digest of the file. Rows of NDJSON are the file as they lie;
of others a file is made, in pieces that are sealed as rows are. Broken off, it is made anew from the start, the same.
"""

import asyncio
from hashlib import sha256
from typing import NamedTuple

from arro3.core import Schema

from hub.desk import Desk
from hub.errors import UnknownExport
from hub.exports import parquet
from hub.exports.export import Export, ExportFormat
from hub.exports.file import content_of, pieces
from hub.exports.keeping import cipher_of, name_of_part
from hub.store import exports
from hub.store.exports import FILE, ROWS, SealedPart


class Whole(NamedTuple):
    """The file of an export: how many bytes it has, and their SHA-256."""

    size: int
    digest: bytes


async def whole(desk: Desk, export: Export, columns: Schema) -> Whole:
    """Have all bytes of an export's file be there, and tell what they are."""
    if export.order.format is ExportFormat.PARQUET:
        await _make(desk, export, columns)
    digest, size = sha256(), 0
    async for piece in pieces(desk, export.export_id, content_of(export)):
        digest.update(piece)
        size += len(piece)
    return Whole(size, digest.digest())


async def _make(desk: Desk, export: Export, columns: Schema) -> None:
    """Make a file of the rows, in place of what was made of one before."""
    cipher = await cipher_of(desk, export.export_id)
    place = 0

    async def keep(piece: bytes) -> None:
        nonlocal place
        sealed = await asyncio.to_thread(cipher.seal, name_of_part(FILE, place), piece)
        async with desk.database.connection() as connection:
            if not await exports.add_part(connection, export.export_id, FILE, place, SealedPart(sealed, len(piece))):
                raise UnknownExport(id=export.export_id)
        place += 1

    async with desk.database.connection() as connection:
        await exports.drop_parts(connection, export.export_id, FILE)
    rows = pieces(desk, export.export_id, ROWS)
    await parquet.write(columns, rows, parquet.rows_in_group(export.done, export.size), keep)
