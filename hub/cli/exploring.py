"""The command that prints the schema of GraphQL."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from graphql_schema.schema import build_schema
from hub.cli.console import guarded, written
from hub import demo, progress
from hub.access import Role, Viewer
from hub.catalog.global_id import parse_global_id
from hub.cli.console import err, fail, guarded, out, run, written
from hub.identity import LocalIssuer
from hub.identity.claims import is_division
from hub.opening import read_model
from hub.settings import load_settings

app = typer.Typer()


@app.command("schema", rich_help_panel="For a developer who explores")
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
    role: Annotated[
        list[Role] | None, typer.Option(help="What the bearer is to the hub: query_officer, or several.")
    ] = None,
    agency: Annotated[str, typer.Option(help="The agency that asks.")] = "demo agency",
    officer: Annotated[str, typer.Option(help="The officer who asks.")] = "demo officer",
    department: Annotated[
        str | None, typer.Option(help="For a reporter: the department reported for, as PUBLIC_SECURITY.")
    ] = None,
    division: Annotated[
        list[str] | None, typer.Option(help="An area code the bearer is responsible for; without one, the whole city.")
    ] = None,
    subject: Annotated[str | None, typer.Option(help="For a data subject: the bearer's own id in the schema.")] = None,
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 30, help="How long it is valid.")] = 12,
) -> None:
    """Print a token for this development hub, to send as `Authorization: Bearer …`."""
    settings = guarded(load_settings)
    departments = guarded(lambda: read_model(settings)).departments
    if department and department not in departments:
        fail(f"there is no department {department} in the model", f"The departments are {', '.join(departments)}.")
    roles = frozenset(role or [Role.QUERY_OFFICER])
    if Role.REPORTER in roles and not department:
        fail("the role reporter needs --department", "`hub registers` names the departments, as PUBLIC_SECURITY.")
    if wrong := [code for code in division or () if not is_division(code)]:
        fail(f"{wrong[0]} is no area code", "Area codes have 2, 4, 6, 9 or 12 digits, as 440106.")
    entity_id = guarded(lambda: parse_global_id(subject))[1] if subject else None
    divisions = tuple(division or ())
    viewer = guarded(lambda: Viewer(agency, officer, roles, department, divisions=divisions, subject_id=entity_id))
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
