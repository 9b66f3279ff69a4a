"""`hub doctor`: what it finds of a hub that is well, and of one that is not; and `hub watch` beside it."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.clock import now
from hub.doctor import Check, Level, examine
from hub.settings import Settings
from hub.store.pool import Database, connect_directly
from tests.cli.running import call_hub
from tests.conftest import Server, hurry, temporary_database

Environment = dict[str, object]


@pytest.fixture(autouse=True)
async def _durable(embedded_server: Server) -> AsyncIterator[None]:
    """The server as the hub starts it."""
    await hurry(embedded_server.url, "on")
    yield
    await hurry(embedded_server.url, "off")


def settings_of(hub: Environment, **others: Any) -> Settings:  # noqa: ANN401
    """The settings that processes of the hub read from their environment."""
    given = {str(name).removeprefix("HUB_").lower(): str(value) for name, value in hub.items()}
    return Settings(**{**given, **others})


async def found(settings: Settings) -> dict[str, Check]:
    return {check.name: check async for check in examine(settings)}


async def test_a_hub_that_is_well_has_nothing_to_do_but_what_the_machine_and_the_year_leave(
    hub: Environment, database: Database
) -> None:
    checks = await found(settings_of(hub))
    assert {
        *("disk", "model", "calendar", "keys", "database", "locks", "durability", "clock", "replication"),
        *(
            "key service",
            "migrations",
            "role",
            "shredded",
            "keyring",
            "catalog",
            "statistics",
            "submissions",
            "quarantine",
            "webhooks",
            "sources",
        ),
        *("anomalies", "runs", "failures"),
    } == set(checks)
    ill = {name for name, check in checks.items() if check.level is not Level.OK}
    assert ill <= {"disk", "calendar", "role"}
    assert "may change and delete what was logged" in checks["role"].found  # tests connect as the owner


async def test_what_has_to_be_dealt_with_is_a_warning_with_the_way_to_it(hub: Environment, database: Database) -> None:
    async with database.connection() as connection:
        await connection.execute(
            """insert into submission (submission_id, register, source_unit, idempotency_key, digest, stated_at, sender,
                                       started_at)
               values (gen_random_uuid(), 'household_registration', '', 'one', '', $1, '', $1)""",
            now() - timedelta(days=3),
        )
        await connection.execute(
            """insert into anomaly (anomaly_id, register, source_unit, submission_id, kind, found, usual, opened_at)
               select gen_random_uuid(), register, '', submission_id, 'VOLUME', 1, 2, started_at from submission"""
        )
        await connection.execute(
            """insert into source (register, source_unit, record_type, delivered_at)
               values ('household_registration', '', 'household', $1)""",
            now() - timedelta(days=30),
        )
        await connection.execute(
            """insert into quarantine (submission_id, place, register, record_type, reason, reason_zh, reason_en)
               select submission_id, 1, register, '', 'MISSING_KEY', '', '' from submission"""
        )
        await connection.execute(
            """insert into run (run_id, source, register, started_by, attempt, finished_at, outcome, failing)
               values (gen_random_uuid(), 'one', '', '', 1, now(), 'FAILED', true)"""
        )
        await connection.execute(
            """insert into submission (submission_id, register, source_unit, idempotency_key, digest, stated_at, sender,
                                       failed_at, failure)
               values (gen_random_uuid(), 'health', '', 'two', '', $1, '', $1, $2)""",
            now() - timedelta(days=2),
            '{"code": "UNREADABLE_FILE", "message": "It is cut off.", "hint": "Send it again."}',
        )
    checks = await found(settings_of(hub))
    for name, told in {
        "submissions": "1 submissions",
        "anomalies": "1 of 1 open",
        "sources": "1 sources",
        "quarantine": "1 lines",
        "runs": "1 sources fail",
        "failures": "1 submissions have failed",
    }.items():
        assert (checks[name].level, checks[name].found.startswith(told)) == (Level.WARNING, True), checks[name]
        assert checks[name].advice
    code, output = call_hub("quality", **hub)
    assert (code, "(health) has failed: It is cut off. Send it again." in output) == (0, True), output
    code, output = call_hub("watch", **hub)
    assert (code, output.strip()) == (1, "1 anomalies open, 1 of them overdue; 1 sources late")
    code, output = call_hub("doctor", "--json", **hub)
    assert code == 1
    assert {check["name"]: check["level"] for check in json.loads(output)}["sources"] == "WARNING"


async def test_the_release_of_the_server_is_told_as_the_server_tells_it(hub: Environment, database: Database) -> None:
    async with database.connection() as connection:
        release = await connection.fetchval("select split_part(current_setting('server_version'), ' ', 1)")
    assert (await found(settings_of(hub)))["database"].found == f"PostgreSQL {release}"


async def test_a_failure_counts_until_its_source_has_delivered_again(hub: Environment, database: Database) -> None:
    async with database.connection() as connection:
        await connection.execute(
            """insert into submission (submission_id, register, source_unit, idempotency_key, digest, stated_at, sender,
                                       failed_at, failure, finished_at)
               values (gen_random_uuid(), 'health', '', 'one', '', now(), '', now(), '{}', null),
                      (gen_random_uuid(), 'health', '', 'two', '', now(), '', null, null, clock_timestamp()),
                      (gen_random_uuid(), 'health', 'other', 'one', '', now(), '', now(), '{}', null)"""
        )
    assert (await found(settings_of(hub)))["failures"].found.startswith("1 submissions")


async def test_what_keeps_a_hub_from_working_is_an_error_and_ends_there(
    hub: Environment, embedded_server: Server, tmp_path: Path
) -> None:
    nowhere = await found(settings_of(hub, database_url="postgresql://hub@127.0.0.1:1/nowhere"))
    assert nowhere["database"].level is Level.ERROR
    assert "migrations" not in nowhere
    keyless = await found(settings_of(hub, vault_key_file=str(tmp_path / "nowhere")))
    assert (keyless["keys"].level, "database" in keyless) == (Level.ERROR, False)
    assert (await found(settings_of(hub, model_dir=str(tmp_path / "nowhere"))))["model"].level is Level.ERROR
    async with temporary_database(embedded_server.url) as url:
        empty = await found(settings_of(hub, database_url=url))
        assert (empty["migrations"].level, "Run `hub migrate`." in empty["migrations"].advice) == (Level.ERROR, True)
    code, output = call_hub("doctor", **hub | {"HUB_VAULT_KEY_FILE": tmp_path / "nowhere"})
    assert (code, "no key file" in " ".join(output.split())) == (2, True), output


@pytest.mark.parametrize("setting", ["synchronous_commit"])
async def test_a_server_that_may_lose_what_it_acknowledged_is_an_error(
    hub: Environment, database_url: str, setting: str
) -> None:
    async with connect_directly(database_url) as connection:
        name = await connection.fetchval("select current_database()")
        await connection.execute(f"alter database {name} set {setting} = off")
    check = (await found(settings_of(hub)))["durability"]
    assert (check.level, check.found) == (Level.ERROR, f"{setting} of the server is off")
