"""The command that serves the hub."""

import typer

from hub.cli.console import err, guarded
from hub.serve import create_app, run_server
from hub.settings import load_settings

app = typer.Typer()


@app.command("serve", rich_help_panel="For the platform office that runs the hub")
def serve() -> None:
    """Serve GraphQL, the explorer and the schema on HUB_HOST and HUB_PORT."""
    settings = guarded(load_settings)
    application = create_app(settings)
    guarded(lambda: run_server(application, settings, _announce))


def _announce(url: str) -> None:
    err.print(f"Serving {url}/graphql (explorer: {url}/explorer)", soft_wrap=True)
