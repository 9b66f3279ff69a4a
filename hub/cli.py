"""The command line: `hub --help` lists what it can do.

Exit codes: 0 done, 1 done with lines left in quarantine, 2 refused with one clear error and nothing written.
"""

import asyncio
import os
import sys
from collections.abc import Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Column, Table

from adapters.loading import LoadReport, RecognisedFile, load, read_mapping, recognise
from adapters.sample.city import make_city
from graphql_schema.authentication import LocalIssuer
from graphql_schema.schema import build_schema
from hub import demo, progress
from hub.access import Role, Viewer
from hub.errors import HubError
from hub.serve import create_app, open_services, read_model, run_server
from hub.settings import Settings, load_settings
from hub.store.migrate import migrate
from hub.store.pool import connect_database
from hub.store.quarantine import list_quarantine
from hub.timeline import Outcome
from hub.vault.keys import backup_keys, load_keys

app = typer.Typer(
    help="基准 · Jizhun: a GraphQL master-data hub for natural persons and legal entities.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
keys = typer.Typer(help="Make and back up the keys of the identity vault.", no_args_is_help=True)
QUARANTINE_COLUMNS = ("register", "record type", "data row", "code", "原因", "reason")
PIPED_WIDTH = 200
"""Columns of what is printed into a file or a pipe: there is no terminal to wrap it for."""

out = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)
err = Console(stderr=True, width=None if sys.stderr.isatty() else PIPED_WIDTH)

DELIVERING = "For a department that delivers"
EXPLORING = "For a developer who explores"
OPERATING = "For the platform office that runs the hub"

StatedOn = Annotated[
    datetime | None,
    typer.Option(
        "--stated-on",
        formats=["%Y-%m-%d"],
        help="The day the department says this. Later days correct earlier ones, in whatever order files arrive. "
        "By default today, or the day it was first loaded.",
    ),
]


@app.command("load", rich_help_panel=DELIVERING)
def load_command(
    register: Annotated[str, typer.Argument(help="The register, as `hub registers` lists it.")],
    files: Annotated[list[Path], typer.Argument(help="CSV (UTF-8 or GB18030), XLSX or JSON Lines files.")],
    record: Annotated[
        str | None, typer.Option(help="The record type, where the columns do not say which list it is.")
    ] = None,
    columns: Annotated[
        Path | None,
        typer.Option(help='A TOML file of lines such as "证件号" = "idNumber", for titles the model does not know.'),
    ] = None,
    stated_on: StatedOn = None,
    unit: Annotated[str, typer.Option(help="The unit of the department that delivers, as a district.")] = "",
) -> None:
    """Load files of a department into its register.

    Columns match by Chinese title or English item name. A line that cannot be taken in goes to quarantine with its
    reason and every other line lands. Broken off, the same command goes on where it stopped; a file that was loaded
    before changes nothing.
    """
    settings = _guarded(load_settings)
    recognised = _guarded(
        lambda: recognise(
            read_model(settings),
            register,
            files,
            record=record,
            stated_on=stated_on.date() if stated_on else None,
            source_unit=unit,
            max_cell_characters=settings.max_cell_characters,
            mapping=read_mapping(columns) if columns else {},
        )
    )
    reports = _run(_load(settings, recognised))
    for report in reports:
        _show(report)
    quarantined = any(report.summary.counts[Outcome.QUARANTINED] for report in reports)
    raise typer.Exit(1 if quarantined else 0)


async def _load(settings: Settings, recognised: list[RecognisedFile]) -> list[LoadReport]:
    async with open_services(settings) as services:
        with progress.bytes_read(err, recognised) as advance:
            return [await load(services.intake, file, "hub load", advance) for file in recognised]


def _show(report: LoadReport) -> None:
    """One file's outcomes, its unknown columns and why lines are in quarantine."""
    out.print(f"{report.path.name} → {report.record_type}", markup=False, highlight=False)
    table = Table("outcome")
    table.add_column("lines", justify="right")
    for outcome, lines in sorted(report.summary.counts.items()):
        table.add_row(outcome, f"{lines:,}")
    out.print(table)
    if report.summary.resumed_after:
        out.print(f"Went on after line {report.summary.resumed_after:,}, where an earlier load broke off.")
    if report.unknown_columns:
        out.print("Columns that match no item and were not used: " + ", ".join(report.unknown_columns), markup=False)
    for why, lines in report.reasons.most_common(10):
        out.print(f"  {lines:>6,} × {why}", markup=False)
    if report.reasons:
        out.print(f"`hub quarantine --submission {report.summary.submission_id}` lists these lines.", markup=False)


@app.command(rich_help_panel=DELIVERING)
def quarantine(
    register: Annotated[str | None, typer.Option(help="Only lines of this register.")] = None,
    submission: Annotated[str | None, typer.Option(help="Only lines of this submission.")] = None,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="List at most so many lines.")] = 50,
) -> None:
    """List the lines that could not be taken in, with the reason of each.

    Rows are counted from 1 below the header, blank ones left out.
    """
    settings = _guarded(load_settings)
    if register and register not in _guarded(lambda: read_model(settings)).registers:
        _fail(f"There is no register named {register}.", "`hub registers` lists the registers.")

    async def find(settings: Settings) -> list[Any]:
        async with open_services(settings) as services, services.database.connection() as connection:
            return await list_quarantine(connection, register, submission, most)

    table = Table(*(Column(title, overflow="fold") for title in QUARANTINE_COLUMNS))
    rows = _run(find(settings))
    for row in rows:
        place = str(row["place"])
        table.add_row(row["register"], row["record_type"], place, row["reason"], row["reason_zh"], row["reason_en"])
    out.print(table if rows else "Nothing is in quarantine here.")


@app.command(rich_help_panel=DELIVERING)
def registers() -> None:
    """List the registers, each with its department and its record types."""
    model = _guarded(lambda: read_model(load_settings()))
    for register in model.registers.values():
        responsible = model.departments[register.department]
        named = f"{register.name} · {register.zh} · {responsible.name} · {responsible.zh}"
        out.print(named, markup=False, highlight=False, soft_wrap=True)
        table = Table.grid(Column(no_wrap=True), "", "", padding=(0, 2), pad_edge=True)
        for record in model.records.values():
            if record.register == register.name:
                other = "" if record.department == responsible.name else model.departments[record.department].zh
                table.add_row(record.name, record.zh, other)
        out.print(table)


@app.command(rich_help_panel=EXPLORING)
def sample(
    directory: Annotated[Path, typer.Argument(help="Where to write the files.")],
    persons: Annotated[int, typer.Option(min=1, help="How many natural persons.")] = 10_000,
    entities: Annotated[int, typer.Option(min=1, help="How many legal entities.")] = 1_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 1,
) -> None:
    """Make a small synthetic city: deliveries of four registers, and the answers the hub must give.

    `deliveries.toml` lists what to load and in which order, `expected.jsonl` the answer for every entity,
    `rejected.jsonl` the lines that belong in quarantine and why. Nobody in it exists.
    """
    with progress.counted(err, "Making a city") as advance:
        summary = make_city(directory, persons, entities, seed, advance)
    out.print(f"{summary.deliveries} deliveries of {summary.lines:,} lines in {directory}")


@app.command(rich_help_panel=OPERATING)
def serve() -> None:
    """Serve GraphQL, the explorer and the schema on HUB_HOST and HUB_PORT."""
    settings = _guarded(load_settings)
    application = create_app(settings)
    _guarded(lambda: run_server(application, settings, _announce))


def _announce(url: str) -> None:
    err.print(f"Serving {url}/graphql (explorer: {url}/explorer)", soft_wrap=True)


@app.command("demo", rich_help_panel=EXPLORING)
def demo_command(
    persons: Annotated[int, typer.Option(min=1, help="How many natural persons.")] = 10_000,
    entities: Annotated[int, typer.Option(min=1, help="How many legal entities.")] = 1_000,
) -> None:
    """Make the small city, load it, serve it, and print two queries to try."""
    settings = _guarded(load_settings)
    ready = _run(demo.prepare(settings, err, persons=persons, entities=entities))
    application = create_app(settings, ready.explorer_headers)
    _guarded(lambda: run_server(application, settings, lambda url: ready.introduce(out, url)))


@app.command(rich_help_panel=EXPLORING)
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
    settings = _guarded(load_settings)
    departments = _guarded(lambda: read_model(settings)).departments
    if department and department not in departments:
        _fail(f"there is no department {department} in the model", f"The departments are {', '.join(departments)}.")
    if role is Role.DEPARTMENT and not department:
        _fail("the role department needs --department", "`hub registers` names the departments, as PUBLIC_SECURITY.")
    viewer = Viewer(agency=agency, officer=officer, role=role, department=department)
    typer.echo(_guarded(lambda: LocalIssuer.at(settings.data_path).mint(viewer, timedelta(hours=hours))))


@app.command("schema", rich_help_panel=EXPLORING)
def schema_command(
    write: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
) -> None:
    """Print the GraphQL schema of the model."""
    settings = _guarded(load_settings)
    text = _guarded(lambda: build_schema(read_model(settings), settings).as_str()) + "\n"
    if write:
        write.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


@app.command("migrate", rich_help_panel=OPERATING)
def migrate_command() -> None:
    """Bring the database to the schema of this release; does nothing where it is there already."""

    async def bring(settings: Settings) -> list[str]:
        async with connect_database(settings) as database:
            return await migrate(database.direct_url)

    applied = _run(bring(_guarded(load_settings)))
    out.print(f"Applied {', '.join(applied)}" if applied else "Nothing to apply")


app.add_typer(keys, name="keys", rich_help_panel=OPERATING)


@keys.command("backup")
def keys_backup(
    target: Annotated[Path, typer.Argument(help="The copy; an existing file is not overwritten.")],
) -> None:
    """Copy the key file of the identity vault. Without it, identity data is unreadable for ever: keep it apart."""
    settings = _guarded(load_settings)
    try:
        _guarded(lambda: backup_keys(settings.vault_key_path, target))
    except FileExistsError as error:
        _fail(str(error), "Choose another place.")
    except OSError as error:
        _fail(f"{target} cannot be written: {os.strerror(error.errno or 0)}", "Choose another place.")
    out.print(f"Keys copied to {target}")


@keys.command("create")
def keys_create() -> None:
    """Make the key file where HUB_VAULT_KEY_FILE says, for a hub with a database of its own."""
    settings = _guarded(load_settings)
    _guarded(lambda: load_keys(settings.vault_key_path, create=True))
    out.print(f"Keys are in {settings.vault_key_path}")


def _run(work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401
    """Run ``work`` to its end; say the hub's own errors in one line with their hint."""
    return _guarded(lambda: asyncio.run(work))


def _guarded(work: Any) -> Any:  # noqa: ANN401
    try:
        return work()
    except HubError as error:
        _fail(error.message, error.hint)
    except KeyboardInterrupt:
        _fail("interrupted", "The same command goes on where it stopped.")


def _fail(problem: str, hint: str) -> NoReturn:
    err.print(f"error: {problem}", style="bold red", markup=False)
    err.print(hint, markup=False)
    raise typer.Exit(2)
