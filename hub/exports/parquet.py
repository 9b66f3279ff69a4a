"""Write rows as a Parquet file: typed columns, in groups of rows.

Takes lines of JSON and their columns; gives the bytes of the file, piece by piece. The same lines give the same bytes.
Holds one group of rows at a time, packed, and knows neither database nor order.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from io import BufferedWriter, BytesIO, RawIOBase
from typing import Any, ParamSpec, TypeVar

from arro3.core import RecordBatch, RecordBatchReader, Schema
from arro3.io import read_json, read_parquet, write_ndjson, write_parquet

PIECE_BYTES = 1 << 20
GROUP_BYTES = 64 << 20
"""About how much of the lines makes a group of rows."""
LEAST_IN_GROUP = 200
PACKED = "zstd(3)"
_P = ParamSpec("_P")
_T = TypeVar("_T")


def rows_in_group(rows: int, size: int) -> int:
    """How many rows make a group, where there are so many and their lines have so many bytes."""
    return max(LEAST_IN_GROUP, GROUP_BYTES * rows // max(size, 1))


async def write(
    columns: Schema, lines: AsyncIterator[bytes], in_group: int, keep: Callable[[bytes], Awaitable[None]]
) -> None:
    """Have ``keep`` take, piece by piece, the file of the rows in ``lines``; raises what either of the two raises.

    ``lines`` gives whole lines, some at a time.
    """
    bridge = _Bridge()

    def batches() -> Iterator[RecordBatch]:
        while some := bridge.wait(_next, lines):
            yield from read_json(BytesIO(some), columns)

    def take(piece: bytes) -> None:
        with suppress(BaseException):  # the library panics where a file fails; it stops at the next rows
            bridge.wait(keep, piece)

    def work() -> None:
        rows = RecordBatchReader.from_batches(columns, batches())
        with BufferedWriter(_Pieces(take), PIECE_BYTES) as file:
            write_parquet(rows, file, compression=PACKED, max_row_group_size=in_group)

    try:
        await asyncio.to_thread(work)
    except asyncio.CancelledError as cancelled:
        bridge.give_up(cancelled)
        raise
    except Exception:  # noqa: BLE001 - the library has nothing narrower, and quotes values
        bridge.broken = bridge.broken or RuntimeError("the rows do not fit their columns")
    if bridge.broken:
        raise bridge.broken


def lines_of(file: BytesIO) -> Iterator[bytes]:
    """The rows of a file as lines of JSON, some at a time."""
    for rows in read_parquet(file):
        lines = BytesIO()
        write_ndjson(rows, lines)
        yield lines.getvalue()


class _Bridge:
    """Has a thread wait for what only the event loop can do, until something breaks."""

    def __init__(self) -> None:
        self.broken: BaseException | None = None
        self._loop = asyncio.get_running_loop()
        self._asked: Future[Any] = Future()

    def wait(self, ask: Callable[_P, Awaitable[_T]], *args: _P.args, **others: _P.kwargs) -> _T:
        """What comes of asking."""
        if self.broken:
            raise self.broken
        try:
            self._asked = asyncio.run_coroutine_threadsafe(_answer(ask(*args, **others)), self._loop)
            if self.broken:
                self._asked.cancel()
            answer: _T = self._asked.result()
        except BaseException as error:
            self.broken = error
            raise
        return answer

    def give_up(self, why: BaseException) -> None:
        """Wait for nothing any more."""
        self.broken = why
        self._asked.cancel()


class _Pieces(RawIOBase):
    """A file that hands on what is written to it."""

    def __init__(self, keep: Callable[[bytes], None]) -> None:
        self._keep = keep

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, piece: Any) -> int:  # noqa: ANN401 - any buffer
        """Hand a piece on."""
        content = bytes(piece)
        self._keep(content)
        return len(content)


async def _next(lines: AsyncIterator[bytes]) -> bytes:
    return await anext(lines, b"")


async def _answer(asked: Awaitable[_T]) -> _T:
    return await asked
