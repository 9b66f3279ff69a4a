"""Real servers for the tests: one per session, and a fresh database per test, cloned from a migrated template."""

import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from hypothesis import settings as hypothesis_settings
from joserfc.jwk import OctKey

from adapters.uploading import Uploading
from graphql_schema.schema import HubSchema, build_schema
from graphql_schema.services import Services
from graphql_schema.trusted import read_trusted
from hub.catalog import Model, load_model
from hub.desk import Desk
from hub.identity import Budgets, LocalIssuer, open_accounts, open_gate
from hub.intake.catalog import fill_catalog
from hub.intake.submission import Intake
from hub.settings import Settings
from hub.stewardship.granting import fill_development_grants
from hub.store import embedded
from hub.store.migrate import migrate
from hub.store.pool import Database, connect_directly, open_pool
from hub.vault.cipher import Vault
from hub.vault.key_file import KeyFile
from tests.logs import access_log
from tests.properties import CI, THOROUGH

UNBUDGETED = Settings(points_per_minute=10**12, persons_per_hour=10**9)
"""Tests ask more in a minute than any agency may."""
IN_HASTE = ("fsync", "full_page_writes")
"""What a server of the tests does without: no test cuts the power."""
POSTGRESQL_15 = Path("/usr/lib/postgresql/15/bin")
MEMORY = Path("/dev/shm")  # noqa: S108 - each folder in it is made by tempfile
ROOM = 6 * 2**30
"""Bytes that all servers of a test run need at most."""

# Taken out of the environment, since the hub refuses settings that it does not know.
TEST_DATABASE_URL = os.environ.pop("HUB_TEST_DATABASE_URL", None)


def pytest_configure(config: pytest.Config) -> None:
    hypothesis_settings.load_profile(THOROUGH if config.option.markexpr == "slow" else CI)


@dataclass(frozen=True)
class Server:
    """A running server with a database that every migration has been applied to."""

    url: str
    template: str


def with_database(url: str, name: str) -> str:
    """The address of another database of the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def place_of_servers() -> Path | None:
    """Memory, where it has room and lets programs run: on a disk, databases that come and go cost twice the time."""
    if not MEMORY.is_dir():
        return None
    found = os.statvfs(MEMORY)
    has_room = found.f_bavail * found.f_frsize > ROOM
    return MEMORY if has_room and not found.f_flag & (os.ST_NOEXEC | os.ST_RDONLY) else None


@contextmanager
def open_folder() -> Iterator[Path]:
    """A new folder that a server's own user can enter, as pytest's folders are not."""
    with tempfile.TemporaryDirectory(prefix="hub-test-", dir=place_of_servers()) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@asynccontextmanager
async def migrated_server(url: str) -> AsyncIterator[Server]:
    async with temporary_database(url) as template:
        await migrate(template)
        async with opened(template, 1) as database:
            await fill_catalog(database, load_model())
            await fill_development_grants(database, load_model())
        yield Server(url, urlsplit(template).path.removeprefix("/"))


@asynccontextmanager
async def temporary_database(url: str, template: str = "template1") -> AsyncIterator[str]:
    name = f"hub_test_{uuid4().hex}"
    async with connect_directly(url) as connection:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield with_database(url, name)
    finally:
        async with connect_directly(url) as connection:
            await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def opened(url: str, pool_size: int = 5) -> AsyncIterator[Database]:
    """Connections to a database, which wait for each other as long as it takes."""
    database = await open_pool(Settings(pool_size=pool_size, acquire_timeout=60), url)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def fresh_database(server: Server, pool_size: int = 5) -> AsyncIterator[Database]:
    """Connections to a migrated database of one's own."""
    async with temporary_database(server.url, server.template) as url, opened(url, pool_size) as database:
        yield database


async def hurry(url: str, durable: str) -> None:
    """Have the tests' own server do without what only a power cut makes necessary, where ``durable`` is off."""
    if TEST_DATABASE_URL is not None:
        return
    async with connect_directly(url) as connection:
        for setting in IN_HASTE:
            await connection.execute(f"ALTER SYSTEM SET {setting} = {durable}")
        await connection.execute("SELECT pg_reload_conf()")
        while await connection.fetchval("SHOW fsync") != durable:
            pass


@pytest.fixture(scope="session")
async def embedded_server() -> AsyncIterator[Server]:
    """PostgreSQL as the hub ships it, or the server of HUB_TEST_DATABASE_URL."""
    if TEST_DATABASE_URL is not None:
        async with migrated_server(TEST_DATABASE_URL) as server:
            yield server
        return
    with open_folder() as folder:
        running = await embedded.start(Settings(data_dir=str(folder)))
        await hurry(running.url, "off")
        try:
            async with migrated_server(running.url) as server:
                yield server
        finally:
            await running.stop()


@pytest.fixture(scope="session")
def postgresql15_url() -> Iterator[str]:
    """The oldest PostgreSQL that the hub supports, from the distribution's package."""
    if not POSTGRESQL_15.is_dir():
        pytest.skip(f"PostgreSQL 15 is not installed ({POSTGRESQL_15})")
    account = "postgres" if os.geteuid() == 0 else None

    def run(program: str, *words: str) -> None:
        subprocess.run([POSTGRESQL_15 / program, *words], user=account, cwd="/", check=True, stdout=subprocess.DEVNULL)

    with open_folder() as folder:
        data = f"{folder}/data"
        if account is not None:
            subprocess.run(["chown", account, folder], check=True)
        run("initdb", "-D", data, "--username=hub", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c max_locks_per_transaction=256"
        options += "".join(f" -c {setting}=off" for setting in IN_HASTE)
        run("pg_ctl", "start", "-w", "-D", data, "-l", f"{folder}/log", "-o", options)
        yield f"postgresql://hub@/postgres?host={folder}"
        run("pg_ctl", "stop", "-w", "-m", "fast", "-D", data)


@pytest.fixture(scope="session")
async def postgresql15_server(postgresql15_url: str) -> AsyncIterator[Server]:
    async with migrated_server(postgresql15_url) as server:
        yield server


SERVERS = ("embedded_server", "postgresql15_server")
ONE_SERVER_IN_CI = pytest.mark.parametrize(
    "any_server", [SERVERS[0], pytest.param(SERVERS[1], marks=pytest.mark.slow)], indirect=True
)
"""For heavy tests of what hangs on the hub and hardly on the server: on the other one where slow tests are run."""


@pytest.fixture(scope="session", params=SERVERS)
def any_server(request: pytest.FixtureRequest) -> Server:
    """Each server in turn, for tests of what must not differ between them."""
    server: Server = request.getfixturevalue(request.param)
    return server


@pytest.fixture
async def database_url(embedded_server: Server) -> AsyncIterator[str]:
    """A migrated database of the test's own."""
    async with temporary_database(embedded_server.url, embedded_server.template) as url:
        yield url


@pytest.fixture
async def any_database_url(any_server: Server) -> AsyncIterator[str]:
    """A migrated database of the test's own, on each server in turn."""
    async with temporary_database(any_server.url, any_server.template) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Connections to the test's own database."""
    async with opened(database_url) as pool:
        yield pool


@pytest.fixture
async def any_database(any_database_url: str) -> AsyncIterator[Database]:
    """Connections to the test's own database, on each server in turn."""
    async with opened(any_database_url) as pool:
        yield pool


@pytest.fixture(scope="session")
def model() -> Model:
    """The shipped model."""
    return shipped_model()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault with keys of the test's own."""
    return Vault.under(KeyFile(tmp_path / "vault.keys", create=True))


@cache
def shipped_model() -> Model:
    """The shipped model, read once."""
    return load_model()


@lru_cache(maxsize=8)
def shipped_schema(settings: Settings) -> HubSchema:
    """The schema of the shipped model, which takes longer to build than most tests take."""
    return build_schema(shipped_model(), settings)


@pytest.fixture
def services(database: Database, model: Model, vault: Vault) -> Services:
    """The hub's rooms put together on a database of the test's own, with demonstration grants."""
    return services_on(database, model, vault)


def services_on(database: Database, model: Model, vault: Vault, settings: Settings = UNBUDGETED) -> Services:
    intake = Intake(database, model, vault)
    local = LocalIssuer(OctKey.import_key(b"a secret of these tests and of nothing else"))
    gate = open_gate(settings, database, local)
    return Services(
        settings=settings,
        model=model,
        schema=shipped_schema(settings) if model is shipped_model() else build_schema(model, settings),
        database=database,
        desk=Desk(database, model, vault, access_log(database)),
        intake=intake,
        gate=gate,
        accounts=open_accounts(gate, database),
        budgets=Budgets.of(settings, database),
        trusted=read_trusted(None),
        uploads=Uploading(intake, settings, settings.data_path / "uploads"),
    )
