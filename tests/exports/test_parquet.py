"""A Parquet file holds in typed columns what the lines of JSON say."""

import asyncio
import traceback
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from arro3.core import DataType, Field, Schema
from arro3.io import read_parquet

from graphql_schema.services import Services
from hub.exports import parquet
from hub.store import exports as store
from hub.store.exports import FILE, SealedPart
from tests.exports.columns import parquet_of, rows_in, told
from tests.exports.ordering import Exports, worked_at
from tests.people import id_number
from tests.served import Api, served

PEOPLE = [id_number(n) for n in range(450)]
STRANGER = id_number(999, "19550505")
LINES = [b'{"key": "k", "size": %d}\n' % place for place in range(35)]
COLUMNS = Schema([Field("key", DataType.string()), Field("size", DataType.int64())])


async def ready(exports: Exports, keys: list[str], *items: str) -> str:
    """An export in columns that is there to be fetched."""
    export_id: str = (await exports.order(["name", *items], keys, format="PARQUET"))["id"]
    over = await exports.over(export_id)
    assert over["state"] == "READY", over
    return export_id


async def contents(exports: Exports) -> set[str]:
    """What the parts of all exports hold."""
    async with exports.api.services.database.connection() as connection:
        return {row["content"] for row in await connection.fetch("select content from vault.export_part")}


async def test_a_row_for_each_key_stands_in_typed_columns(exports: Exports) -> None:
    await exports.api.office.household(*({"idNumber": one, "name": f"王{one[-4:]}"} for one in PEOPLE))
    keys = [*PEOPLE, STRANGER, "misspelt"]
    response = await exports.fetch(await ready(exports, keys, "household"))
    assert response.headers["Content-Type"] == "application/vnd.apache.parquet"
    assert response.headers["Content-Disposition"].endswith('.parquet"')
    assert rows_in(response.content) == [told(row) for row in await exports.rows(["name", "household"], keys)]
    schema = read_parquet(response.content).schema
    assert schema.names[:6] == ["key", "outcome", "problem", "id", "version", "name"]
    assert schema.field("version").type == DataType.int64()
    assert DataType.is_struct(schema.field("household").type)
    assert await contents(exports) == {"FILE", "ROWS"}


async def test_a_list_of_nobody_makes_a_file_without_rows(exports: Exports) -> None:
    response = await exports.fetch(await ready(exports, []))
    assert (rows_in(response.content), read_parquet(response.content).schema.names[0]) == ([], "key")


async def test_a_file_whose_making_was_broken_off_is_made_anew_and_is_the_same(services: Services) -> None:
    async with served(services) as client:
        exports = Exports(Api(client, services))
        await exports.api.office.household(*({"idNumber": one, "name": "王"} for one in PEOPLE))
        whole, broken = [(await exports.order(["name"], PEOPLE, format="PARQUET"))["id"] for _ in range(2)]
        async with services.database.connection() as connection:
            for place in range(3):
                await store.add_part(connection, UUID(broken), FILE, place, SealedPart(b"half a file", 11))
        async with worked_at(services):
            await exports.over(whole)
            await exports.over(broken)
        assert (await exports.fetch(whole)).content == (await exports.fetch(broken)).content


@pytest.mark.parametrize("in_group", [10, 1_000])
async def test_groups_of_rows_divide_no_row(in_group: int) -> None:
    made = await parquet_of(COLUMNS, LINES, in_group)
    assert [row["size"] for row in rows_in(made)] == list(range(len(LINES)))


async def test_what_keeps_a_piece_from_being_kept_is_raised_as_it_is() -> None:
    async def keep(piece: bytes) -> None:
        raise LookupError("the export has ended")

    with pytest.raises(LookupError, match="the export has ended"):
        await parquet.write(COLUMNS, lines(), 10, keep)


async def test_rows_that_do_not_fit_are_told_of_without_what_they_hold() -> None:
    with pytest.raises(RuntimeError, match="the rows do not fit their columns") as raised:
        await parquet_of(COLUMNS, [b'{"key": %d, "size": 1}\n' % (number := 4401 << 48)])
    assert str(number) not in "".join(traceback.format_exception(raised.value))


async def test_who_gives_up_leaves_nothing_that_writes_on() -> None:
    begun, left = asyncio.Event(), asyncio.Event()

    async def keep(piece: bytes) -> None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            left.set()

    writing = asyncio.create_task(parquet.write(COLUMNS, lines(), 10, keep))
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await left.wait()


async def lines() -> AsyncIterator[bytes]:
    for line in LINES:
        yield line
