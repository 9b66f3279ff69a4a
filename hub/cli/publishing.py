"""Commands for the platform office that keeps the catalog: compare it with the model, draft, publish, re-merge."""

import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from hub import progress
from hub.access import Role, Viewer
from hub.catalog import Catalog, Difference, content_of, differences, in_words, overlaid
from hub.catalog.dictionary import as_markdown, as_page, shared_items
from hub.cli.console import err, guarded, out, run, written
from hub.cli.opened import with_hub
from hub.clock import now
from hub.desk.catalog import log_order
from hub.intake.batches import MOST_ENTITIES
from hub.intake.catalog import publish_model
from hub.intake.delivery import check_name
from hub.intake.drafts import Said, draft_model
from hub.intake.remerge import remerge
from hub.opening import Hub, open_hub
from hub.settings import Settings, load_settings
from hub.stewardship.catalog_draft import THE_MACHINE

ALL = "catalog"
"""What an order about the whole catalog is called in the access log."""
SAME = "The catalog in force says what the model says."
app = typer.Typer()
catalog = typer.Typer(help="Compare the catalog with the model, draft it, follow it.", no_args_is_help=True)
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
    out.print(f"{len(found)} differences" if found else SAME)


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


Why = Annotated[str, typer.Option("--reason", help="Why, with its legal basis; it is kept.")]


@catalog.command("draft")
def draft(reason: Why, by: Annotated[str, typer.Option("--by", help="Who drafts it; it is logged.")]) -> None:
    """Draft what the model says otherwise than the catalog in force, for the catalog office to decide on.

    One officer approves it over GraphQL, another publishes it.
    """

    async def keep(hub: Hub) -> UUID | None:
        await log_order(hub.desk, _office(by), "draft catalog change", ALL)
        return await draft_model(hub.database, hub.model, Said(THE_MACHINE, now(), reason))

    _check(reason=reason, by=by)
    draft_id = with_hub(keep)
    out.print(f"Draft {draft_id} waits for approval" if draft_id else SAME, highlight=False)


@catalog.command("publish")
def publish(
    reason: Why,
    officer: Annotated[str, typer.Option(help="Who publishes it; it is logged.")] = "hub catalog publish",
    approval: Annotated[
        str, typer.Option(help="The government's approval, by its document number: needed where items are removed.")
    ] = "",
) -> None:
    """Publish what the model says as the next version of the catalog, before the hub knows anybody.

    From then on `hub catalog draft` drafts it, and two officers of the catalog office publish it.
    """

    async def make(hub: Hub) -> int | None:
        await log_order(hub.desk, _office(officer), "publish catalog", ALL)
        return await publish_model(hub.database, hub.model, officer, reason, approval)

    _check(reason=reason, officer=officer)
    number = with_hub(make)
    out.print(f"Version {number} is in force" if number else SAME)


def _office(officer: str) -> Viewer:
    """Who gives an order on the machine itself."""
    return Viewer(agency=THE_MACHINE, officer=officer, roles=frozenset({Role.CATALOG_OFFICE}))


def _check(**words: str) -> None:
    """End the command unless all words are fit to be kept."""
    for option, text in words.items():
        guarded(partial(check_name, f"--{option}", text))


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
