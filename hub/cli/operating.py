"""Commands for the platform office that runs the hub: serve, migrate, bring up to the day, keep the keys."""

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.console import err, guarded, out, run, written
from hub.intake.due import publish_due
from hub.serve import bring_up_to_date, create_app, open_services, read_model, run_server
from hub.settings import Settings, load_settings
from hub.store.pool import connect_database
from hub.vault.keys import backup_keys, load_keys

app = typer.Typer()
PANEL = "For the platform office that runs the hub"
keys = typer.Typer(help="Make and back up the keys of the identity vault.", no_args_is_help=True)


@app.command(rich_help_panel=PANEL)
def serve() -> None:
    """Serve GraphQL, the explorer and the schema on HUB_HOST and HUB_PORT."""
    settings = guarded(load_settings)
    application = create_app(settings)
    guarded(lambda: run_server(application, settings, _announce))


def _announce(url: str) -> None:
    err.print(f"Serving {url}/graphql (explorer: {url}/explorer)", soft_wrap=True)


@app.command("migrate", rich_help_panel=PANEL)
def migrate_command() -> None:
    """Bring the database to this release: its schema, and the cards where their rule has changed."""

    async def bring(settings: Settings) -> list[str]:
        async with connect_database(settings) as database:
            return await bring_up_to_date(database, read_model(settings))

    applied = run(bring(guarded(load_settings)))
    out.print(f"Applied {', '.join(applied)}" if applied else "Nothing to apply")


@app.command(rich_help_panel=PANEL)
def due() -> None:
    """Publish what valid time alone has changed: to be run every day soon after midnight in Shanghai.

    Answers are right without it; it brings versions and the feed of changes up to the day.
    """

    async def publish(settings: Settings) -> int:
        async with open_services(settings) as services:
            return sum([count async for count in publish_due(services.database, services.model)])

    out.print(f"{run(publish(guarded(load_settings))):,} entities brought up to today")


app.add_typer(keys, name="keys", rich_help_panel=PANEL)


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
