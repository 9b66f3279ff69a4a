"""Commands that keep the keys of the identity vault: make them, copy them, give them successors."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from graphql_schema.global_id import parse_global_id
from hub import progress
from hub.access import Decision, Role, Viewer
from hub.cli.console import err, guarded, out, run, written
from hub.cli.opened import with_hub
from hub.clock import now
from hub.desk.entry import entry_of
from hub.exports.holding import ending_holders
from hub.intake.delivery import check_name
from hub.intake.reindexing import reindex
from hub.intake.resealing import Progress, Unreadable, drop, left_over, rewrap, rotate
from hub.intake.shredding import Shredded, shred, standing
from hub.opening import Hub, bring_up_to_date, read_model
from hub.settings import Settings, load_settings
from hub.store.keyring import values_under
from hub.store.pool import Database, connect_database
from hub.store.shredding import shreddings
from hub.vault.key_file import open_key_file
from hub.vault.services import key_services
from hub.vault.suites import Suite

MOST_TOLD = 20
"""How many values that do not open are named."""
NOTHING = Decision(frozenset(), frozenset())
"""What is read of a subject that is shredded."""

app = typer.Typer()
keys = typer.Typer(help="Make, back up and change the keys of the identity vault.", no_args_is_help=True)
app.add_typer(keys, name="keys", rich_help_panel="For the platform office that runs the hub")


@keys.command("backup")
def keys_backup(
    target: Annotated[Path, typer.Argument(help="The copy; an existing file is not overwritten.")],
) -> None:
    """Copy the key file of the identity vault. Without it, identity data is unreadable for ever: keep it apart.

    A copy of one that a token wraps opens with that token only, or with another that holds the same key.
    """
    settings = guarded(load_settings)
    written(target, lambda: open_key_file(settings).backup(target))
    out.print(f"Keys copied to {target}")


@keys.command("create")
def keys_create() -> None:
    """Make the key file where HUB_VAULT_KEY_FILE says, for a hub with a database of its own.

    HUB_KEY_SERVICE says what wraps it.
    """
    settings = guarded(load_settings)
    guarded(lambda: open_key_file(settings, create=True))
    out.print(f"Keys are in {settings.vault_key_path}")


@keys.command("list")
def keys_list() -> None:
    """Show the encryption keys of the key file, how many values lie under each, and what wraps the file."""

    async def count(settings: Settings) -> dict[str, int]:
        async with _database(settings) as database:
            return await values_under(database)

    settings = guarded(load_settings)
    file = guarded(lambda: open_key_file(settings))
    kept, counts = file.keys, run(count(settings))
    for key_id in dict.fromkeys([*kept.encryption, *counts]):
        standing = "seals" if key_id == kept.current else "opens" if key_id in kept.encryption else "is missing"
        held = f"{counts.get(key_id, 0):,} values"
        out.print("  ".join((key_id, standing, held, kept.sort(key_id))).rstrip(), highlight=False)
    wrapped_by = guarded(lambda: file.wrapped_by)
    for key_id in guarded(lambda: key_services(settings).ids()):
        out.print(
            f"{key_id}  {'wraps the key file' if key_id == wrapped_by else 'wraps nothing here'}", highlight=False
        )


@keys.command("rewrap")
def keys_rewrap() -> None:
    """Have a new key of the service that HUB_KEY_SERVICE names wrap the key file; with `file` it lies as it is again.

    Processes that serve follow, if their settings let them reach that service. What wrapped the file before still opens
    older copies of it, until `hub keys drop` destroys it.
    """

    async def work(settings: Settings) -> None:
        async with _database(settings) as database:
            await rewrap(database, open_key_file(settings))

    settings = guarded(load_settings)
    written(settings.vault_key_path, lambda: run(work(settings)))
    wrapped_by = guarded(lambda: open_key_file(settings).wrapped_by)
    out.print(f"{settings.vault_key_path} is wrapped by {wrapped_by or 'nothing'}", highlight=False)
    out.print("Back up the key file now: `hub keys backup TARGET`")


@keys.command("reindex")
def keys_reindex() -> None:
    """Lay another key over the one that look-ups are made with, and move all of them to it.

    Others read and write meanwhile, and follow. Broken off, the same command goes on without another key.
    """

    async def work(settings: Settings) -> int:
        async with _database(settings) as database:
            with progress.counted(err, "Moving") as advance:
                return await reindex(database, open_key_file(settings), advance)

    settings = guarded(load_settings)
    moved = written(settings.vault_key_path, lambda: run(work(settings)))
    out.print(f"{moved:,} look-ups moved under a new key", highlight=False)
    out.print("Back up the key file now: `hub keys backup TARGET`")


@keys.command("rotate")
def keys_rotate() -> None:
    """Add an encryption key to the key file, and seal what lies under the others anew with it.

    Others read and write meanwhile, and follow. Broken off, the same command goes on without another key. The exit code
    is 1 where values are left under other keys: because they do not open, or because processes that do not see this key
    file go on sealing with those.
    """

    async def work(settings: Settings) -> tuple[Progress, int]:
        file, suite = open_key_file(settings), Suite(settings.vault_suite)
        async with _database(settings) as database:
            with progress.counted(err, "Sealing") as advance:
                reached = await rotate(database, file, suite, lambda one: advance(one.done, one.total))
            return reached, await left_over(database, file)

    settings = guarded(load_settings)
    reached, left = written(settings.vault_key_path, lambda: run(work(settings)))
    current = guarded(lambda: open_key_file(settings)).keys.current
    out.print(
        f"{reached.done:,} values sealed anew with the key {current}; {left:,} left under others", highlight=False
    )
    out.print("Back up the key file now: `hub keys backup TARGET`")
    _tell_of(reached.unreadable)
    raise typer.Exit(1 if left else 0)


def _told(row: asyncpg.Record) -> str:
    """An order to shred, in words."""
    done = f"done {row['done_at']:%F} with {row['approved_by']}" if row["done_at"] else "waits for a second one"
    return f"{row['entity_id']}  {row['ordered_at']:%F} {row['ordered_by']}  {done}  {row['reason']}"


def _tell_of(unreadable: Collection[Unreadable]) -> None:
    """Say which values do not open, by where they lie."""
    if not unreadable:
        return
    err.print(f"error: {len(unreadable):,} values do not open, and stay as they are:", style="bold red")
    for one in sorted(unreadable, key=lambda one: (one.table, one.context))[:MOST_TOLD]:
        err.print(f"{one.table}  {one.context}  under {one.key_id}", highlight=False)
    if len(unreadable) > MOST_TOLD:
        err.print(f"and {len(unreadable) - MOST_TOLD:,} more")
    err.print(
        "Restore them from a backup of the database, or the key from a backup of the key file; then run it again."
    )


@keys.command("drop")
def keys_drop(key_id: Annotated[str, typer.Argument(help="An old key, as `hub keys list` shows it.")]) -> None:
    """Take an old encryption key out of the key file, or one that wraps nothing here out of its service.

    An encryption key goes once nothing lies under it; backups of the database from before need a backup of the key file
    of their time. Copies of the key file that were wrapped by a key of a service open nowhere once that is dropped.
    """

    async def take_out(settings: Settings) -> None:
        async with _database(settings) as database:
            await drop(database, open_key_file(settings), key_id)

    settings = guarded(load_settings)
    written(settings.vault_key_path, lambda: run(take_out(settings)))
    out.print(f"The key {key_id} is dropped", highlight=False)


@keys.command("shred")
def keys_shred(
    entity: Annotated[str, typer.Argument(help="The subject, by its id in the schema.")],
    by: Annotated[str, typer.Option("--by", help="Who says so; it is kept.")],
    reason: Annotated[str, typer.Option("--reason", help="The decision on which it rests; it is kept.")],
) -> None:
    """Destroy what the vault keeps of one subject, for good: its numbers, and refused lines about it.

    Two security administrators give this command, each in their own name: the first orders it, the second has it done.
    Exports that hold one of the numbers are ended. What registers say of the subject stays, and who looked at it.
    """
    for option, text in (("--by", by), ("--reason", reason)):
        guarded(partial(check_name, option, text))
    _, named = guarded(lambda: parse_global_id(entity))

    async def work(hub: Hub) -> Shredded | None:
        entity_id = await standing(hub.database, named)
        viewer = Viewer(agency="hub", officer=by, roles=frozenset({Role.SECURITY_ADMINISTRATOR}))
        await hub.desk.log.keep(entry_of(viewer, "shred", NOTHING, now(), [entity_id]))
        around = partial(ending_holders, hub.desk)
        return await shred(hub.database, open_key_file(hub.settings), entity_id, by, reason, around)

    shredded = with_hub(work)
    if shredded is None:
        out.print("It is ordered; another security administrator gives the same command to have it done.")
        return
    out.print(f"{shredded.numbers:,} numbers and {shredded.lines:,} refused lines are destroyed", highlight=False)
    out.print(
        "Copy the key file to every machine, back it up anew, and destroy all older copies of it: they open backups."
    )


@keys.command("shreddings")
def keys_shreddings() -> None:
    """List the orders to shred, the latest first: of whom, by whom, why, and whether they are carried out."""

    async def read(hub: Hub) -> list[str]:
        async with hub.database.connection() as connection:
            rows = await shreddings(connection)
        return [_told(row) for row in rows]

    lines = with_hub(read)
    for line in lines:
        out.print(line, highlight=False, markup=False, soft_wrap=True)
    if not lines:
        out.print("Nothing was ordered to be shredded.")


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    """The database of the hub, brought up to date."""
    async with connect_database(settings) as database:
        await bring_up_to_date(database, read_model(settings))
        yield database
