"""The vault comes under another key while the hub serves, and nothing that was sealed is lost on the way."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from msgspec.structs import replace

from graphql_schema.services import Services
from hub.store.keyring import values_under
from hub.store.pool import Database
from hub.store.quarantine import LineId
from hub.vault.cipher import Vault
from hub.vault.key_file import KeyFile, load_keys
from hub.vault.keys import VaultKeys
from hub.vault.suites import KEY_BYTES
from tests.cli.running import call_hub, run_hub, start_hub
from tests.people import id_number
from tests.served import Api, served

PERSON = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { idNumber name } }"
PEOPLE = 40
MANY = 60_000
OF_LINE = "uuid_send(submission_id) || int8send(place)"
SEALED = {
    "vault.identifier": ("identifier_id", "uuid_send(entity_id)", "value_encrypted"),
    "vault.raw": ("submission_id", OF_LINE, "line_encrypted"),
    "vault.mended": ("submission_id", OF_LINE, "line_encrypted"),
    "webhook": ("webhook_id", "uuid_send(webhook_id)", "secret_encrypted"),
    "vault.export_key": ("export_id", "uuid_send(export_id)", "key_encrypted"),
}
"""Every table with sealed values: what each is sealed for, whose it is, and the value."""
EXPORT = """
insert into export (export_id, agency, officer, role, divisions, purpose, kind, items, provenance, format, extent,
                    denied, expires_at)
values ($1, '', '', '', '{}', '', '', '{}', false, '', '{}', '{}', now())
"""
IDENTIFIERS = """
insert into vault.identifier (lookup, identifier_id, key_generation, entity_id, scheme, key_id, value_encrypted,
                              submission_id, recorded_at)
select uuid_send(id), id, 1, id, 'ID_NUMBER', key_id, sealed, id, now()
from unnest($1::uuid[], $2::text[], $3::bytea[]) as new (id, key_id, sealed)
"""


@dataclass(frozen=True)
class Kept:
    """A key file, and the database whose values lie under its keys."""

    path: Path
    database: Database

    @property
    def keys(self) -> VaultKeys:
        return load_keys(self.path, create=False)

    async def opened(self) -> dict[tuple[str, UUID], bytes]:
        """Every sealed value, opened."""
        vault = Vault(self.keys)
        values = {}
        async with self.database.connection() as connection:
            for table, (context, subject, column) in SEALED.items():
                rows = await connection.fetch(f"select {context}, key_id, {column}, {subject} from {table}")  # noqa: S608
                for context_id, key_id, sealed, of in rows:
                    values[table, context_id] = vault.open(key_id, sealed, context_id.bytes, of)
        return values


@pytest.fixture
def kept(hub: dict[str, object], database: Database) -> Kept:
    return Kept(Path(str(hub["HUB_VAULT_KEY_FILE"])), database)


async def seal_of_each_sort(kept: Kept) -> None:
    """Have a mended line, a webhook's secret and an export's key lie sealed."""
    vault = Vault(kept.keys)
    line, hook, export = uuid4(), uuid4(), uuid4()
    async with kept.database.connection() as connection:
        await connection.execute(
            "insert into vault.mended values ($1, 1, $2, $3)",
            line,
            *vault.seal(b"mended", line.bytes, LineId(line, 1).subject),
        )
        await connection.execute(
            "insert into webhook (webhook_id, agency, officer, role, purpose, url, wanted, key_id, secret_encrypted) "
            "values ($1, '', '', '', '', '', '{}', $2, $3)",
            hook,
            *vault.seal(b"secret", hook.bytes),
        )
        await connection.execute(EXPORT, export)
        await connection.execute(
            "insert into vault.export_key values ($1, $2, $3)", export, *vault.seal(b"key", export.bytes)
        )


async def seal_identifiers(database: Database, vault: Vault, values: Collection[bytes]) -> None:
    rows = [(new := uuid4(), *vault.seal(value, new.bytes)) for value in values]
    async with database.connection() as connection:
        await connection.execute(IDENTIFIERS, *map(list, zip(*rows, strict=True)))


async def while_running(work: Callable[[], Awaitable[None]], *words: object, **settings: object) -> str:
    """Do ``work`` again and again until `hub` with ``words`` has ended well; gives its output."""
    running = asyncio.create_task(asyncio.to_thread(run_hub, *words, **settings))
    while not running.done():
        await work()
    code, output = await running
    assert code == 0, output
    return output


async def test_the_tables_with_sealed_values_are_those_that_are_sealed_anew(database: Database) -> None:
    async with database.connection() as connection:
        rows = await connection.fetch(
            "select table_schema, table_name from information_schema.columns where column_name = 'key_id' "
            "and table_schema in ('public', 'vault', 'identity', 'audit')"
        )
    found = {row["table_name"] if row["table_schema"] == "public" else ".".join(row) for row in rows}
    assert found == set(SEALED)


async def test_agencies_ask_and_departments_deliver_while_the_key_is_replaced(
    services: Services, kept: Kept, hub: dict[str, object]
) -> None:
    old = kept.keys.current
    delivered = PEOPLE
    async with served(services) as client:
        api = Api(client, services)
        people = [{"idNumber": id_number(n), "name": f"王{n}"} for n in range(PEOPLE)]
        await api.office.household(*people, {"idNumber": "refused", "name": "王"})
        await seal_of_each_sort(kept)
        before = await kept.opened()

        async def ask_and_deliver() -> None:
            nonlocal delivered
            await api.office.household({"idNumber": id_number(delivered), "name": f"王{delivered}"})
            delivered += 1
            for n in (delivered - 1, delivered % PEOPLE):
                found = (await api.data(PERSON, {"id": id_number(n)}))["naturalPerson"]
                assert found == {"idNumber": id_number(n), "name": f"王{n}"}

        await while_running(ask_and_deliver, "keys", "rotate", **hub)
        new = kept.keys.current
        assert new != old
        assert set(kept.keys.encryption) == {old, new}
        assert set(await values_under(kept.database)) == {new}
        after = await kept.opened()
        assert {place: after[place] for place in before} == before
        assert {table for table, _ in before} == set(SEALED)
        assert delivered > PEOPLE

        assert call_hub("keys", "drop", old, **hub)[0] == 0
        assert set(kept.keys.encryption) == {new}
        await ask_and_deliver()
        assert await kept.opened()


async def test_a_rotation_that_was_killed_goes_on_without_a_further_key(kept: Kept, hub: dict[str, object]) -> None:
    old = kept.keys.current
    values = [str(n).encode() for n in range(MANY)]
    await seal_identifiers(kept.database, Vault(kept.keys), values)
    with start_hub("keys", "rotate", **hub) as rotating:
        while len(await values_under(kept.database)) < 2:
            assert rotating.poll() is None
        rotating.send_signal(signal.SIGKILL)
        rotating.communicate()
    new = kept.keys.current
    under = await values_under(kept.database)
    assert set(under) == {old, new}
    assert sum(under.values()) == MANY
    code, output = call_hub("keys", "drop", old, **hub)
    assert (code, f"values that lie under it: {under[old]:,}" in output) == (2, True), output
    code, output = call_hub("keys", "rotate", **hub)
    assert (code, f"{under[old]:,} values sealed anew" in output) == (0, True), output
    assert set(kept.keys.encryption) == {old, new}
    assert await values_under(kept.database) == {new: MANY}
    assert sorted((await kept.opened()).values()) == sorted(values)


async def test_a_key_that_seals_or_is_not_there_is_not_dropped(kept: Kept, hub: dict[str, object]) -> None:
    for key_id, problem in ((kept.keys.current, "it is the one that seals"), ("00", "it is not in the key file")):
        code, output = call_hub("keys", "drop", key_id, **hub)
        assert (code, problem in output) == (2, True), output


async def test_a_process_that_still_holds_a_dropped_key_loses_its_transaction_and_no_value(
    kept: Kept, hub: dict[str, object]
) -> None:
    late = Vault(kept.keys)
    old = kept.keys.current
    assert call_hub("keys", "rotate", **hub)[0] == 0
    await seal_identifiers(kept.database, late, [b"sealed with the old key, which opens yet"])
    assert call_hub("keys", "drop", old, **hub)[0] == 2
    code, output = call_hub("keys", "rotate", **hub)
    assert (code, "1 values sealed anew" in output) == (0, True), output
    assert call_hub("keys", "drop", old, **hub)[0] == 0
    with pytest.raises(asyncpg.CheckViolationError):
        await seal_identifiers(kept.database, late, [b"too late"])
    assert list((await kept.opened()).values()) == [b"sealed with the old key, which opens yet"]


async def test_the_list_of_keys_tells_what_lies_under_each(kept: Kept, hub: dict[str, object]) -> None:
    old = kept.keys.current
    await seal_identifiers(kept.database, Vault(kept.keys), [b"1", b"2"])
    assert call_hub("keys", "rotate", **hub)[0] == 0
    code, output = call_hub("keys", "list", **hub)
    lines = [f"{old}  opens  0 values  AES", f"{kept.keys.current}  seals  2 values  AES"]
    assert (code, output.split("\n")[:2]) == (0, lines)


@pytest.mark.slow
async def test_values_move_from_a_key_that_is_one_for_all_to_sm4_and_back_to_aes(
    kept: Kept, hub: dict[str, object]
) -> None:
    KeyFile(kept.path, create=False).replace(replace(kept.keys, encryption={kept.keys.current: bytes(KEY_BYTES)}))
    values = [str(n).encode() for n in range(200)]
    await seal_identifiers(kept.database, Vault(kept.keys), values)
    await seal_of_each_sort(kept)
    before = await kept.opened()
    for suite in ("SM4", "AES"):
        old = kept.keys.current
        code, output = call_hub("keys", "rotate", **hub, HUB_VAULT_SUITE=suite)
        assert (code, "202 values sealed anew" in output) == (0, True), output
        assert call_hub("keys", "drop", old, **hub)[0] == 0
        assert kept.keys.sort(kept.keys.current) == suite
        assert await kept.opened() == before


async def test_values_that_do_not_open_are_named_and_kept_and_all_others_sealed_anew(
    kept: Kept, hub: dict[str, object]
) -> None:
    old = kept.keys.current
    values = [str(n).encode() for n in range(5)]
    await seal_identifiers(kept.database, Vault(kept.keys), values)
    async with kept.database.connection() as connection:
        changed = await connection.fetchrow(
            "update vault.identifier set value_encrypted = substr(value_encrypted, 1, length(value_encrypted) - 1) "
            "where identifier_id = (select max(identifier_id::text)::uuid from vault.identifier) "
            "returning identifier_id, value_encrypted"
        )
        assert changed
        broken, lay = changed
        missing = await connection.fetchval(
            "update vault.identifier set key_id = 'gone' where identifier_id = "
            "(select min(identifier_id::text)::uuid from vault.identifier) returning identifier_id"
        )
    code, output = call_hub("keys", "rotate", **hub)
    assert code == 1, output
    assert "3 values sealed anew" in output
    assert "2 left under others" in output
    assert "2 values do not open" in output
    assert f"identifiers  {broken}  under {old}" in output
    assert f"identifiers  {missing}  under gone" in output
    under = await values_under(kept.database)
    assert under == {kept.keys.current: 3, old: 1, "gone": 1}
    async with kept.database.connection() as connection:
        lies = await connection.fetchval(
            "select value_encrypted from vault.identifier where identifier_id = $1", broken
        )
    assert lies == lay
    assert call_hub("keys", "rotate", **hub)[0] == 1
    assert (await values_under(kept.database))[kept.keys.current] == 3
    assert len(kept.keys.encryption) == 3
