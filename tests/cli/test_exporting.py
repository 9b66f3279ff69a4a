"""`hub export` brings a file home, goes on where it was broken off, and says plainly what keeps it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from stat import S_IMODE

import pytest

from graphql_schema.services import Services
from tests.cli.running import run_hub
from tests.exports.columns import rows_in
from tests.exports.ordering import Exports, worked_at
from tests.people import id_number
from tests.served import AGENCY, Api, served

NOWHERE = "http://127.0.0.1:1"
PEOPLE = [id_number(n) for n in range(300)]


@pytest.fixture
async def exports(services: Services) -> AsyncIterator[Exports]:
    async with served(services) as client, worked_at(services):
        api = Api(client, services)
        await api.office.household(*({"idNumber": one, "name": "王"} for one in PEOPLE))
        yield Exports(api)


async def hub_export(exports: Exports, folder: Path, *words: str) -> tuple[int, str]:
    """The exit code and the output of `hub export` of everybody."""
    keys, token = folder / "keys.txt", folder / "token"
    keys.write_text("\n".join(PEOPLE), encoding="ascii")
    token.write_text(exports.api.token(AGENCY), encoding="ascii")
    url = str(exports.api.client.base_url)
    options = ("--url", url, "--token-file", token, "--purpose", "TEST; case=1", "--item", "name", *words)
    return await asyncio.to_thread(run_hub, "export", keys, folder / "rows.ndjson", *options)


async def test_a_file_is_brought_home_for_its_user_alone(exports: Exports, tmp_path: Path) -> None:
    code, output = await hub_export(exports, tmp_path, "--item", "household.photo")
    assert code == 0, output
    assert "300 rows, 300 show somebody" in output
    assert "Not given, null in every row: household.photo" in output
    rows = [json.loads(line) for line in (tmp_path / "rows.ndjson").read_text(encoding="utf-8").splitlines()]
    assert [row["key"] for row in rows] == PEOPLE
    assert {row["name"] for row in rows} == {"王"}
    assert S_IMODE((tmp_path / "rows.ndjson").stat().st_mode) == 0o600
    assert not (tmp_path / "rows.ndjson.part").exists()
    assert not (tmp_path / "rows.ndjson.export").exists()


async def test_a_file_may_come_in_columns(exports: Exports, tmp_path: Path) -> None:
    code, output = await hub_export(exports, tmp_path, "--format", "parquet")
    assert code == 0, output
    assert [row["key"] for row in rows_in((tmp_path / "rows.ndjson").read_bytes())] == PEOPLE


async def test_what_was_broken_off_is_gone_on_with(exports: Exports, tmp_path: Path) -> None:
    export_id = (await exports.order(["name"], PEOPLE))["id"]
    await exports.over(export_id)
    whole = (await exports.fetch(export_id)).content
    (tmp_path / "rows.ndjson.export").write_text(export_id, encoding="ascii")
    (tmp_path / "rows.ndjson.part").write_bytes(whole[:1_000])
    code, output = await hub_export(exports, tmp_path)
    assert code == 0, output
    assert (tmp_path / "rows.ndjson").read_bytes() == whole
    assert len((await exports.api.data("{ exports { id } }"))["exports"]) == 1


@pytest.mark.parametrize("begun", [False, True])
def test_where_nothing_answers_the_address_is_named_and_what_was_begun_is_kept(tmp_path: Path, begun: bool) -> None:
    for name in ("keys.txt", "token", *(["rows.ndjson.export"] if begun else [])):
        (tmp_path / name).write_text("0", encoding="ascii")
    options = ("--url", NOWHERE, "--token-file", tmp_path / "token", "--purpose", "TEST", "--item", "name")
    code, output = run_hub("export", tmp_path / "keys.txt", tmp_path / "rows.ndjson", *options)
    assert (code, f"error: No hub answers at {NOWHERE}: " in output, "--url" in output) == (2, True, True), output
    assert ("goes on where it stopped" in output) == begun


async def test_what_the_hub_refuses_is_said_with_the_way_out(exports: Exports, tmp_path: Path) -> None:
    code, output = await hub_export(exports, tmp_path, "--item", "nothing")
    assert code == 2
    assert "error: The argument items is not usable: NaturalPerson has no item nothing." in output
    assert not (tmp_path / "rows.ndjson").exists()
