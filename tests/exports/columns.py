"""Write rows as columns, and read them back by the library that wrote them."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from arro3.core import Schema
from arro3.io import read_parquet, write_ndjson

from hub.exports import parquet

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT")


async def parquet_of(columns: Schema, lines: Sequence[bytes], in_group: int = 1_000) -> bytes:
    """The Parquet file of some rows."""
    made = bytearray()

    async def each() -> AsyncIterator[bytes]:
        for line in lines:
            yield line

    async def keep(piece: bytes) -> None:
        made.extend(piece)

    await parquet.write(columns, each(), in_group, keep)
    return bytes(made)


def rows_in(content: bytes) -> list[Any]:
    """What the rows of a Parquet file tell."""
    lines = BytesIO()
    write_ndjson(read_parquet(content), lines)
    return [told(json.loads(line)) for line in lines.getvalue().splitlines()]


def told(value: Any) -> Any:  # noqa: ANN401
    """What a value tells: nothing by being null, and an instant however it is spelt."""
    if isinstance(value, dict):
        return {name: told(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [told(one) for one in value]
    return datetime.fromisoformat(value) if isinstance(value, str) and INSTANT.match(value) else value
