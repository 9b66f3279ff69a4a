"""A register's months, delivered as departments do: full copies, with what they leave out, and a late correction."""

import asyncio
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from hub.catalog import Model
from hub.clock import now
from hub.store.pool import Database
from hub.vault.cipher import Vault
from tests.cli.running import call_hub
from tests.conftest import services_on
from tests.people import id_number
from tests.served import Api, served

Environment = dict[str, object]
PEOPLE = range(30)
ASK = """query ($numbers: [IdNumber!]!, $asOf: AsOf) {
    naturalPersons(idNumbers: $numbers, asOf: $asOf) { naturalPerson { name household { source { validFrom } } } }
}"""


def people(folder: Path, name: str, names: Mapping[int, str], header: Sequence[str] = (), *cells: str) -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as text:
        rows = csv.writer(text)
        rows.writerow(["公民身份号码", "姓名", *header])
        rows.writerows([id_number(place), called, *cells] for place, called in names.items())
    return path


async def load(hub: Environment, file: Path, *words: object) -> str:
    code, output = await asyncio.to_thread(call_hub, "load", "household_registration", file, *words, **hub)
    assert code == 0, output
    return output


async def told(api: Api, valid_on: str, known_at: str | None = None) -> dict[int, str]:
    """Who was registered on a day, as was known at an instant, by name."""
    moment = {"validOn": valid_on} | ({"knownAt": known_at} if known_at else {})
    answer = await api.data(ASK, {"numbers": [id_number(place) for place in PEOPLE], "asOf": moment})
    found = enumerate(one["naturalPerson"] for one in answer["naturalPersons"])
    return {place: person["name"] for place, person in found if person and person["household"]}


async def test_a_full_copy_a_changed_one_and_a_late_correction_are_each_told_as_of_their_day(
    tmp_path: Path, hub: Environment, database: Database, model: Model, vault: Vault
) -> None:
    january = {place: f"某{place}" for place in range(28)}
    february = {place: f"某{place}" for place in range(2, 30)} | {5: "改名"}
    await load(hub, people(tmp_path, "january.csv", january), "--snapshot", "--stated-on", "2024-01-01")
    after_january = now().isoformat()
    output = await load(hub, people(tmp_path, "february.csv", february), "--snapshot", "--stated-on", "2024-02-01")
    assert "2 records that the full copy holds no longer have ended." in output
    after_february = now().isoformat()
    again = await load(hub, tmp_path / "february.csv", "--snapshot", "--stated-on", "2024-02-01")
    assert "UNCHANGED" in again
    assert "CREATED" not in again
    correction = people(tmp_path, "correction.csv", {0: "更正", 7: "更正", 5: "更正"}, ["生效日期"], "2024-01-01")
    await load(hub, correction)
    async with served(services_on(database, model, vault)) as client:
        api = Api(client, services_on(database, model, vault))
        assert await told(api, "2024-01-31", after_january) == january
        assert await told(api, "2024-02-01", after_january) == january
        assert await told(api, "2024-01-31", after_february) == january
        assert await told(api, "2024-02-01", after_february) == february
        assert await told(api, "2024-01-31") == january | {0: "更正", 7: "更正", 5: "更正"}
        assert await told(api, "2024-02-01") == february
        assert await told(api, "2023-12-31") == {}


async def test_a_copy_that_was_cut_off_says_what_to_do_and_the_same_command_goes_on_with_it(
    tmp_path: Path, hub: Environment, database: Database
) -> None:
    whole = {place: f"某{place}" for place in range(20)}
    await load(hub, people(tmp_path, "january.csv", whole), "--snapshot", "--stated-on", "2024-01-01")
    cut = people(tmp_path, "february.csv", {place: whole[place] for place in range(15)})
    command = ("load", "household_registration", cut, "--snapshot", "--stated-on", "2024-02-01")
    code, output = await asyncio.to_thread(call_hub, *command, **hub)
    said = " ".join(output.split())
    assert (code, "leaves out 5 of 20 records that stand, more than 10%" in said) == (2, True), output
    assert "--accept-removals" in said
    async with database.connection() as connection:
        assert await connection.fetchval("select count(*) from state where operation = 'ABSENT'") == 0
    code, output = await asyncio.to_thread(call_hub, *command, "--accept-removals", 5, **hub)
    assert (code, "5 records that the full copy holds no longer have ended." in output) == (0, True), output


def test_a_copy_in_two_files_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    parts = [people(tmp_path, f"{part}.csv", {part: "某"}) for part in (1, 2)]
    code, output = call_hub("load", "household_registration", *parts, "--snapshot")
    assert (code, "2 files are of household; a full copy is one file" in output) == (2, True), output
