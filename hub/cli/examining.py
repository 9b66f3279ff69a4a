"""The command that examines a hub and says what to do."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
import typer
from rich.table import Column, Table
from rich.text import Text

from hub.cli.console import guarded, out, run
from hub.doctor import Check, Level, examine
from hub.settings import load_settings

app = typer.Typer()
STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.ERROR: "bold red"}


@app.command(rich_help_panel="For the platform office that runs the hub")
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array of the checks instead.")] = False,
) -> None:
    """Examine the hub: the machine, keys, model, database and what has to be dealt with, and say what to do.

    Changes nothing. Ends with exit code 0 where all is well, 1 with warnings, 2 with errors.
    """
    settings = guarded(load_settings)

    async def look() -> list[Check]:
        return [check async for check in examine(settings)]

    checks = run(look())
    if as_json:
        typer.echo(msgspec.json.encode(checks).decode())
    else:
        _tell(checks)
    worst = {check.level for check in checks}
    raise typer.Exit(2 if Level.ERROR in worst else 1 if Level.WARNING in worst else 0)


def _tell(checks: Iterable[Check]) -> None:
    table = Table("check", "", Column("found", overflow="fold"), Column("what to do", overflow="fold"))
    for check in checks:
        table.add_row(check.name, Text(check.level, STYLES[check.level]), Text(check.found), Text(check.advice))
    out.print(table)
