"""`hub catalog`: what it shows and publishes, and that entities follow whatever is killed meanwhile."""

import asyncio
import signal
import subprocess
from collections.abc import Iterable
from itertools import count
from random import Random
from typing import Any

import pytest

from hub.store import catalogs
from hub.store.pool import Database
from tests.cli.running import call_hub, start_hub
from tests.graphql.conftest import api
from tests.intake.hubs import assert_versions_have_no_gaps
from tests.intake.test_catalog import assert_all_follow, insured, let_marriages_name_first, marriage, pension, remerged
from tests.people import id_number
from tests.served import Api

__all__ = ["api"]
Environment = dict[str, object]
PEOPLE, MANY = range(1, 201), range(1, 601)
CI_ROUNDS, SLOW_ROUNDS = 2, 20
TOLD = """query($ids: [IdNumber!]!, $asOf: AsOf) { naturalPersons(idNumbers: $ids, asOf: $asOf) { naturalPerson {
    version name asOf { knownAt } provenance { name { basis catalogVersion source { recordType } } } } } }"""


async def fill(api: Api, people: Iterable[int] = PEOPLE) -> None:
    """People of whom pensions and marriages say different names."""
    people = list(people)
    await insured(api.office, *map(pension, people))
    await api.office.marriage(*map(marriage, people))


async def reached(database: Database) -> int:
    """How many entities the re-merge has come to."""
    async with database.connection() as connection:
        number = await connection.fetchval("select max(number) from catalog_version")
        return (await catalogs.followers(connection, number))[0]


async def killed(process: subprocess.Popen[str], database: Database, after: int) -> None:
    """Kill a process as soon as the re-merge has come to more than so many entities."""
    while await reached(database) <= after and process.poll() is None:
        await asyncio.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    output, _ = await asyncio.to_thread(process.communicate)
    assert process.returncode == -signal.SIGKILL, output


async def told(api: Api, as_of: object = None) -> Any:  # noqa: ANN401 - what JSON holds
    ids = [id_number(place) for place in PEOPLE[:20]]
    data = await api.data(TOLD, {"ids": ids, "asOf": as_of})
    return [one["naturalPerson"] for one in data["naturalPersons"]]


async def read_and_write(api: Api, seed: int, answers: list[Any]) -> None:
    """Ask and deliver again and again, until cancelled; keep what was told."""
    for turn in count():
        answers.append(await told(api))
        await api.office.marriage(marriage(turn % len(PEOPLE) + 1, f"结{seed}"), unit=f"u{seed}-{turn}")


async def test_what_the_model_says_otherwise_is_shown_and_published_before_anybody_is_known(
    api: Api, hub: Environment
) -> None:
    assert await let_marriages_name_first(api.office.intake) == 2
    code, output = await asyncio.to_thread(call_hub, "catalog", "diff", **hub)
    lines = output.splitlines()
    assert (code, lines[0], lines[-1]) == (0, "authority of NaturalPerson.name", "1 differences")
    assert [line[:2] for line in lines[1:-1]] == ["- "] * (len(lines) // 2 - 1) + ["+ "] * (len(lines) // 2 - 1)
    publish = ("catalog", "publish", "--reason", "City Rules Art. 8", "--officer", "office-1")
    code, output = await asyncio.to_thread(call_hub, *publish, **hub)
    assert (code, output) == (0, "Version 3 is in force\n")
    code, output = await asyncio.to_thread(call_hub, *publish, **hub)
    assert (code, output) == (0, "The catalog in force says what the model says.\n")
    versions = await api.data("{ catalogVersions { nodes { number publishedBy reason } } }")
    latest = versions["catalogVersions"]["nodes"][0]
    assert (latest["number"], latest["publishedBy"], latest["reason"]) == (3, "office-1", "City Rules Art. 8")


async def test_once_anybody_is_known_one_hand_publishes_nothing_and_drafts_what_it_would(
    api: Api, hub: Environment
) -> None:
    await fill(api, [1])
    await let_marriages_name_first(api.office.intake)
    publish = ("catalog", "publish", "--reason", "City Rules Art. 8")
    code, output = await asyncio.to_thread(call_hub, *publish, **hub)
    assert (code, "not by a command" in output) == (2, True)
    draft = ("catalog", "draft", "--reason", "City Rules Art. 8", "--by", "王主任")
    code, output = await asyncio.to_thread(call_hub, *draft, **hub)
    assert (code, "waits for approval" in output) == (0, True)
    async with api.services.database.connection() as connection:
        rows = await connection.fetch("select operation, agency, officer from audit.access_log order by at")
        assert await connection.fetchval("select max(number) from catalog_version") == 2
    assert [tuple(row) for row in rows] == [
        ("publish catalog", "hub", "hub catalog publish"),
        ("draft catalog change", "hub", "王主任"),
    ]


@pytest.mark.parametrize(
    "rounds", [range(CI_ROUNDS), pytest.param(range(CI_ROUNDS, SLOW_ROUNDS), marks=pytest.mark.slow)]
)
async def test_a_remerge_that_is_killed_goes_on_where_it_had_come_to_while_others_read_and_write(
    api: Api, hub: Environment, rounds: range
) -> None:
    await fill(api)
    database, answers = api.services.database, [await told(api)]
    for seed in rounds:
        number = await let_marriages_name_first(api.office.intake, first=seed % 2 == 0)
        after = Random(seed).randrange(len(PEOPLE) // 2)  # noqa: S311 - where to kill, the same each time
        meanwhile = asyncio.create_task(read_and_write(api, seed, answers))
        with start_hub("catalog", "remerge", "--at-once", 1, **hub) as process:
            await killed(process, database, after)
        meanwhile.cancel()
        await asyncio.gather(meanwhile, return_exceptions=True)
        before = await reached(database)
        assert after < before < len(PEOPLE)
        assert (await remerged(api.office.intake))[-1] == len(PEOPLE) - before
        await assert_all_follow(api.office.intake)
        answers.append(await told(api))
        assert {person["provenance"]["name"]["catalogVersion"] for person in answers[-1]} == {number}
    for answer in answers:
        assert await told(api, {"knownAt": answer[0]["asOf"]["knownAt"]}) == answer
    await assert_versions_have_no_gaps(database)


async def test_a_server_that_is_killed_leaves_the_rest_to_another(api: Api, hub: Environment) -> None:
    await fill(api, MANY)
    await let_marriages_name_first(api.office.intake)
    database, settings = api.services.database, hub | {"HUB_PORT": 0, "HUB_DRAIN_NOTICE": 0}
    with start_hub("serve", **settings) as first:
        await killed(first, database, 0)
    assert 0 < await reached(database) < len(MANY)
    with start_hub("serve", **settings) as second:
        while await reached(database) < len(MANY) and second.poll() is None:
            await asyncio.sleep(0.005)
        second.send_signal(signal.SIGTERM)
        output, _ = await asyncio.to_thread(second.communicate)
        assert "the server has stopped" in output
    await assert_all_follow(api.office.intake)
