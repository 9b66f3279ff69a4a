"""Commands for a developer who explores: a synthetic city, a running demo, a token, the schema."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from adapters.sample.city import make_city
from graphql_schema.authentication import LocalIssuer
from graphql_schema.schema import build_schema
from hub import demo, progress
from hub.access import Role, Viewer
from hub.cli.console import err, fail, guarded, out, run, written
from hub.serve import create_app, read_model, run_server
from hub.settings import load_settings

app = typer.Typer()
PANEL = "For a developer who explores"


@app.command(rich_help_panel=PANEL)
def sample(
    directory: Annotated[Path, typer.Argument(help="Where to write the files.")],
    persons: Annotated[int, typer.Option(min=1, help="How many natural persons.")] = 10_000,
    entities: Annotated[int, typer.Option(min=1, help="How many legal entities.")] = 1_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 1,
) -> None:
    """Make a small synthetic city: deliveries of every register, and the answers the hub must give.

    `deliveries.toml` lists what to load and in which order, `expected.jsonl` the answer for every entity,
    `rejected.jsonl` the lines that belong in quarantine and why. Nobody in it exists.
    """
    with progress.counted(err, "Making a city") as advance:
        summary = written(directory, lambda: make_city(directory, persons, entities, seed, advance))
    out.print(f"{summary.deliveries} deliveries of {summary.lines:,} lines in {directory}")


@app.command("demo", rich_help_panel=PANEL)
def demo_command(
    persons: Annotated[int, typer.Option(min=1, help="How many natural persons.")] = 10_000,
    entities: Annotated[int, typer.Option(min=1, help="How many legal entities.")] = 1_000,
) -> None:
    """Make the small city, load it, serve it, and print two queries to try."""
    settings = guarded(load_settings)
    ready = run(demo.prepare(settings, err, persons=persons, entities=entities))
    application = create_app(settings, ready.explorer_headers)
    guarded(lambda: run_server(application, settings, lambda url: ready.introduce(out, url)))


@app.command(rich_help_panel=PANEL)
def token(
    role: Annotated[Role, typer.Option(help="What the bearer is to the hub.")] = Role.AGENCY,
    agency: Annotated[str, typer.Option(help="The agency that asks.")] = "demo agency",
    officer: Annotated[str, typer.Option(help="The officer who asks.")] = "demo officer",
    department: Annotated[
        str | None, typer.Option(help="For the role department: which one, as PUBLIC_SECURITY.")
    ] = None,
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 30, help="How long it is valid.")] = 12,
) -> None:
    """Print a token for this development hub, to send as `Authorization: Bearer …`."""
    settings = guarded(load_settings)
    departments = guarded(lambda: read_model(settings)).departments
    if department and department not in departments:
        fail(f"there is no department {department} in the model", f"The departments are {', '.join(departments)}.")
    if role is Role.DEPARTMENT and not department:
        fail("the role department needs --department", "`hub registers` names the departments, as PUBLIC_SECURITY.")
    viewer = Viewer(agency=agency, officer=officer, role=role, department=department)
    typer.echo(guarded(lambda: LocalIssuer.at(settings.data_path).mint(viewer, timedelta(hours=hours))))


@app.command("schema", rich_help_panel=PANEL)
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
