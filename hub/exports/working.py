"""Work at exports, chunk by chunk, until stopped.

Takes what answers keys; several processes share the work through the claims of exports and know nothing of each other.
A process that is killed loses the chunk that it was at, which nobody saw; another goes on behind the last one kept.
Each chunk is decided anew: where its viewer is given less than when it was ordered, the export ends.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import msgspec
from arro3.core import Schema

from hub import telemetry
from hub.access import extent_of
from hub.desk import Desk
from hub.errors import ExportAccessEnded, ExportKeepsBreaking, ExportTooLarge, HubError, Kind
from hub.exports.export import Export, ExportState, Order, Row, export_of
from hub.exports.file import content_of, opened
from hub.exports.finishing import whole
from hub.exports.keeping import cipher_of, decided, name_of_part
from hub.settings import Settings
from hub.store import exports
from hub.store.exports import KEYS, ROWS, Chunk, SealedPart
from hub.store.pool import DirectConnection, connect_directly

LOOK_SECONDS = 0.5
"""How often a process looks for exports that have something to do."""
WATCH_SECONDS = 5.0
"""How often it looks whether who ordered a file is still given what it holds."""
AGAIN_SECONDS = 10.0
"""When an export is worked at again after something that passes."""
MOST_AT_ONCE = 2
MOST_ATTEMPTS = 100
PASSING = frozenset({Kind.BUSY, Kind.UNAVAILABLE, Kind.FAULT})
"""Errors that are the hub's own and no export's."""

_log = logging.getLogger("hub.exports")


class Answering(Protocol):
    """What answers the keys of an export."""

    async def rows(self, export: Export, keys: Sequence[str]) -> Sequence[Row]:
        """One row for each key, in their order; logged before they are given."""
        ...

    def columns(self, order: Order) -> Schema:
        """The columns of the rows of an order."""
        ...


@dataclass
class Exporter:
    """One process's share of the work."""

    desk: Desk
    settings: Settings
    answering: Answering

    async def run(self) -> None:
        """Work until cancelled; without the database, wait for it to come back."""
        while True:
            try:
                async with connect_directly(self.desk.database.direct_url) as claims:
                    await self._attend(claims)
            except HubError as error:
                _log.warning("exports wait: %s", error.message)
                await asyncio.sleep(AGAIN_SECONDS)

    async def _attend(self, claims: DirectConnection) -> None:
        """Look again and again for exports that have something to do; ``claims`` holds their locks."""
        running: dict[UUID, asyncio.Task[None]] = {}
        watching = asyncio.create_task(self._watch())
        try:
            while not watching.done():
                for export_id in [one for one, task in running.items() if task.done()]:
                    running.pop(export_id).result()
                    await exports.release(claims, export_id)
                while len(running) < MOST_AT_ONCE and (claimed := await exports.claim(claims, running)):
                    running[claimed] = asyncio.create_task(self._work(claimed))
                await asyncio.wait({watching, *running.values()}, timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED")
            watching.result()
        finally:
            for task in (watching, *running.values()):
                task.cancel()
            await asyncio.gather(watching, *running.values(), return_exceptions=True)

    async def _watch(self) -> None:
        """End the exports whose time is over, and files whose viewers are not given any more what they hold."""
        while True:
            async with self.desk.database.connection() as connection:
                await exports.expire(connection)
                ready = [export_of(row) for row in await exports.ready(connection)]
            for export in ready:
                if not await self._still_given(export):
                    await self._fail(export.export_id, ExportAccessEnded())
            await asyncio.sleep(WATCH_SECONDS)

    async def _work(self, export_id: UUID) -> None:
        """Work at one export until it has ended; the others do not suffer from its faults."""
        (fault,) = await asyncio.gather(self._go_on(export_id), return_exceptions=True)
        match fault:
            case HubError() if fault.kind not in PASSING:
                await self._fail(export_id, fault)
            case BaseException():
                _log.warning("export %s waits", export_id, exc_info=fault)
                await asyncio.sleep(AGAIN_SECONDS)

    async def _go_on(self, export_id: UUID) -> None:
        async with self.desk.database.connection() as connection:
            row = await exports.take_up(connection, export_id)
        while row:
            export = export_of(row)
            if export.attempts > MOST_ATTEMPTS:
                raise ExportKeepsBreaking(times=MOST_ATTEMPTS)
            if not await self._still_given(export):
                raise ExportAccessEnded
            with telemetry.request("exports.chunk"):
                goes_on = await (self._finish(export) if export.done == export.total else self._answer(export))
            if not goes_on:
                return
            async with self.desk.database.connection() as connection:
                row = await exports.find(connection, export_id)

    async def _answer(self, export: Export) -> bool:
        """Answer the next keys; whether the export goes on."""
        cipher = await cipher_of(self.desk, export.export_id)
        place = export.chunks
        part = await opened(self.desk, cipher, export.export_id, KEYS, place)
        keys: list[str] = msgspec.json.decode(part, type=list[str])
        rows = await self.answering.rows(export, keys)
        content = b"".join(row.line for row in rows)
        if export.size + len(content) > self.settings.max_export_bytes:
            raise ExportTooLarge(limit=self.settings.max_export_bytes, things="bytes")
        sealed = await asyncio.to_thread(cipher.seal, name_of_part(ROWS, place), content)
        chunk = Chunk(place, SealedPart(sealed, len(content)), len(keys), sum(row.is_found for row in rows))
        async with self.desk.database.connection() as connection:
            return await exports.add_chunk(connection, export.export_id, chunk)

    async def _finish(self, export: Export) -> bool:
        """Have the file be there to be fetched; nothing is left to do then."""
        size, digest = await whole(self.desk, export, self.answering.columns(export.order))
        lasts = timedelta(seconds=self.settings.export_lifetime)
        async with self.desk.database.connection() as connection:
            await exports.finish(connection, export.export_id, content_of(export), size, digest, lasts)
        return False

    async def _still_given(self, export: Export) -> bool:
        """Whether who ordered an export is given now what they were given then."""
        return export.extent.still_given(extent_of(await decided(self.desk, export.viewer, export.order)))

    async def _fail(self, export_id: UUID, why: HubError) -> None:
        """End an export, unless it has ended by itself meanwhile."""
        async with self.desk.database.connection() as connection:
            if await exports.end(connection, export_id, ExportState.FAILED, why.code, why.message):
                _log.warning("export %s failed: %s", export_id, why.code)


@asynccontextmanager
async def exporting(exporter: Exporter) -> AsyncIterator[None]:
    """Work at exports for as long as the block runs."""
    working = asyncio.create_task(exporter.run())
    try:
        yield
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
