"""Commands for a department that delivers: load files, list the registers."""

from datetime import datetime, time
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from adapters.loading import LoadReport
from adapters.recognising import RecognisedFile, read_mapping, recognise
from adapters.transports.content import Limits
from adapters.transports.fixed_width_file import read_layout
from hub import progress
from hub.cli.console import err, guarded, out, run
from hub.collector import spare_collector
from hub.loaders import load_shared, workers_for
from hub.opening import open_hub, read_model
from hub.settings import Settings, load_settings
from hub.store.statistics import refresh_statistics
from hub.timeline import Outcome

app = typer.Typer()
PANEL = "For a department that delivers"

StatedOn = Annotated[
    datetime | None,
    typer.Option(
        "--stated-on",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        help="The day the department says this, or the time. Later ones correct earlier ones, in whatever order files "
        "arrive. By default now, or when the same file was first loaded.",
    ),
]


@app.command("load", rich_help_panel=PANEL)
def load_command(
    register: Annotated[str, typer.Argument(help="The register, as `hub registers` lists it.")],
    files: Annotated[
        list[Path],
        typer.Argument(help="CSV, XLSX, JSON Lines, DBF or fixed-width files, also packed as .gz, or several as .zip."),
    ],
    record: Annotated[
        str | None, typer.Option(help="The record type, where the columns do not say which list it is.")
    ] = None,
    columns: Annotated[
        Path | None,
        typer.Option(help='A TOML file of lines such as "证件号" = "idNumber", for titles the model does not know.'),
    ] = None,
    layout: Annotated[
        Path | None,
        typer.Option(help="A TOML file that says which bytes of a line are which column, for .txt of fixed width."),
    ] = None,
    stated_on: StatedOn = None,
    unit: Annotated[str, typer.Option(help="The unit of the department that delivers, as a district.")] = "",
    reason: Annotated[
        str | None,
        typer.Option(help="Why, as where records are ended or withdrawn; kept with what is loaded first."),
    ] = None,
    snapshot: Annotated[
        bool,
        typer.Option("--snapshot", help="Each file is a full copy: what it holds no longer has ended on its day."),
    ] = False,
    accept_removals: Annotated[
        int | None,
        typer.Option(min=0, help="End up to so many records, where a full copy leaves out more than is trusted."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, max=64, help="Processes that share a file; by default one a core for a large file, else one."
        ),
    ] = None,
) -> None:
    """Load files of a department into its register.

    Columns match by Chinese title or English item name. A line that cannot be taken in goes to quarantine with its
    reason and every other line lands. Broken off, the same command goes on where it stopped; a file that was loaded
    before changes nothing.
    """
    settings = guarded(load_settings)
    is_day = stated_on is None or stated_on.time() == time()
    recognised = guarded(
        lambda: recognise(
            read_model(settings),
            register,
            files,
            record=record,
            stated_on=stated_on.date() if stated_on and is_day else None,
            stated_at=None if is_day else stated_on,
            source_unit=unit,
            limits=Limits.of(settings),
            mapping=read_mapping(columns) if columns else {},
            layout=read_layout(layout) if layout else None,
            reason=reason,
            is_copy=snapshot,
            accepted_removals=accept_removals,
        )
    )
    reports = run(_load(settings, recognised, workers))
    for report in reports:
        _show(report)
    quarantined = any(report.summary.counts[Outcome.QUARANTINED] for report in reports)
    raise typer.Exit(1 if quarantined else 0)


async def _load(settings: Settings, recognised: list[RecognisedFile], workers: int | None) -> list[LoadReport]:
    async with open_hub(settings) as hub:
        spare_collector()
        with progress.bytes_read(err, recognised) as advance:
            reports = [
                await load_shared(settings, hub.intake, file, "hub load", workers or workers_for(file), advance)
                for file in recognised
            ]
        await refresh_statistics(hub.database)
    return reports


def _show(report: LoadReport) -> None:
    """One file's outcomes, its unknown columns and why lines are in quarantine."""
    out.print(f"{report.name} → {report.record_type}", markup=False, highlight=False)
    table = Table("outcome")
    table.add_column("lines", justify="right")
    for outcome, lines in sorted(report.summary.counts.items()):
        table.add_row(outcome, f"{lines:,}")
    out.print(table)
    if report.summary.removed:
        out.print(f"{report.summary.removed:,} records that the full copy holds no longer have ended.")
    if report.summary.resumed_after:
        out.print(f"Went on after line {report.summary.resumed_after:,}, where an earlier load broke off.")
    for remark in report.remarks:
        out.print(remark, markup=False)
    if report.unknown_columns:
        out.print("Columns that match no item and were not used: " + ", ".join(report.unknown_columns), markup=False)
    for why, lines in report.reasons.most_common(10):
        out.print(f"  {lines:>6,} × {why}", markup=False)
    if report.reasons:
        out.print(f"`hub quarantine --submission {report.summary.submission_id}` lists these lines.", markup=False)


@app.command(rich_help_panel=PANEL)
def registers() -> None:
    """List the registers, each with its department and its record types."""
    model = guarded(lambda: read_model(load_settings()))
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
