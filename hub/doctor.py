"""Examine a hub: the machine, the keys, the model, the database and what has to be dealt with.

Takes settings; gives one ``Check`` for each thing looked at, with what to do where it is not as it should be. Changes
nothing, and goes on past what it finds: what cannot be looked at because of it is left out.
"""

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import asyncpg

from hub.catalog import Model, content_of, differences, overlaid
from hub.clock import now, today
from hub.errors import HubError
from hub.intake.chunk import MOST_LOCKS
from hub.opening import read_model
from hub.settings import Settings
from hub.stewardship.anomalies import DUE_WITHIN, REPORTED_WITHIN
from hub.stewardship.expected import expectations
from hub.stewardship.working_days import WorkingDays, read_working_days
from hub.store import health, keyring, quality
from hub.store.catalogs import Catalogs, outstanding
from hub.store.migrate import pending
from hub.store.pool import Connection, Database, connect_database, connect_directly
from hub.store.shredding import shreddings
from hub.store.statistics import outgrown
from hub.store.webhooks import all_webhooks
from hub.vault.key_file import KeyFile, open_key_file
from hub.vault.keys import VaultKeys
from hub.vault.subjects import path_of
from hub.webhooks import WebhookState
from hub.webhooks.webhook import webhook_of

LITTLE_DISK, NO_DISK = 0.10, 0.02
"""The shares of a disk that are little and next to nothing."""
SOME_SKEW, MUCH_SKEW = timedelta(seconds=1), timedelta(minutes=1)
LEAST_WRITERS = 4
"""Writers at once that the server's table of locks should bear."""
_CONCERNS = {
    "VAULT_KEY_MISSING": "keys",
    "KEY_SERVICE_UNUSABLE": "key service",
    "INVALID_SETTING": "calendar",
    "MIGRATION_CHANGED": "migrations",
}
"""Which check an error ends that keeps the hub from being looked at any further."""


class Level(StrEnum):
    """How grave a check is."""

    OK = "OK"
    WARNING = "WARNING"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what was found, and what to do about it where it is not as it should be."""

    name: str
    level: Level
    found: str
    advice: str = ""


async def examine(settings: Settings) -> AsyncIterator[Check]:
    """Every check, each as soon as it is made."""
    yield _disk(settings.data_path)
    try:
        model = read_model(settings)
    except HubError as error:
        yield Check("model", Level.ERROR, error.message, error.hint)
        return
    yield Check("model", Level.OK, f"{len(model.registers)} registers, {len(model.records)} record types")
    try:
        calendar = read_working_days(settings.holidays_path)
        yield _calendar(calendar)
        file = open_key_file(settings)
        keys = file.keys
        yield _keys(settings.vault_key_path, keys)
        yield _key_service(settings, file)
        async with connect_database(settings) as database:
            async for check in _of_database(database, settings, model, calendar, keys):
                yield check
    except HubError as error:
        yield Check(_CONCERNS.get(error.code, "database"), Level.ERROR, error.message, error.hint)


async def _of_database(
    database: Database, settings: Settings, model: Model, calendar: WorkingDays, keys: VaultKeys
) -> AsyncIterator[Check]:
    """What the database shows; nothing of its tables where migrations are missing."""
    async with database.connection() as connection:
        yield Check("database", Level.OK, f"PostgreSQL {_release(connection.get_server_version())}")
        for check in _server(await health.server(connection), settings):
            yield check
    if missing := await pending(database.direct_url):
        yield Check("migrations", Level.ERROR, f"{', '.join(missing)} are missing", "Run `hub migrate`.")
        return
    yield Check("migrations", Level.OK, "all are applied")
    async with database.connection() as connection:
        yield _role(await health.own_role(connection))
        kept = [row for row in await shreddings(connection) if row["done_at"] and _opens(keys, row["entity_id"])]
        advice = "It is an older copy: restore the newest, or have `hub keys shred` given anew by two people."
        yield _counted("shredded", len(kept), "subjects that were shredded have keys in the key file again", advice)
    await keyring.check(database, keys)
    yield Check("keyring", Level.OK, "the database was written with these keys")
    async with connect_directly(database.direct_url) as owner:
        yield _counted(
            "statistics",
            len(await outgrown(owner)),
            "tables have outgrown their statistics",
            "PostgreSQL gathers them by itself; if they stay, see that autovacuum is on, or run `analyze`.",
        )
    async with database.connection() as connection:
        yield await _catalog(connection, model)
        async for check in _left_to_do(connection, model, calendar):
            yield check


async def _left_to_do(connection: Connection, model: Model, calendar: WorkingDays) -> AsyncIterator[Check]:
    """What somebody has to deal with."""
    yield _counted(
        "submissions",
        await health.unfinished(connection),
        "submissions were begun more than an hour ago and are not finished",
        "Send them again, they go on where they stopped; `hub watch` finishes those from quarantine.",
    )
    yield _counted(
        "failures",
        await health.failed(connection),
        "submissions have failed, and their sources have delivered nothing since",
        "`hub quality` says why; mended and sent again, they go on where they stopped.",
    )
    waiting = sum(int(row["quarantine"]) for row in await quality.standing(connection))
    yield _counted("quarantine", waiting, "lines are open in quarantine", "`hub quarantine` lists them.")
    webhooks = [webhook_of(row).state for row in await all_webhooks(connection)]
    ill = sum(state in (WebhookState.FAILING, WebhookState.SUSPENDED) for state in webhooks)
    yield _counted("webhooks", ill, f"of {len(webhooks)} webhooks take nothing", "`hub webhooks list` says why.")
    failing = await health.failing(connection)
    yield _counted("runs", len(failing), "sources fail", f"`hub sources` says why: {', '.join(failing)}.")
    heard = await quality.heard(connection, None)
    late = sum(one.is_late for one in expectations(model, heard, calendar, today()))
    yield _counted("sources", late, "sources are late", "`hub duties --late` lists them; remind their departments.")
    found = await quality.anomalies(connection, None, None, None, 1_000, is_open=True)
    overdue = [
        one
        for one in found
        if one.opened_at + DUE_WITHIN < now() or (not one.reported_at and one.opened_at + REPORTED_WITHIN < now())
    ]
    yield _counted(
        "anomalies", len(overdue), f"of {len(found)} open anomalies are overdue", "`hub anomalies` lists them."
    )


def _disk(folder: Path) -> Check:
    """How much is left where the hub keeps its data."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    usage = shutil.disk_usage(there)
    share = usage.free / usage.total
    level = Level.ERROR if share < NO_DISK else Level.WARNING if share < LITTLE_DISK else Level.OK
    found = f"{usage.free / 2**30:,.1f} GiB of {usage.total / 2**30:,.1f} GiB are free at {folder}"
    return Check("disk", level, found, "" if level is Level.OK else "Make room, or move HUB_DATA_DIR to a larger disk.")


def _calendar(calendar: WorkingDays) -> Check:
    """Whether the holidays are known that duties of the next months hang on."""
    if calendar.is_announced(today() + timedelta(days=31)):
        return Check("calendar", Level.OK, f"holidays are known until {max(calendar.announced)}")
    advice = (
        "Name the announced holidays in HUB_HOLIDAYS_FILE, or take a newer release; till then weekends count alone."
    )
    return Check("calendar", Level.WARNING, f"holidays are known until {max(calendar.announced)} only", advice)


def _release(version: asyncpg.ServerVersion) -> str:
    """A release as PostgreSQL writes it: since 10 in two numbers, the second of which asyncpg keeps as the third."""
    return f"{version.major}.{version.micro}"


def _server(row: asyncpg.Record, settings: Settings) -> Iterator[Check]:
    """What the server's settings and its clock are like."""
    writers = row["locks"] // MOST_LOCKS
    if writers < LEAST_WRITERS:
        found = f"{row['locks']:,} locks are enough for {writers} writers at once"
        yield Check("locks", Level.WARNING, found, "Raise max_locks_per_transaction of the server to 256.")
    else:
        yield Check("locks", Level.OK, f"{row['locks']:,} locks, enough for {writers} writers at once")
    unsafe = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if not row[name]]
    if unsafe:
        advice = "Switch them on: what the hub acknowledged may be lost when the server crashes."
        yield Check("durability", Level.ERROR, f"{', '.join(unsafe)} of the server is off", advice)
    else:
        yield Check("durability", Level.OK, "the server keeps what it acknowledges")
    yield _clock(row["at"] - now())
    advice = "Drop them, or have their readers go on: the server keeps what they have not read until its disk is full."
    yield _counted("replication", row["idle_slots"], "replication slots are read by nobody", advice)


def _clock(skew: timedelta) -> Check:
    """How far the clocks of hub and database differ; the time of the question itself counts in."""
    level = Level.ERROR if abs(skew) > MUCH_SKEW else Level.WARNING if abs(skew) > SOME_SKEW else Level.OK
    advice = "" if level is Level.OK else "Have both machines follow one time server: known time is the database's."
    found = f"the database's clock differs by {abs(skew.total_seconds()):.1f} s"
    return Check("clock", level, found, advice)


def _keys(path: Path, keys: VaultKeys) -> Check:
    """Whether a subject's key could be destroyed by itself; that the file is private was seen when it was read."""
    if keys.common:
        advice = "Run `hub keys rotate`, then `hub keys drop` for each: until then nobody can be shredded."
        return Check("keys", Level.WARNING, f"{path} has keys that are one for all: {', '.join(keys.common)}", advice)
    if not keys.blind_index.is_settled:
        return Check("keys", Level.WARNING, "look-ups lie under two keys", "Run `hub keys reindex` to its end.")
    return Check("keys", Level.OK, f"{path} can be read by nobody else")


def _key_service(settings: Settings, file: KeyFile) -> Check:
    """What keeps the key file secret, and whether that is what the settings choose."""
    wrapped_by = file.wrapped_by
    found = (
        f"the key file is wrapped by {wrapped_by}" if wrapped_by else "the key file lies as it is, for its owner alone"
    )
    if file.service != settings.key_service:
        advice = f"Run `hub keys rewrap` to have {settings.key_service} keep it, or set HUB_KEY_SERVICE."
        return Check("key service", Level.WARNING, found, advice)
    return Check("key service", Level.OK, found)


def _opens(keys: VaultKeys, entity_id: UUID) -> bool:
    return path_of(entity_id.bytes) not in keys.shredded


def _role(row: asyncpg.Record) -> Check:
    """Whether the hub could change what was logged."""
    if row["may_alter_log"]:
        advice = (
            "Have HUB_DATABASE_URL name a login in the role hub_application, and HUB_DATABASE_DIRECT_URL the owner."
        )
        return Check(
            "role", Level.WARNING, f"the hub is {row['name']}, which may change and delete what was logged", advice
        )
    return Check("role", Level.OK, f"the hub is {row['name']}, which can only add to the logs")


async def _catalog(connection: Connection, model: Model) -> Check:
    """Which version of the catalog is in force, and whether the model says otherwise."""
    catalog = await Catalogs(model).in_force(connection)
    changed = len(list(differences(catalog.content, overlaid(content_of(model), catalog.content))))
    if changed:
        found = f"version {catalog.number} is in force, and the model says {changed} things otherwise"
        return Check("catalog", Level.WARNING, found, "Look at `hub catalog diff`, then run `hub catalog draft`.")
    if await outstanding(connection):
        found = f"not all entities follow version {catalog.number}"
        return Check("catalog", Level.WARNING, found, "Run `hub catalog remerge`.")
    return Check("catalog", Level.OK, f"version {catalog.number} is in force")


def _counted(name: str, count: int, what: str, advice: str) -> Check:
    """A check of what should not be there at all."""
    if count:
        return Check(name, Level.WARNING, f"{count:,} {what}", advice)
    return Check(name, Level.OK, f"no {what}" if not what.startswith("of ") else f"none {what}")
