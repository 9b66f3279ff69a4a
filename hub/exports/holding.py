"""End the exports whose files hold numbers that are being destroyed.

Takes the entities whose numbers they are; looks into every file, since rows about others hold them as well. What an
agency has fetched already is out of reach.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from io import BytesIO
from uuid import UUID

from hub.desk import Desk
from hub.errors import ExportShredded, UnknownExport
from hub.exports import parquet
from hub.exports.export import Export, ExportFormat, ExportState, export_of
from hub.exports.file import pieces
from hub.intake.numbers import opened
from hub.store import exports, shredding
from hub.store.exports import FILE, ROWS


@asynccontextmanager
async def ending_holders(desk: Desk, entity_ids: Sequence[UUID]) -> AsyncIterator[None]:
    """Destroy the numbers of entities inside the block; what held them before it, or came to hold them, is ended."""
    async with desk.database.connection() as connection:
        rows = await shredding.numbers(connection, entity_ids)
    numbers = {key.value.encode() for row in rows if (key := opened(desk.vault, row))}
    await _end_holders(desk, numbers)
    yield
    await _end_holders(desk, numbers)


async def _end_holders(desk: Desk, numbers: set[bytes]) -> None:
    why = ExportShredded()
    async with desk.database.connection() as connection:
        found = await exports.with_rows(connection)
    for export in map(export_of, found):
        if await _holds(desk, export, numbers) or await _holds_since(desk, export, numbers):
            async with desk.database.connection() as connection:
                await exports.end(connection, export.export_id, ExportState.FAILED, why.code, why.message)


async def _holds_since(desk: Desk, export: Export, numbers: set[bytes]) -> bool:
    """Whether the file of an export holds one of the numbers, if it has become whole since: rows may have gone then."""
    async with desk.database.connection() as connection:
        row = await exports.find(connection, export.export_id)
    return row is not None and row["state"] != export.state and await _holds(desk, export_of(row), numbers)


async def _holds(desk: Desk, export: Export, numbers: set[bytes]) -> bool:
    """Whether any row of an export has one of the numbers in it; what has ended meanwhile has none."""
    is_whole = export.state is ExportState.READY
    try:
        if is_whole and export.order.format is ExportFormat.PARQUET:
            file = BytesIO(b"".join([piece async for piece in pieces(desk, export.export_id, FILE)]))
            return await asyncio.to_thread(_is_in, numbers, parquet.lines_of(file))
        async for lines in pieces(desk, export.export_id, ROWS):
            if _is_in(numbers, [lines]):
                return True
    except UnknownExport:
        pass
    return False


def _is_in(numbers: set[bytes], texts: Iterable[bytes]) -> bool:
    return any(number in text for text in texts for number in numbers)
