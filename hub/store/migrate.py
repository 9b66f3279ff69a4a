"""Bring a database to the schema that this release expects.

Takes the address of the database itself (no transaction pooler) and the files ``NNNN_name.sql``; applies what is
missing, in order, each in a transaction of its own, and remembers what it applied with its checksum. The
database's roles then get their rights in what is new.
Never undoes a migration, and never goes on when an applied one has changed or is unknown.
"""

from collections.abc import Mapping
from hashlib import sha256
from importlib import resources
from pathlib import Path

from hub.errors import MigrationChanged
from hub.store.pool import DirectConnection, connect_directly

# The runner's own table comes before every migration and every named query, so its statements live here.
CREATE_TABLE = """
CREATE TABLE IF NOT EXISTS public.migration (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)"""
TABLE_EXISTS = "SELECT to_regclass('public.migration') IS NOT NULL"
READ_APPLIED = "SELECT name, checksum FROM public.migration ORDER BY name"
CAN_GRANT = "SELECT to_regprocedure('public.grant_roles()') IS NOT NULL"
GRANT_ROLES = "SELECT public.grant_roles()"
RECORD_APPLIED = "INSERT INTO public.migration (name, checksum) VALUES ($1, $2)"

QUEUE_SECONDS = 3600
LIMITS = "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '10min'"
_LOCK = int.from_bytes(sha256(b"jizhun migrations").digest()[:8], signed=True)


async def migrate(url: str, directory: Path | None = None) -> list[str]:
    """Apply what is missing and give its names; of two at once the second waits, then finds nothing to do."""
    files = _files(directory)
    async with connect_directly(url) as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK, timeout=QUEUE_SECONDS)
        await connection.execute(CREATE_TABLE)
        missing = _missing(files, await _applied(connection))
        for name in missing:
            await _apply(connection, name, files[name])
        if missing and await connection.fetchval(CAN_GRANT):
            await connection.execute(GRANT_ROLES)
        return missing


async def pending(url: str, directory: Path | None = None) -> list[str]:
    """The names of the migrations that ``migrate`` would apply."""
    async with connect_directly(url) as connection:
        applied = await _applied(connection) if await connection.fetchval(TABLE_EXISTS) else {}
        return _missing(_files(directory), applied)


def _files(directory: Path | None) -> Mapping[str, str]:
    folder = resources.files("migrations") if directory is None else directory
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return {file.name.removesuffix(".sql"): file.read_text(encoding="utf-8") for file in files}


def _missing(files: Mapping[str, str], applied: Mapping[str, str]) -> list[str]:
    for name, checksum in applied.items():
        if name not in files or _checksum(files[name]) != checksum:
            raise MigrationChanged(name=name)
    return [name for name in files if name not in applied]


def _checksum(text: str) -> str:
    return sha256(text.encode()).hexdigest()


async def _applied(connection: DirectConnection) -> dict[str, str]:
    return {row["name"]: row["checksum"] for row in await connection.fetch(READ_APPLIED)}


async def _apply(connection: DirectConnection, name: str, text: str) -> None:
    async with connection.transaction():
        await connection.execute(LIMITS)
        await connection.execute(text)
        await connection.execute(RECORD_APPLIED, name, _checksum(text))
