"""A hub whose key file a token wraps: its commands work as ever, and it answers only as long as the token does."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from graphql_schema.global_id import global_id
from graphql_schema.services import Services
from hub.catalog import EntityKind, Model
from hub.doctor import Level, examine
from hub.settings import Settings, load_settings
from hub.store.keyring import claim, values_under
from hub.store.pool import Database
from hub.vault.cipher import Vault
from hub.vault.key_file import open_key_file
from tests.cli.running import run_hub
from tests.conftest import services_on
from tests.people import id_number
from tests.served import Api, served
from tests.vault.tokens import SoftToken, needs_softhsm, soft_token

pytestmark = needs_softhsm
PERSON = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { idNumber name } }"
WANG = {"idNumber": id_number(1), "name": "王"}


@pytest.fixture
def soft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftToken]:
    with soft_token(tmp_path / "token", monkeypatch) as token:
        yield token


def settings_of(hub: Mapping[str, object], **others: object) -> Settings:
    return load_settings({name: str(value) for name, value in (dict(hub) | others).items()})


async def services_under(hub: Mapping[str, object], database: Database, model: Model, **others: object) -> Services:
    file = open_key_file(settings_of(hub, **others))
    await claim(database, file.keys)
    return services_on(database, model, Vault.under(file))


async def test_a_hub_moves_to_a_token_while_it_serves(
    hub: dict[str, object], soft: SoftToken, database: Database, model: Model
) -> None:
    wrapped = hub | soft.settings
    services = await services_under(wrapped, database, model)
    async with served(services) as client:
        api = Api(client, services)
        await api.office.household(WANG)
        checks = {check.name: check async for check in examine(settings_of(wrapped))}
        assert checks["key service"].level is Level.WARNING
        open_key_file(settings_of(wrapped)).rewrap()
        code, output = run_hub("keys", "rewrap", **wrapped)
        assert (code, "is wrapped by pkcs11:2" in output) == (0, True), output
        assert (await api.data(PERSON, {"id": WANG["idNumber"]}))["naturalPerson"] == WANG
        code, output = run_hub("keys", "drop", "pkcs11:1", **wrapped)
        assert (code, output.strip()) == (0, "The key pkcs11:1 is dropped")
        code, output = run_hub("keys", "list", **wrapped)
        assert (code, output.splitlines()[1:]) == (0, ["pkcs11:2  wraps the key file"])
        checks = {check.name: check async for check in examine(settings_of(wrapped))}
        assert (checks["key service"].level, checks["key service"].found.split()[-1]) == (Level.OK, "pkcs11:2")


async def test_a_hub_whose_token_is_away_refuses_and_recovers_by_itself(
    hub: dict[str, object], soft: SoftToken, database: Database, model: Model
) -> None:
    wrapped = hub | soft.settings
    open_key_file(settings_of(wrapped)).rewrap()
    services = await services_under(wrapped, database, model, HUB_KEY_LEASE="0.02")
    async with served(services) as client:
        api = Api(client, services)
        await api.office.household(WANG)

        async def code_of() -> str | None:
            answer = await api.ask(PERSON, {"id": WANG["idNumber"]})
            if "errors" not in answer:
                return None
            await asyncio.sleep(0.05)
            (error,) = answer["errors"]
            assert answer["data"] == {"naturalPerson": None}
            return str(error["extensions"]["code"])

        assert await code_of() is None
        soft.away()
        while (refused := await code_of()) is None:
            pass
        assert refused == "UNAVAILABLE"
        checks = {check.name: check async for check in examine(settings_of(wrapped))}
        assert checks["key service"].level is Level.ERROR
        soft.back()
        while await code_of():
            pass


@pytest.mark.slow
async def test_keys_are_made_replaced_and_cut_out_under_a_token_as_in_a_file(
    hub: dict[str, object], soft: SoftToken, database: Database, model: Model, tmp_path: Path
) -> None:
    wrapped = hub | soft.settings | {"HUB_VAULT_KEY_FILE": tmp_path / "wrapped.keys"}
    assert run_hub("keys", "create", **wrapped)[0] == 0
    file = open_key_file(settings_of(wrapped))
    assert (file.service, file.wrapped_by) == ("pkcs11", "pkcs11:1")
    services = await services_under(wrapped, database, model)
    await Api(None, services).office.household(WANG)  # type: ignore[arg-type]
    assert run_hub("keys", "rotate", **wrapped)[0] == 0
    assert set(await values_under(database)) == {file.read().current} != {file.keys.current}
    async with database.connection() as connection:
        entity_id = await connection.fetchval("select entity_id from view")
    named = global_id(EntityKind.NATURAL_PERSON, entity_id)
    for by in ("王管理员", "李管理员"):
        assert run_hub("keys", "shred", named, "--by", by, "--reason", "court order 7", **wrapped)[0] == 0
    assert len(file.read().shredded) == 1
    assert file.wrapped_by == "pkcs11:1"
    assert run_hub("keys", "backup", tmp_path / "copy", **wrapped)[0] == 0
    assert open_key_file(settings_of(wrapped, HUB_VAULT_KEY_FILE=tmp_path / "copy")).keys == file.read()
