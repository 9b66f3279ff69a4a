"""`hub catalog`: what it shows and publishes, and that entities follow whatever is killed meanwhile."""

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.catalog.registers import FOUNDATIONS
from tests.cli.running import run_hub, start_hub
from tests.graphql.conftest import api
from tests.intake.hubs import assert_versions_have_no_gaps
from tests.intake.test_catalog import assert_all_follow, insured, let_marriages_name_first, marriage, pension
from tests.people import id_number
from tests.served import Api

__all__ = ["api"]
Environment = dict[str, object]
PEOPLE = range(1, 201)
CI_ROUNDS, SLOW_ROUNDS = 2, 20
TOLD = """query($ids: [IdNumber!]!, $asOf: AsOf) { naturalPersons(idNumbers: $ids, asOf: $asOf) { naturalPerson {
    version name asOf { knownAt } provenance { name { basis catalogVersion source { recordType } } } } } }"""


async def fill(api: Api) -> None:
    """People of whom pensions and marriages say different names."""
    await insured(api.office, *map(pension, PEOPLE))
    await api.office.marriage(*map(marriage, PEOPLE))


async def followers(api: Api) -> int:
    """How many entities follow the version in force."""
    data = await api.data("{ catalogVersions(first: 1) { nodes { progress { followers } } } }")
    found: int = data["catalogVersions"]["nodes"][0]["progress"]["followers"]
    return found


async def told(api: Api, ids: Sequence[str], as_of: object = None) -> Any:  # noqa: ANN401 - what JSON holds
    data = await api.data(TOLD, {"ids": ids, "asOf": as_of})
    return [one["naturalPerson"] for one in data["naturalPersons"]]


async def test_what_the_model_says_otherwise_is_shown_and_published(api: Api, hub: Environment, tmp_path: Path) -> None:
    await fill(api)
    assert await asyncio.to_thread(run_hub, "catalog", "diff", **hub) == (
        0,
        "The catalog in force says what the model says.\n",
    )
    assert await let_marriages_name_first(api.office.intake) == 2
    code, output = await asyncio.to_thread(run_hub, "catalog", "diff", **hub)
    lines = output.splitlines()
    assert (code, lines[0], lines[-1]) == (0, "authority of NaturalPerson.name", "1 differences")
    assert [line[:2] for line in lines[1:-1]] == ["- "] * (len(lines) // 2 - 1) + ["+ "] * (len(lines) // 2 - 1)
    publish = ("catalog", "publish", "--reason", "City Rules Art. 8", "--officer", "office-1")
    code, output = await asyncio.to_thread(run_hub, *publish, **hub)
    assert (code, output) == (0, f"Version 3 is in force\n{len(PEOPLE)} entities gone through\n")
    code, output = await asyncio.to_thread(run_hub, *publish, "--no-wait", **hub)
    assert (code, output) == (0, "The catalog in force says what the model says.\n")
    versions = await api.data("{ catalogVersions { nodes { number publishedBy reason followedSince } } }")
    latest = versions["catalogVersions"]["nodes"][0]
    assert (latest["number"], latest["publishedBy"], latest["reason"]) == (3, "office-1", "City Rules Art. 8")
    assert latest["followedSince"]
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "foundations.toml").write_text(FOUNDATIONS, encoding="utf-8")
    code, output = await asyncio.to_thread(run_hub, "catalog", "diff", **hub, HUB_MODEL_DIR=tmp_path / "model")
    assert (code, output) == (0, "The catalog in force says what the model says.\n")
    versions = await api.data("{ catalogVersions { nodes { number publishedBy changes { topic name } } } }")
    latest = versions["catalogVersions"]["nodes"][0]
    assert (latest["number"], latest["publishedBy"]) == (4, "hub")
    assert {"topic": "UPDATE_DUTY", "name": "foundations"} in latest["changes"]


@pytest.mark.parametrize(
    "rounds", [range(CI_ROUNDS), pytest.param(range(CI_ROUNDS, SLOW_ROUNDS), marks=pytest.mark.slow)]
)
async def test_a_remerge_that_is_killed_goes_on_where_it_had_come_to_while_others_read_and_write(
    api: Api, hub: Environment, rounds: range
) -> None:
    await fill(api)
    ids = [id_number(place) for place in PEOPLE[:30]]
    answers = [await told(api, ids)]
    for seed in rounds:
        number = await let_marriages_name_first(api.office.intake, first=seed % 2 == 0)
        after = Random(seed).randrange(len(PEOPLE) // 2)  # noqa: S311 - where to kill, the same each time
        with start_hub("catalog", "remerge", "--at-once", 3, **hub) as process:
            while await followers(api) <= after and process.poll() is None:
                answers.append(await told(api, ids))
                place = len(answers) % len(PEOPLE) + 1
                await api.office.marriage(marriage(place, f"结{seed}"), unit=f"u{len(answers)}")
            process.send_signal(signal.SIGKILL)
            output, _ = await asyncio.to_thread(process.communicate)
            assert process.returncode == -signal.SIGKILL, output
        reached = await followers(api)
        assert after < reached < len(PEOPLE)
        code, output = await asyncio.to_thread(run_hub, "catalog", "remerge", **hub)
        assert (code, output) == (0, f"{len(PEOPLE) - reached} entities gone through\n")
        await assert_all_follow(api.office.intake)
        now = await told(api, ids)
        assert {person["provenance"]["name"]["catalogVersion"] for person in now} == {number}
        answers.append(now)
    for answer in answers:
        assert await told(api, ids, {"knownAt": answer[0]["asOf"]["knownAt"]}) == answer
    await assert_versions_have_no_gaps(api.services.database)


async def test_a_server_that_is_killed_leaves_the_rest_to_another(api: Api, hub: Environment) -> None:
    await fill(api)
    await let_marriages_name_first(api.office.intake)
    settings = hub | {"HUB_PORT": 0}
    with start_hub("serve", **settings) as first:
        while not await followers(api) and first.poll() is None:
            pass
        first.send_signal(signal.SIGKILL)
        await asyncio.to_thread(first.communicate)
    assert 0 < await followers(api) < len(PEOPLE)
    with start_hub("serve", **settings) as second:
        while await followers(api) < len(PEOPLE) and second.poll() is None:
            pass
        second.send_signal(signal.SIGTERM)
        output, _ = await asyncio.to_thread(second.communicate)
        assert "Application shutdown complete" in output
    await assert_all_follow(api.office.intake)
