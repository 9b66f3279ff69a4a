"""The application may do what it needs in the database and no more; the auditor may read the logs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from hub.catalog import Model
from hub.clock import today
from hub.store.access_log import make_months
from hub.store.pool import Database, connect_directly
from hub.vault.cipher import Vault
from tests.audit.entries import entry
from tests.conftest import Server, opened, services_on, temporary_database
from tests.logs import access_log
from tests.people import id_number
from tests.served import Api, served

PERSON = id_number(1)


@asynccontextmanager
async def database_as(role: str, url: str) -> AsyncIterator[Database]:
    """The database of ``url`` as a login sees it that has a role and nothing else."""
    name, secret = f"hub_test_{uuid4().hex}", uuid4().hex
    parts = urlsplit(url)
    async with connect_directly(url) as owner:
        await owner.execute(f"create role {name} login password '{secret}' in role {role}")
    try:
        netloc = f"{name}:{secret}@{parts.netloc.rpartition('@')[2]}"
        async with opened(parts._replace(netloc=netloc).geturl(), 3) as database:
            yield database
    finally:
        async with connect_directly(url) as owner:
            await owner.execute(f"drop role {name}")


@pytest.fixture(scope="module")
async def application(any_server: Server) -> AsyncIterator[Database]:
    """A database in which something was logged, as the hub's own login sees it, on each server in turn."""
    async with (
        temporary_database(any_server.url, any_server.template) as url,
        database_as("hub_application", url) as database,
    ):
        await access_log(database).keep(entry())
        yield database


async def refused(database: Database, statement: str) -> bool:
    async with database.connection() as connection:
        try:
            await connection.execute(statement)
        except asyncpg.InsufficientPrivilegeError:
            return True
    return False


async def test_the_application_takes_in_answers_and_logs_with_its_role_alone(
    any_database_url: str, model: Model, vault: Vault
) -> None:
    async with database_as("hub_application", any_database_url) as database:
        services = services_on(database, model, vault)
        async with served(services) as client:
            api = Api(client, services)
            await api.office.household({"idNumber": PERSON, "name": "王小明"})
            query = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { name idNumber } }"
            answer = await api.data(query, {"id": PERSON})
            assert answer["naturalPerson"]["name"] == "王小明"
        async with database.connection() as connection:
            assert await connection.fetchval("select count(*) from audit.access_log") == 1
            assert await make_months(connection, today()) >= 3


@pytest.mark.parametrize(
    "statement",
    [
        "update audit.access_log set officer = 'nobody'",
        "delete from audit.access_log",
        "truncate audit.access_log",
        "alter table audit.access_log drop constraint access_log_pkey",
        "alter table audit.access_log disable trigger all",
        "drop table audit.access_log",
        "drop table audit.access_log_other",
        "update audit.access_log_other set officer = 'nobody'",
        "delete from audit.access_log_other",
        "insert into audit.access_log_other select * from audit.access_log",
        "set session_replication_role = replica",
        "update audit.session_event set officer = 'nobody'",
        "delete from audit.session_event",
        "create table audit.mine (id integer)",
        "create table mine (id integer)",
        "update migration set checksum = ''",
        "select grant_roles()",
    ],
)
async def test_the_application_can_change_nothing_that_was_logged(application: Database, statement: str) -> None:
    assert await refused(application, statement)


async def test_the_auditor_reads_the_logs_and_nothing_of_anybody(any_database_url: str) -> None:
    async with database_as("hub_auditor", any_database_url) as database:
        for allowed in ("audit.access_log", "audit.session_event"):
            assert not await refused(database, f"select * from {allowed}")  # noqa: S608 - our own names
        for denied in ("view", "state", "card", "vault.identifier", "vault.key", "identity.session", "webhook"):
            assert await refused(database, f"select * from {denied}"), denied  # noqa: S608 - our own names
        assert await refused(database, "delete from audit.access_log")


@pytest.mark.parametrize("statement", ["update audit.access_log set officer = ''", "delete from audit.access_log"])
async def test_even_the_owner_has_to_mean_it(any_database: Database, statement: str) -> None:
    await access_log(any_database).keep(entry())
    async with any_database.connection() as connection:
        with pytest.raises(asyncpg.RaiseError, match="only added"):
            await connection.execute(statement)


async def test_rights_may_be_given_again_and_again(any_database: Database) -> None:
    async with any_database.connection() as connection:
        for _ in range(2):
            await connection.execute("select grant_roles()")
