"""Commands for webhooks: deliver them, and see how they all fare."""

import asyncio
from contextlib import suppress

import asyncpg
import typer
from rich.table import Column, Table

from graphql_schema.global_id import global_id
from hub import telemetry
from hub.cli.console import err, guarded, out, run, until_stopped
from hub.opening import open_hub
from hub.settings import Settings, load_settings
from hub.store.webhooks import all_webhooks
from hub.webhooks.delivering import Deliverer
from hub.webhooks.posting import open_poster
from hub.webhooks.webhook import webhook_of

app = typer.Typer()
webhooks = typer.Typer(help="Deliver webhooks, and see how they fare.", no_args_is_help=True)
app.add_typer(webhooks, name="webhooks", rich_help_panel="For the platform office that runs the hub")
COLUMNS = ("webhook", "agency", "address", "state", "failure", "dead letters")


@webhooks.command("deliver")
def deliver() -> None:
    """Post changes to webhooks until stopped. Several at once share the work; one that is killed loses nothing."""
    settings = guarded(load_settings)
    telemetry.start_logging(settings.log_level)
    run(_deliver(settings))


async def _deliver(settings: Settings) -> None:
    stopped = until_stopped()
    async with open_hub(settings) as hub, open_poster(settings) as poster:
        delivering = asyncio.create_task(Deliverer(hub.desk, settings, poster, global_id).run())
        stopping = asyncio.create_task(stopped.wait())
        err.print("Delivering webhooks")
        await asyncio.wait([delivering, stopping], return_when=asyncio.FIRST_COMPLETED)
        for task in (stopping, delivering):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await delivering


@webhooks.command("list")
def list_command() -> None:
    """List the webhooks of all agencies and how they fare."""

    async def find(settings: Settings) -> list[asyncpg.Record]:
        async with open_hub(settings) as hub, hub.database.connection() as connection:
            return await all_webhooks(connection)

    table = Table(*(Column(title, overflow="fold") for title in COLUMNS))
    rows = run(find(guarded(load_settings)))
    for row in rows:
        webhook = webhook_of(row)
        told = (webhook.viewer.agency, webhook.url, webhook.state, webhook.failure or "", f"{row['letters']:,}")
        table.add_row(str(webhook.webhook_id), *told)
    out.print(table if rows else "There are no webhooks.")
