"""Commands for the platform office that runs the hub: migrate, bring up to the day, work out anew."""

from typing import Annotated

import typer

from hub import progress
from hub.cli.console import err, guarded, out, run
from hub.intake.due import publish_due
from hub.opening import bring_up_to_date, open_hub, read_model
from hub.rebuilding import Progress, cores, rebuild
from hub.settings import Settings, load_settings
from hub.store import budgets, sessions
from hub.store.pool import connect_database
from hub.store.rebuilds import Difference, differences

app = typer.Typer()
PANEL = "For the platform office that runs the hub"
MOST_SHOWN = 1_000


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

    Answers are right without it; it brings versions and the feed of changes up to the day, and forgets old sessions.
    """

    async def publish(settings: Settings) -> int:
        async with open_hub(settings) as hub:
            async with hub.database.connection() as connection:
                await sessions.forget(connection)
                await budgets.forget(connection)
            return sum([count async for count in publish_due(hub.database, hub.model)])

    out.print(f"{run(publish(guarded(load_settings))):,} entities brought up to today")


@app.command("rebuild", rich_help_panel=PANEL)
def rebuild_command(
    repair: Annotated[
        bool, typer.Option("--repair", help="Publish what differs as a new version, instead of only telling of it.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes that work at once; by default one a core.")
    ] = None,
) -> None:
    """Work out every view, card and discrepancy anew from what was said, and compare them with what stands.

    Others read and write meanwhile; broken off, the same command goes on. What differs is told by entity id and the
    names of items, and the exit code is 1 then, unless it was put right.
    """

    async def compare(settings: Settings) -> tuple[Progress, list[Difference], int]:
        async with open_hub(settings) as hub:
            with progress.counted(err, "Rebuilding") as advance:
                going = rebuild(settings, hub.database, hub.model, repairs=repair, workers=workers or cores())
                async for reached in going:
                    advance(reached.done, reached.total)
            async with hub.database.connection() as connection:
                return reached, *await differences(connection, reached.rebuild_id, MOST_SHOWN)

    reached, found, total = run(compare(guarded(load_settings)))
    for one in found:
        out.print(f"{one.entity_id}: {', '.join(one.items)}", markup=False, highlight=False, soft_wrap=True)
    if total > len(found):
        out.print(f"and {total - len(found):,} more")
    what = f"of which {total:,} {'were put right' if repair else 'stand otherwise'}" if total else "all as they stand"
    out.print(f"{reached.done:,} entities worked out anew, {what}")
    raise typer.Exit(1 if total and not repair else 0)
