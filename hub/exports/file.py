"""The file of an export as it leaves: its parts one after another, opened as they are asked for.

Takes an export and which bytes of its file are wanted; gives pieces of them. Holds one part at a time, and ends where
the export does.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from hub.desk import Desk
from hub.errors import UnknownExport
from hub.exports.export import Export, ExportFormat
from hub.exports.keeping import cipher_of, name_of_part
from hub.store import exports
from hub.store.exports import FILE, ROWS
from hub.vault.parts import PartCipher

CONTENTS: Mapping[ExportFormat, str] = {ExportFormat.NDJSON: ROWS, ExportFormat.PARQUET: FILE}


class Slice(NamedTuple):
    """Which bytes of the part at ``place`` are wanted."""

    place: int
    first: int
    end: int


def slices(sizes: Sequence[int], first: int, end: int) -> Iterator[Slice]:
    """Which bytes of each of some parts, of these sizes, make up the bytes from ``first`` to before ``end`` of all."""
    begin = 0
    for place, size in enumerate(sizes):
        inside = max(first - begin, 0), min(end - begin, size)
        if inside[0] < inside[1]:
            yield Slice(place, *inside)
        begin += size


def content_of(export: Export) -> str:
    """Which of its contents the file of an export is."""
    return CONTENTS[export.order.format]


async def pieces(
    desk: Desk, export_id: UUID, content: str, first: int = 0, end: int | None = None
) -> AsyncIterator[bytes]:
    """The bytes of a content from ``first`` to before ``end``; raises where they are destroyed meanwhile."""
    cipher = await cipher_of(desk, export_id)
    async with desk.database.connection() as connection:
        sizes = await exports.outline(connection, export_id, content)
    for wanted in slices(sizes, first, sum(sizes) if end is None else end):
        part = await opened(desk, cipher, export_id, content, wanted.place)
        yield part[wanted.first : wanted.end]


async def opened(desk: Desk, cipher: PartCipher, export_id: UUID, content: str, place: int) -> bytes:
    """One part; raises where it is not there any more."""
    async with desk.database.connection() as connection:
        sealed = await exports.part(connection, export_id, content, place)
    if sealed is None:
        raise UnknownExport(id=export_id)
    return cipher.open(name_of_part(content, place), sealed)
