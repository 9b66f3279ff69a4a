"""Look-ups come under another key while the hub serves, and every number leads where it led."""

import asyncio
import signal
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphql_schema.services import Services
from hub.errors import KeyInUse, VaultKeyMissing
from hub.intake import reindexing
from hub.intake.reindexing import reindex
from hub.intake.shredding import shred
from hub.store import lookups
from hub.store.pool import Database
from hub.vault.cipher import Vault
from hub.vault.key_file import KeyFile
from hub.vault.keys import new_keys
from tests.cli.running import run_hub, start_hub
from tests.conftest import services_on
from tests.graphql.test_reassign import POLICE, REASSIGN, order
from tests.people import id_number
from tests.served import Api, served

PERSON = """query($id: IdNumber!) { naturalPerson(idNumber: $id) { id version idNumber name
    identifiers(history: true) { scheme value status replacedBy }
    household { headOfHousehold { idNumber name } } } }"""
PEOPLE = 18
MANY = 10_000
ROWS = "select lookup, replaced_by, key_generation, identifier_id from vault.identifier"
FILL = """
insert into vault.identifier (lookup, identifier_id, key_generation, entity_id, scheme, key_id, value_encrypted,
                              submission_id, recorded_at)
select sha256(n::text::bytea), gen_random_uuid(), 1, gen_random_uuid(), 'ID_NUMBER', '', '', gen_random_uuid(), now()
from generate_series(1, $1) as n
"""
REFUSED = {"idNumber": id_number(0), "name": "王", "sex.code": "99"}


@pytest.fixture
def file(hub: Mapping[str, object]) -> KeyFile:
    return KeyFile(Path(str(hub["HUB_VAULT_KEY_FILE"])), create=False)


@pytest.fixture
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reindexing, "LAG_SECONDS", 0.05)
    monkeypatch.setattr(reindexing, "BATCH", 5)


def people() -> list[dict[str, str]]:
    """Families of three: one is the head of the others, and one of these had another number before."""
    lines = []
    for n in range(PEOPLE):
        line = {"idNumber": id_number(n), "name": f"王{n}"}
        if n % 3:
            line |= {"headOfHousehold.idNumber": id_number(n - n % 3), "headOfHousehold.name": "王"}
        if n % 3 == 1:
            line |= {"formerIdNumber": id_number(500 + n)}
        lines.append(line)
    return lines


NUMBERS = [id_number(n) for n in (*range(PEOPLE), *range(501, 500 + PEOPLE, 3))]


async def found(api: Api) -> dict[str, Any]:
    """What each number leads to, former ones as well."""
    return {number: await person(api, number) for number in NUMBERS}


async def person(api: Api, number: str) -> dict[str, Any]:
    told: dict[str, Any] = (await api.data(PERSON, {"id": number}))["naturalPerson"]
    return told


async def rows_of(database: Database) -> list[Any]:
    async with database.connection() as connection:
        return await connection.fetch(ROWS)


async def reindexed(database: Database, file: KeyFile) -> int:
    return await reindex(database, file, lambda moved, of: None)


@given(lookup=st.binary(min_size=16, max_size=16), layers=st.integers(0, 3))
def test_a_look_up_has_a_form_under_each_layer_and_lies_in_those_that_are_not_settled(
    lookup: bytes, layers: int
) -> None:
    index = new_keys().blind_index
    for _ in range(layers):
        index = index.layered()
    forms = index.forms(lookup)
    assert forms[0] == lookup
    assert len(set(forms)) == len(forms) == layers + 1 == index.newest
    assert all(index.form(lookup, number) == form for number, form in enumerate(forms, start=1))
    assert index.layered().follows(index)
    assert not index.follows(index.layered())
    assert not new_keys().blind_index.follows(index)


@pytest.mark.usefixtures("_hasty")
async def test_every_number_leads_where_it_led_before_during_and_after_and_the_same_lines_change_nothing(
    services: Services, database: Database, file: KeyFile
) -> None:
    async with served(services) as client:
        api = Api(client, services)
        await api.office.household(*people(), REFUSED)
        owner = (await person(api, id_number(2)))["id"]
        await api.data(REASSIGN, order(value=id_number(5), to=owner, ownValue=id_number(900)), POLICE)
        before, versions = await found(api), await api.office.views()
        assert before[id_number(5)]["id"] == owner
        first = {row["lookup"] for row in await rows_of(database)}

        for generation in (2, 3):
            moving = asyncio.create_task(reindexed(database, file))
            came = generation * 1000
            while not moving.done():
                number = NUMBERS[came % len(NUMBERS)]
                assert await person(api, number) == before[number]
                new, head = id_number(came, "19700101"), id_number(came, "19400101")
                fresh = {"idNumber": new, "name": "新", "headOfHousehold.idNumber": head, "headOfHousehold.name": "王"}
                await api.office.household(*people(), REFUSED, fresh)
                assert (await person(api, new))["household"]["headOfHousehold"]["idNumber"] == head
                came += 1
            assert await moving >= len(NUMBERS)
            assert came > generation * 1000
            index = file.read().blind_index
            assert (index.newest, index.written, index.settled) == (generation,) * 3

        rows = await rows_of(database)
        assert {row["key_generation"] for row in rows} == {3}
        assert not first & {row["lookup"] for row in rows}
        assert {row["replaced_by"] for row in rows} - {None} <= {row["lookup"] for row in rows}
        assert await found(api) == before
        after = await api.office.views()
        assert {entity_id: after[entity_id] for entity_id in versions} == versions
        summary = await api.office.household(*people(), REFUSED, key="the same once more")
        assert set(summary.counts) == {"UNCHANGED", "QUARANTINED"}
        assert await api.office.views() == after

        to = before[id_number(8)]["id"]
        await api.data(REASSIGN, order(value=id_number(5), to=to, idempotencyKey="k2"), POLICE)
        assert (await person(api, id_number(5)))["id"] == to


@pytest.mark.usefixtures("_hasty")
async def test_who_lacks_the_new_key_is_told_nothing_and_writes_nothing(
    services: Services, database: Database, file: KeyFile
) -> None:
    await Api(None, services).office.household(*people())  # type: ignore[arg-type]
    late = services_on(database, services.model, Vault(file.keys))
    await lookups.begin(database, 2)
    async with served(late) as client:
        api = Api(client, late)
        (error,) = (await api.ask(PERSON, {"id": id_number(1)}))["errors"]
        assert error["extensions"]["code"] == "UNAVAILABLE"
        with pytest.raises(VaultKeyMissing):
            await api.office.household({"idNumber": id_number(1), "name": "王"}, key="late")
    await lookups.write_alone(database, 2)
    index = file.keys.blind_index.layered()
    async with database.transaction() as connection:
        with pytest.raises(VaultKeyMissing):
            async with database.connection() as other:
                await other.execute(FILL, 1)
        assert await lookups.left(connection, 2) > 0
    assert index.written == 1


@pytest.mark.usefixtures("_hasty")
async def test_nobody_is_shredded_in_the_middle(services: Services, database: Database, file: KeyFile) -> None:
    await Api(None, services).office.household(people()[0])  # type: ignore[arg-type]
    keys = file.read()
    file.replace(keys.with_index(keys.blind_index.layered()))
    async with database.connection() as connection:
        entity_id = await connection.fetchval("select entity_id from view")

    def around(_: object) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    with pytest.raises(KeyInUse, match="reindex"):
        await shred(database, file, entity_id, "王管理员", "court order 7", around)
    assert await reindexed(database, file) > 0
    assert await shred(database, file, entity_id, "王管理员", "court order 7", around) is None


@pytest.mark.usefixtures("_hasty")
async def test_a_reindexing_that_was_broken_off_anywhere_goes_on_without_a_further_key(
    services: Services, database: Database, file: KeyFile
) -> None:
    async with served(services) as client:
        api = Api(client, services)
        await api.office.household(*people())
        before = await found(api)
        for seconds in (0.02, 0.08, 0.13, 0.16):
            moving = asyncio.create_task(reindexed(database, file))
            await asyncio.wait([moving], timeout=seconds)
            moving.cancel()
            await asyncio.gather(moving, return_exceptions=True)
            assert await found(api) == before
        await reindexed(database, file)
        assert file.read().blind_index.is_settled
        assert await found(api) == before
        assert {row["key_generation"] for row in await rows_of(database)} == {file.read().blind_index.newest}


@pytest.mark.slow
async def test_a_reindexing_that_was_killed_goes_on_without_a_further_key(
    database: Database, file: KeyFile, hub: dict[str, object]
) -> None:
    async with database.connection() as connection:
        await connection.execute(FILL, MANY)
        with start_hub("keys", "reindex", **hub) as moving:
            while not await connection.fetchval("select count(*) from vault.identifier where key_generation = 2"):
                assert moving.poll() is None
                await asyncio.sleep(0.02)
            moving.send_signal(signal.SIGKILL)
            moving.communicate()
        left = await lookups.left(connection, 2)
        assert 0 < left < MANY
        code, output = run_hub("keys", "reindex", **hub)
        assert (code, f"{left:,} look-ups moved" in output) == (0, True), output
        assert await lookups.left(connection, 2) == 0
        index = file.read().blind_index
        assert (index.newest, index.settled) == (2, 2)
        expected = {
            index.form(row[0], 2)
            for row in await connection.fetch("select sha256(n::text::bytea) from generate_series(1, $1) as n", MANY)
        }
        assert {row[0] for row in await connection.fetch("select lookup from vault.identifier")} == expected
