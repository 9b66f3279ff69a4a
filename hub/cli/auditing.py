"""Commands about the access log: whether it is whole, and what of it leaves the hub."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from hub.audit.verification import Finding
from hub.cli.console import guarded, out, run, written
from hub.clock import SHANGHAI, shanghai_midnight
from hub.settings import Settings, load_settings
from hub.store.anchors import AnchorFolder
from hub.store.export import export
from hub.store.pool import connect_database
from hub.store.trail import Report, verify
from hub.vault.signing import public_text, signing_key

app = typer.Typer()
DAY = ["%Y-%m-%d"]
PANEL = "For the platform office that runs the hub"
audit = typer.Typer(help="Verify the access log and take it out.", no_args_is_help=True)
app.add_typer(audit, name="audit", rich_help_panel=PANEL)


@audit.command("verify")
def verify_command() -> None:
    """Go through the whole access log and name what was changed, moved, taken out of it or put in.

    Others read and write meanwhile. Tells how much of the log no signed head speaks for yet, and ends with exit code 1
    where something was found.
    """

    async def look(settings: Settings) -> Report:
        key = signing_key(settings.audit_key_path).public_key()
        async with connect_database(settings) as database:
            return await verify(database, AnchorFolder(settings.audit_path), key)

    report = run(look(guarded(load_settings)))
    for finding in report.findings:
        out.print(_told(finding), markup=False, highlight=False, soft_wrap=True)
    out.print(f"{report.entries:,} entries of {report.writers:,} writers; {len(report.findings):,} findings")
    if report.unchained:
        out.print(f"{report.unchained:,} entries are from before entries were chained: nothing speaks for them")
    if report.anchored_until:
        until = report.anchored_until.astimezone(SHANGHAI)
        out.print(f"{report.unanchored:,} entries since {until:%Y-%m-%d %H:%M:%S} are not anchored yet")
    raise typer.Exit(1 if report.findings else 0)


@audit.command("export")
def export_command(
    target: Annotated[Path, typer.Argument(help="The file to write; one that is there is not replaced.")],
    since: Annotated[datetime, typer.Option("--since", formats=DAY, help="From this day on, in Shanghai.")],
    until: Annotated[datetime, typer.Option("--until", formats=DAY, help="Until the end of this day.")],
) -> None:
    """Write entries of the access log to a file, a JSON object a line, to be kept elsewhere."""

    async def write(settings: Settings) -> int:
        period = shanghai_midnight(since.date()), shanghai_midnight(until.date() + timedelta(days=1))
        async with connect_database(settings) as database:
            return await export(database, target, *period)

    count = written(target, lambda: run(write(guarded(load_settings))))
    out.print(f"{count:,} entries written to {target}")


@audit.command("key")
def key_command() -> None:
    """Print the public key by which anchors can be checked elsewhere."""
    settings = guarded(load_settings)
    typer.echo(public_text(guarded(lambda: signing_key(settings.audit_key_path))), nl=False)


def _told(finding: Finding) -> str:
    """One line about a finding: what, which entries, and when they were kept, as far as that is known."""
    places = f"{finding.first}" if finding.first == finding.last else f"{finding.first} to {finding.last}"
    at = f" ({finding.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S})" if finding.at else ""
    return f"{finding.problem} writer {finding.writer} entry {places}{at}"
