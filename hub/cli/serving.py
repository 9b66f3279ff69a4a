"""The commands that serve a hub: the one of the settings, or a demonstration."""

from typing import Annotated

import msgspec
import typer

from hub import demo
from hub.cli.console import err, guarded, out, run
from hub.serve import create_app, run_server
from hub.settings import load_settings
from hub.workers import run_workers

app = typer.Typer()


@app.command("serve", rich_help_panel="For the platform office that runs the hub")
def serve(
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="How many processes serve on one socket, else HUB_WORKERS.")
    ] = None,
) -> None:
    """Serve GraphQL, the explorer and the schema on HUB_HOST and HUB_PORT."""
    settings = guarded(load_settings)
    settings = msgspec.structs.replace(settings, workers=workers or settings.workers)
    if settings.workers > 1:
        guarded(lambda: run_workers(settings, _announce))
    else:
        application = create_app(settings)
        guarded(lambda: run_server(application, settings, _announce))


@app.command("demo", rich_help_panel="For a developer who explores")
def demo_command(
    persons: Annotated[int, typer.Option(min=1, help="How many natural persons.")] = 10_000,
    entities: Annotated[int, typer.Option(min=1, help="How many legal entities.")] = 1_000,
) -> None:
    """Make the small city, load it, serve it, and print two queries to try."""
    settings = guarded(load_settings)
    ready = run(demo.prepare(settings, err, persons=persons, entities=entities))
    application = create_app(settings, ready.explorer_headers)
    guarded(lambda: run_server(application, settings, lambda url: ready.introduce(out, url)))


def _announce(url: str) -> None:
    err.print(f"Serving {url}/graphql (explorer: {url}/explorer)", soft_wrap=True)
