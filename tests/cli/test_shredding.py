"""What the vault keeps of one subject is destroyed by two people, and everything else stays."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from graphql_schema.global_id import global_id
from graphql_schema.services import Services
from hub.catalog import EntityKind
from hub.doctor import Check, Level, examine
from hub.settings import load_settings
from hub.store.keyring import values_under
from hub.store.pool import Database
from hub.vault.cipher import Vault
from hub.vault.key_file import KeyFile, load_keys
from hub.vault.suites import KEY_BYTES
from tests.cli.running import call_hub
from tests.people import id_number
from tests.served import Api, department, served

MOTHER, CHILD, STRANGER = id_number(1, "19800101"), id_number(2, "20100101"), id_number(3)
PERSON = """query($id: IdNumber!) { naturalPerson(idNumber: $id) {
    id idNumber name version identifiers { scheme value } provenance { name { source { register } } }
    household { headOfHousehold { idNumber name } absences { item absence } } } }"""
SEALED = "select identifier_id, entity_id, key_id, value_encrypted from vault.identifier"
LINES = """{ quarantine(status: null) { nodes { status cells text } } }"""


@pytest.fixture
def key_file(hub: Mapping[str, object]) -> Path:
    return Path(str(hub["HUB_VAULT_KEY_FILE"]))


async def person(api: Api, number: str) -> dict[str, Any]:
    found: dict[str, Any] = (await api.data(PERSON, {"id": number}))["naturalPerson"]
    return found


def shred(hub: Mapping[str, object], entity: str, by: str) -> tuple[int, str]:
    return call_hub("keys", "shred", entity, "--by", by, "--reason", "court order 7", **hub)


async def checks_of(hub: Mapping[str, object]) -> dict[str, Check]:
    settings = load_settings({name: str(value) for name, value in hub.items()})
    return {check.name: check async for check in examine(settings)}


async def sealed(database: Database) -> list[tuple[Any, ...]]:
    async with database.connection() as connection:
        return [tuple(row) for row in await connection.fetch(SEALED)]


async def test_of_a_shredded_subject_no_number_opens_again_in_any_copy_of_the_database_and_all_else_stays(
    services: Services, database: Database, hub: dict[str, object], key_file: Path
) -> None:
    async with served(services) as client:
        api = Api(client, services)
        await api.office.household(
            {"idNumber": MOTHER, "name": "母"},
            {"idNumber": CHILD, "name": "子", "headOfHousehold.idNumber": MOTHER, "headOfHousehold.name": "母"},
            {"idNumber": STRANGER, "name": "某"},
            {"idNumber": MOTHER, "name": "母", "sex.code": "99"},
        )
        before = {number: await person(api, number) for number in (MOTHER, CHILD, STRANGER)}
        assert before[CHILD]["household"]["headOfHousehold"]["idNumber"] == MOTHER
        copied, old = await sealed(database), load_keys(key_file, create=False)
        mother = before[MOTHER]["id"]

        assert "It is ordered" in shred(hub, mother, "王管理员")[1]
        assert (await person(api, MOTHER))["idNumber"] == MOTHER
        code, output = shred(hub, mother, "王管理员")
        assert (code, "cannot approve it" in output) == (2, True), output
        code, output = shred(hub, mother, "李管理员")
        assert (code, "1 numbers and 1 refused lines are destroyed" in output) == (0, True), output

        after = {number: await person(api, number) for number in (MOTHER, CHILD, STRANGER)}
        assert after[STRANGER] == before[STRANGER]
        assert after[MOTHER] == before[MOTHER] | {
            "idNumber": None,
            "identifiers": [{"scheme": "ID_NUMBER", "value": None}],
        }
        assert after[CHILD]["household"]["headOfHousehold"] == {"idNumber": None, "name": "母"}
        assert {"item": "headOfHousehold.idNumber", "absence": "SHREDDED"} in after[CHILD]["household"]["absences"]
        lines = (await api.data(LINES, viewer=department("PUBLIC_SECURITY")))["quarantine"]["nodes"]
        assert lines == [{"status": "DISMISSED", "cells": None, "text": None}]

        await api.office.household({"idNumber": MOTHER, "name": "母亲"})
        again = await person(api, MOTHER)
        assert (again["id"], again["name"], again["idNumber"]) == (mother, "母亲", None)

    vault, was = Vault(load_keys(key_file, create=False)), Vault(old)
    for identifier_id, entity_id, key_id, value in copied:
        of = (identifier_id.bytes, entity_id.bytes)
        plain = was.open(key_id, value, *of)
        assert vault.open_if_kept(key_id, value, *of) == (None if plain == MOTHER.encode() else plain)

    assert call_hub("keys", "rotate", **hub)[0] == 0
    new = Vault(load_keys(key_file, create=False))
    assert set(await values_under(database)) == {new.current}
    opened = [new.open_if_kept(key_id, value, i.bytes, e.bytes) for i, e, key_id, value in await sealed(database)]
    assert sorted(filter(None, opened)) == sorted([CHILD.encode(), STRANGER.encode()])
    assert "done" in call_hub("keys", "shreddings", **hub)[1]
    assert (await checks_of(hub))["shredded"].level is Level.OK
    KeyFile(key_file, create=False).replace(
        replace(old, encryption=old.encryption | load_keys(key_file, create=False).encryption)
    )
    assert (await checks_of(hub))["shredded"].found.startswith("1 subjects that were shredded have keys")
    async with database.connection() as connection:
        entries = await connection.fetch(
            "select officer, cardinality(entity_ids) as shown from audit.access_log "
            "where operation = 'shred' order by began_at"
        )
    assert [tuple(row) for row in entries] == [("王管理员", 1), ("王管理员", 1), ("李管理员", 1)]


async def test_nobody_is_shredded_while_a_key_is_one_for_all(
    services: Services, hub: dict[str, object], key_file: Path
) -> None:
    await Api(None, services).office.household({"idNumber": MOTHER, "name": "母"})  # type: ignore[arg-type]
    keys = load_keys(key_file, create=False)
    KeyFile(key_file, create=False).replace(replace(keys, encryption=keys.encryption | {"00000000": bytes(KEY_BYTES)}))
    async with services.desk.database.connection() as connection:
        entity_id = await connection.fetchval("select entity_id from view")
    assert (await checks_of(hub))["keys"].found.endswith("one for all: 00000000")
    code, output = shred(hub, global_id(EntityKind.NATURAL_PERSON, entity_id), "王管理员")
    assert (code, "one for all subjects" in output) == (2, True), output
    async with services.desk.database.connection() as connection:
        assert await connection.fetchval("select count(*) from shredding") == 0
