"""Commands for the platform office that publishes the catalog: compare it with the model, publish, re-merge."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hub import progress
from hub.catalog import Catalog, Difference, content_of, differences, in_words, overlaid
from hub.catalog.dictionary import as_markdown, as_page, shared_items
from hub.cli.console import err, guarded, out, run, written
from hub.intake.batches import MOST_ENTITIES
from hub.intake.catalog import publish_catalog
from hub.intake.remerge import remerge
from hub.opening import open_hub
from hub.settings import Settings, load_settings

app = typer.Typer()
catalog = typer.Typer(help="Compare the catalog with the model, publish it, follow it.", no_args_is_help=True)
app.add_typer(catalog, name="catalog", rich_help_panel="For the platform office that runs the hub")


@catalog.command("diff")
def diff() -> None:
    """Show what the model says otherwise than the catalog in force; a model alone changes no catalog."""

    async def compare(settings: Settings) -> list[Difference]:
        async with open_hub(settings) as hub, hub.database.connection() as connection:
            catalog = await hub.intake.publisher.catalogs.in_force(connection)
            return list(differences(catalog.content, overlaid(content_of(hub.model), catalog.content)))

    found = run(compare(guarded(load_settings)))
    for difference in found:
        out.print(difference.subject, markup=False, highlight=False, style="bold")
        for sign, said in (("-", difference.before), ("+", difference.after)):
            for line in in_words(said):
                out.print(f"{sign} {line}", markup=False, highlight=False, soft_wrap=True)
    out.print(f"{len(found)} differences" if found else "The catalog in force says what the model says.")


class Form(StrEnum):
    """How the catalog is printed."""

    HTML = "html"
    MARKDOWN = "markdown"


@catalog.command("print")
def print_catalog(
    form: Annotated[Form, typer.Option("--format", help="A page to print, or Markdown.")] = Form.HTML,
    target: Annotated[Path | None, typer.Option("--out", help="The file to write, instead of the output.")] = None,
) -> None:
    """Write the sharing catalog in force: every item, who is responsible for it and on which terms it is shared."""

    async def read(settings: Settings) -> Catalog:
        async with open_hub(settings) as hub, hub.database.connection() as connection:
            return await hub.intake.publisher.catalogs.in_force(connection)

    found = run(read(guarded(load_settings)))
    title = f"Sharing catalog, version {found.number} · 共享目录第{found.number}版"
    told = [shared_items(found)]
    text = as_page(title, told) if form is Form.HTML else as_markdown(told, title)
    if target is None:
        sys.stdout.write(text)
    else:
        written(target, lambda: target.write_text(text, encoding="utf-8"))


@catalog.command("publish")
def publish(
    reason: Annotated[str, typer.Option(help="Why, with its legal basis; it is kept.")],
    officer: Annotated[str, typer.Option(help="Who publishes it.")] = "hub catalog publish",
    approval: Annotated[
        str, typer.Option(help="The government's approval, by its document number: needed where items are removed.")
    ] = "",
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Leave it to the servers to follow.")] = False,
) -> None:
    """Publish what the model says as the next version of the catalog."""

    async def make(settings: Settings) -> int | None:
        async with open_hub(settings) as hub:
            async with hub.database.connection() as connection:
                catalog = await hub.intake.publisher.catalogs.in_force(connection)
            content = overlaid(content_of(hub.model), catalog.content)
            if content == catalog.content:
                return None
            return await publish_catalog(hub.database, hub.model, catalog.number, content, officer, reason, approval)

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
        async with open_hub(settings) as hub:
            with progress.counted(err, "Following the catalog") as advance:
                async for reached in remerge(hub.database, hub.model, at_once):
                    advance(reached.done, reached.total)
                    done = reached.done
        return done

    out.print(f"{run(follow(guarded(load_settings))):,} entities gone through")
