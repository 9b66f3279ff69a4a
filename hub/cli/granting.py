"""The command that lists what was granted: to whom, until when, and what ends soon."""

from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.table import Column, Table

from hub.access import Grant, GrantState
from hub.cli.console import out
from hub.cli.opened import with_hub
from hub.clock import SHANGHAI, now
from hub.opening import Hub
from hub.store import grants as kept_grants

app = typer.Typer()
TITLES = ("grant", "agency", "entity", "items", "purpose", "divisions", "basis", "state", "until")


@app.command("grants", rich_help_panel="For the platform office that runs the hub")
def list_grants(
    agency: Annotated[str | None, typer.Option("--agency", help="Only of this agency.")] = None,
    ending_within: Annotated[
        int | None, typer.Option("--ending-within", min=1, help="Only those that end within so many days.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that have ended or were revoked.")] = False,
) -> None:
    """List the grants that were given, those that end first at the top; what the catalog opens is not among them.

    With `--ending-within` the exit code is 1 where there are any: their agencies have to apply anew in time.
    """

    async def find(hub: Hub) -> list[Grant]:
        async with hub.database.connection() as connection:
            return await kept_grants.kept(connection)

    at = now()
    until = at + timedelta(days=ending_within) if ending_within else None
    found = [
        grant
        for grant in with_hub(find)
        if agency in (None, grant.agency)
        and (everything or grant.state(at) is GrantState.IN_FORCE)
        and (until is None or (grant.valid_to is not None and at < grant.valid_to <= until))
    ]
    table = Table(*(Column(title, overflow="fold") for title in TITLES))
    for grant in sorted(found, key=_ending):
        table.add_row(*_told(grant, at))
    out.print(table if found else "There are no such grants.")
    raise typer.Exit(1 if found and until else 0)


def _ending(grant: Grant) -> tuple[bool, str, str]:
    """By the end, those without one last."""
    return grant.valid_to is None, str(grant.valid_to), str(grant.grant_id)


def _told(grant: Grant, at: datetime) -> tuple[str, ...]:
    return (
        str(grant.grant_id),
        grant.agency,
        grant.entity,
        " ".join(sorted(grant.items)),
        grant.purpose,
        " ".join(grant.divisions),
        grant.basis,
        grant.state(at),
        f"{grant.valid_to.astimezone(SHANGHAI):%F}" if grant.valid_to else "",
    )
