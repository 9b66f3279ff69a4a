"""Commands for the platform office that publishes the catalog: compare it with the model, publish, re-merge."""

from typing import Annotated

import typer

from hub import progress
from hub.catalog import Difference, content_of, differences, in_words, overlaid
from hub.cli.console import err, guarded, out, run
from hub.intake.batches import MOST_ENTITIES
from hub.intake.catalog import publish_catalog
from hub.intake.remerge import remerge
from hub.serve import open_services
from hub.settings import Settings, load_settings

app = typer.Typer()
catalog = typer.Typer(help="Compare the catalog with the model, publish it, follow it.", no_args_is_help=True)
app.add_typer(catalog, name="catalog", rich_help_panel="For the platform office that runs the hub")


@catalog.command("diff")
def diff() -> None:
    """Show what the model says otherwise than the catalog in force; a model alone changes no catalog."""

    async def compare(settings: Settings) -> list[Difference]:
        async with open_services(settings) as services, services.database.connection() as connection:
            catalog = await services.intake.publisher.catalogs.in_force(connection)
            return list(differences(catalog.content, overlaid(content_of(services.model), catalog.content)))

    found = run(compare(guarded(load_settings)))
    for difference in found:
        out.print(difference.subject, markup=False, highlight=False, style="bold")
        for sign, said in (("-", difference.before), ("+", difference.after)):
            for line in in_words(said):
                out.print(f"{sign} {line}", markup=False, highlight=False, soft_wrap=True)
    out.print(f"{len(found)} differences" if found else "The catalog in force says what the model says.")


@catalog.command("publish")
def publish(
    reason: Annotated[str, typer.Option(help="Why, with its legal basis; it is kept.")],
    officer: Annotated[str, typer.Option(help="Who publishes it.")] = "hub catalog publish",
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Leave it to the servers to follow.")] = False,
) -> None:
    """Publish what the model says as the next version of the catalog."""

    async def make(settings: Settings) -> int | None:
        async with open_services(settings) as services:
            async with services.database.connection() as connection:
                catalog = await services.intake.publisher.catalogs.in_force(connection)
            content = overlaid(content_of(services.model), catalog.content)
            if content == catalog.content:
                return None
            return await publish_catalog(services.database, catalog.number, content, officer, reason)

    number = run(make(guarded(load_settings)))
    out.print(f"Version {number} is in force" if number else "The catalog in force says what the model says.")
    if not no_wait:
        remerge_command(MOST_ENTITIES)


@catalog.command("remerge")
def remerge_command(
    at_once: Annotated[
        int, typer.Option(min=1, max=MOST_ENTITIES, help="Entities per transaction: few hold up others less.")
    ] = MOST_ENTITIES,
) -> None:
    """Have what stands follow the catalog in force, while others read and write; broken off, it goes on.

    Every `hub serve` does so by itself; this does it faster, or where nobody serves.
    """

    async def follow(settings: Settings) -> int:
        done = 0
        async with open_services(settings) as services:
            with progress.counted(err, "Following the catalog") as advance:
                async for reached in remerge(services.database, services.model, at_once):
                    advance(reached.done, reached.total)
                    done = reached.done
        return done

    out.print(f"{run(follow(guarded(load_settings))):,} entities gone through")
