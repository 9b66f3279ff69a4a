"""Commands that keep the keys of the identity vault: make them, copy them, give them successors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer

from hub import progress
from hub.cli.console import err, guarded, out, run, written
from hub.intake.resealing import drop, left_over, reseal, succeed
from hub.opening import bring_up_to_date, read_model
from hub.settings import Settings, load_settings
from hub.store.keyring import values_under
from hub.store.pool import Database, connect_database
from hub.vault.keys import backup_keys, load_keys

app = typer.Typer()
keys = typer.Typer(help="Make, back up and change the keys of the identity vault.", no_args_is_help=True)
app.add_typer(keys, name="keys", rich_help_panel="For the platform office that runs the hub")


@keys.command("backup")
def keys_backup(
    target: Annotated[Path, typer.Argument(help="The copy; an existing file is not overwritten.")],
) -> None:
    """Copy the key file of the identity vault. Without it, identity data is unreadable for ever: keep it apart."""
    settings = guarded(load_settings)
    written(target, lambda: backup_keys(settings.vault_key_path, target))
    out.print(f"Keys copied to {target}")


@keys.command("create")
def keys_create() -> None:
    """Make the key file where HUB_VAULT_KEY_FILE says, for a hub with a database of its own."""
    settings = guarded(load_settings)
    guarded(lambda: load_keys(settings.vault_key_path, create=True))
    out.print(f"Keys are in {settings.vault_key_path}")


@keys.command("list")
def keys_list() -> None:
    """Show the encryption keys of the key file, and how many values lie under each."""

    async def count(settings: Settings) -> dict[str, int]:
        async with _database(settings) as database:
            return await values_under(database)

    settings = guarded(load_settings)
    kept = guarded(lambda: load_keys(settings.vault_key_path, create=False))
    counts = run(count(settings))
    for key_id in dict.fromkeys([*kept.encryption, *counts]):
        standing = "seals" if key_id == kept.current else "opens" if key_id in kept.encryption else "is missing"
        out.print(f"{key_id}  {standing}  {counts.get(key_id, 0):,} values", highlight=False)


@keys.command("rotate")
def keys_rotate() -> None:
    """Add an encryption key to the key file, and seal what lies under the others anew with it.

    Others read and write meanwhile, and follow. Broken off, the same command goes on without another key. The exit code
    is 1 where values are left under other keys, for processes that do not see this key file go on sealing with those.
    """

    async def rotate(settings: Settings) -> tuple[str, int, int]:
        done = 0
        async with _database(settings) as database:
            vault = await succeed(database, settings.vault_key_path)
            with progress.counted(err, "Sealing") as advance:
                async for reached in reseal(database, vault):
                    done = reached.done
                    advance(done, reached.total)
            return vault.current, done, await left_over(database, vault)

    settings = guarded(load_settings)
    current, done, left = written(settings.vault_key_path, lambda: run(rotate(settings)))
    out.print(f"{done:,} values sealed anew with the key {current}; {left:,} left under others", highlight=False)
    out.print("Back up the key file now: `hub keys backup`")
    raise typer.Exit(1 if left else 0)


@keys.command("drop")
def keys_drop(key_id: Annotated[str, typer.Argument(help="An old key, as `hub keys list` shows it.")]) -> None:
    """Take an old encryption key out of the key file, once nothing lies under it.

    Backups of the database from before it was replaced need a backup of the key file of that time.
    """

    async def take_out(settings: Settings) -> None:
        async with _database(settings) as database:
            await drop(database, settings.vault_key_path, key_id)

    settings = guarded(load_settings)
    written(settings.vault_key_path, lambda: run(take_out(settings)))
    out.print(f"The key {key_id} is dropped", highlight=False)


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    """The database of the hub, brought up to date."""
    async with connect_database(settings) as database:
        await bring_up_to_date(database, read_model(settings))
        yield database
