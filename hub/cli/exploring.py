"""The command that prints the schema of GraphQL."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from graphql_schema.schema import build_schema
from hub.cli.console import guarded, written
from hub.opening import read_model
from hub.settings import load_settings

app = typer.Typer()


@app.command("schema", rich_help_panel="For a developer who explores")
def schema_command(
    write: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
) -> None:
    """Print the GraphQL schema of the model."""
    settings = guarded(load_settings)
    text = guarded(lambda: build_schema(read_model(settings), settings).as_str()) + "\n"
    if write:
        written(write, lambda: write.write_text(text, encoding="utf-8"))
    else:
        sys.stdout.write(text)
