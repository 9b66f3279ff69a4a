"""`hub rebuild`: by several processes, told by names and never by values, and going on where it was killed."""

import asyncio
import signal
from pathlib import Path

from hub.store.pool import Database
from tests.cli.running import call_hub, run_hub, start_hub
from tests.people import id_number

Environment = dict[str, object]
PEOPLE = 1_900


def loaded(folder: Path, hub: Environment) -> None:
    """A hub that has heard of more people than one batch holds."""
    file = folder / "people.csv"
    births = (f"19{70 + place // 1_000}0101" for place in range(PEOPLE))
    lines = (f"{id_number(place % 1_000, birth)},某{place}" for place, birth in enumerate(births))
    file.write_text("\n".join(["公民身份号码,姓名", *lines]), encoding="utf-8")
    code, output = call_hub("load", "household_registration", file, **hub)
    assert code == 0, output


async def test_it_tells_what_stands_otherwise_and_puts_it_right(
    tmp_path: Path, hub: Environment, database: Database
) -> None:
    await asyncio.to_thread(loaded, tmp_path, hub)
    code, output = await asyncio.to_thread(run_hub, "rebuild", "--workers", 2, **hub)
    assert (code, output) == (0, "1,900 entities worked out anew, all as they stand\n")
    async with database.connection() as connection:
        spoilt = await connection.fetch(
            "update view set merged = replace(merged::text, '某1890', '无名')::json where merged::text like '%某1890%' "
            "returning entity_id"
        )
    told = f"{spoilt[0]['entity_id']}: name\n1,900 entities worked out anew, of which 1 "
    code, output = await asyncio.to_thread(run_hub, "rebuild", "--workers", 2, **hub)
    assert (code, output) == (1, f"{told}stand otherwise\n")
    code, output = await asyncio.to_thread(call_hub, "rebuild", "--repair", "--workers", 1, **hub)
    assert (code, output) == (0, f"{told}were put right\n")
    code, output = await asyncio.to_thread(call_hub, "rebuild", "--workers", 1, **hub)
    assert code == 0, output


async def test_killed_it_goes_on_and_goes_through_every_entity_once(
    tmp_path: Path, hub: Environment, database: Database
) -> None:
    await asyncio.to_thread(loaded, tmp_path, hub)
    async with database.connection() as connection:
        await connection.execute("update card set name = '无名'")
    with start_hub("rebuild", "--workers", 2, **hub) as running:
        async with database.connection() as connection:
            while not await connection.fetchval("select bool_or(entities > 0) from rebuild"):
                assert running.poll() is None
        running.send_signal(signal.SIGKILL)
        running.communicate()
    code, output = await asyncio.to_thread(run_hub, "rebuild", "--workers", 2, **hub)
    assert (code, "1,900 entities worked out anew, of which 1,900 stand otherwise" in output) == (1, True), output
    assert "and 900 more" in output
    async with database.connection() as connection:
        rows = await connection.fetch("select entities, finished_at is not null as is_done from rebuild")
    assert {(row["entities"], row["is_done"]) for row in rows} == {(PEOPLE, True)}
