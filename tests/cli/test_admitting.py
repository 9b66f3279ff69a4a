"""What the security administrator and the catalog office do at the command line is seen by whoever asks the hub."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from graphql_schema.services import Services
from hub.catalog import EntityKind
from hub.clock import now
from hub.store.pool import Database
from tests.cli.running import call_hub
from tests.granted import grant, issue
from tests.served import AGENCY, Api, served

ACCOUNT = ("tianhe-counter", "--agency", AGENCY.agency, "--by", "王管理员")
BY = ("--by", "王管理员", "--reason", "the phone was lost")


def public_key(folder: Path) -> Path:
    path = folder / "counter.pem"
    key = generate_private_key(SECP256R1()).public_key()
    path.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def test_an_account_is_registered_once_listed_and_ended_once(hub: Mapping[str, object], tmp_path: Path) -> None:
    key = public_key(tmp_path)
    assert call_hub("accounts", "add", *ACCOUNT, "--key", key, **hub)[0] == 0
    code, output = call_hub("accounts", "add", *ACCOUNT, "--key", key, **hub)
    assert (code, "there is an account tianhe-counter already" in output) == (2, True), output
    assert call_hub("accounts", "end", "tianhe-counter", "--by", "李管理员", **hub)[0] == 0
    code, output = call_hub("accounts", "end", "tianhe-counter", "--by", "李管理员", **hub)
    assert (code, "there is no open account" in output) == (2, True), output
    code, output = call_hub("accounts", "list", **hub)
    assert code == 0
    assert all(told in output for told in ("tianhe-counter", "query_officer", "王管理员", "李管理员")), output


def test_roles_that_nobody_holds_together_and_what_is_no_key_are_refused(
    hub: Mapping[str, object], tmp_path: Path
) -> None:
    key, rubbish = public_key(tmp_path), tmp_path / "rubbish.pem"
    rubbish.write_text("no key")
    both = ("--role", "query_officer", "--role", "reporter", "--department", "HEALTH")
    for words, problem in (
        (("--key", rubbish), "it is no public key"),
        (("--key", key, *both), "may not be held together"),
    ):
        code, output = call_hub("accounts", "add", *ACCOUNT, *words, **hub)
        assert (code, problem in output) == (2, True), output


async def test_a_session_is_listed_while_it_is_open_and_ended_everywhere_by_a_command(
    services: Services, hub: Mapping[str, object]
) -> None:
    async with served(services) as client:
        api = Api(client, services)
        token = {"Authorization": f"Bearer {api.token(AGENCY)}"}

        async def ask() -> int:
            return (await client.post("/graphql", json={"query": "{ me { agency } }"}, headers=token)).status_code

        assert await ask() == 200
        code, output = call_hub("sessions", "list", "--agency", AGENCY.agency, **hub)
        assert (code, AGENCY.officer in output) == (0, True), output
        code, output = call_hub("sessions", "end", "--agency", AGENCY.agency, "--officer", AGENCY.officer, *BY, **hub)
        assert (code, "1 sessions have ended" in output) == (0, True), output
        while (answered := await ask()) == 200:
            await asyncio.sleep(0.01)
        assert answered == 401
    assert "There are no open sessions." in call_hub("sessions", "list", **hub)[1]


async def test_grants_are_listed_and_those_that_end_soon_are_told_apart(
    hub: Mapping[str, object], database: Database
) -> None:
    soon, late, open_ended = (
        grant(EntityKind.NATURAL_PERSON, ["name"], agency=agency, valid_to=valid_to)
        for agency, valid_to in (
            ("soon", now() + timedelta(days=10)),
            ("late", now() + timedelta(days=100)),
            ("open", None),
        )
    )
    await issue(database, soon, late, open_ended)
    code, output = call_hub("grants", **hub)
    places = [output.index(str(one.grant_id)) for one in (soon, late, open_ended)]
    assert (code, places) == (0, sorted(places)), output
    code, output = call_hub("grants", "--ending-within", 30, **hub)
    assert code == 1
    assert [str(one.grant_id) in output for one in (soon, late, open_ended)] == [True, False, False]
    code, output = call_hub("grants", "--agency", "late", "--ending-within", 30, **hub)
    assert (code, "There are no such grants." in output) == (0, True), output
