"""Commands that say who comes in: the accounts of agencies' systems, open sessions, tokens of a development hub."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Column, Table

from hub.access import Role, Viewer
from hub.catalog import Model
from hub.catalog.global_id import parse_global_id
from hub.cli.console import fail, guarded, out
from hub.cli.opened import with_hub
from hub.identity import LocalIssuer, new_account
from hub.identity.claims import is_division
from hub.intake.delivery import check_name
from hub.opening import Hub, read_model
from hub.settings import load_settings
from hub.store import accounts as kept_accounts
from hub.store import sessions as kept_sessions

app = typer.Typer()
PANEL = "For the security administrator"
MOST_SHOWN = 500
accounts = typer.Typer(
    help="Register the systems of agencies by their public keys, and end them.", no_args_is_help=True
)
sessions = typer.Typer(help="See who is in, and end sessions.", no_args_is_help=True)
app.add_typer(accounts, name="accounts", rich_help_panel=PANEL)
app.add_typer(sessions, name="sessions", rich_help_panel=PANEL)

Name = Annotated[str, typer.Argument(help="The account: what the system calls itself.")]
By = Annotated[str, typer.Option("--by", help="Who says so; it is kept.")]
OfAgency = Annotated[str | None, typer.Option("--agency", help="Only of this agency.")]
OfOfficer = Annotated[str | None, typer.Option("--officer", help="Only of this officer of the agency.")]


@accounts.command("add")
def add(
    name: Name,
    key: Annotated[Path, typer.Option("--key", help="The system's public key: PEM or JWK.")],
    agency: Annotated[str, typer.Option(help="The agency that it asks for.")],
    by: By,
    role: Annotated[list[Role] | None, typer.Option(help="What it is to the hub; as one officer may be.")] = None,
    department: Annotated[str | None, typer.Option(help="For a reporter: the department reported for.")] = None,
    division: Annotated[list[str] | None, typer.Option(help="An area code it is responsible for.")] = None,
) -> None:
    """Register a system. It gets tokens at `/token` with its own private key, which never leaves it."""
    for option, text in (("NAME", name), ("--agency", agency), ("--by", by)):
        guarded(partial(check_name, option, text))
    viewer = _viewer(agency, name, role, department, division)

    async def register(hub: Hub) -> bool:
        _check(hub.model, viewer)
        async with hub.database.connection() as connection:
            return await kept_accounts.add(connection, new_account(name, viewer, key, by))

    if not with_hub(register):
        fail(f"there is an account {name} already", "Names are used once: give it another, as with the year.")
    out.print(f"The account {name} is registered; tokens are given to it from now on.", markup=False)


@accounts.command("list")
def list_accounts() -> None:
    """List every account, those that have ended too."""

    async def find(hub: Hub) -> list[tuple[str, ...]]:
        async with hub.database.connection() as connection:
            rows = await kept_accounts.all_accounts(connection)
        return [
            (
                row["name"],
                row["agency"],
                row["roles"],
                " ".join(row["divisions"]),
                f"{row['registered_at']:%F} {row['registered_by']}",
                f"{row['ended_at']:%F} {row['ended_by']}" if row["ended_at"] else "",
            )
            for row in rows
        ]

    _print(("account", "agency", "roles", "divisions", "registered", "ended"), with_hub(find), "accounts")


@accounts.command("end")
def end_account(name: Name, by: By) -> None:
    """End an account with all its tokens; it is seen everywhere within a second."""
    guarded(lambda: check_name("--by", by))

    async def end(hub: Hub) -> bool:
        async with hub.database.connection() as connection:
            return await kept_accounts.end(connection, name, by)

    if not with_hub(end):
        fail(f"there is no open account {name}", "`hub accounts list` shows them.")
    out.print(f"The account {name} has ended.", markup=False)


@sessions.command("list")
def list_sessions(agency: OfAgency = None, officer: OfOfficer = None) -> None:
    """List the sessions that are open, the latest used first."""

    async def find(hub: Hub) -> list[tuple[str, ...]]:
        async with hub.database.connection() as connection:
            rows = await kept_sessions.open_sessions(connection, agency, officer, MOST_SHOWN)
        return [
            (
                str(row["session_id"]),
                row["agency"],
                row["officer"],
                row["roles"],
                f"{row['started_at']:%F %T}",
                f"{row['used_at']:%F %T}",
            )
            for row in rows
        ]

    _print(("session", "agency", "officer", "roles", "started", "used"), with_hub(find), "open sessions")


@sessions.command("end")
def end_sessions(
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept, and told to who asks on.")],
    session: Annotated[str | None, typer.Option("--session", help="Only this one, as the list names it.")] = None,
    agency: OfAgency = None,
    officer: OfOfficer = None,
) -> None:
    """End sessions; it is seen everywhere within a second, on open connections too."""
    for option, text in (("--by", by), ("--reason", reason)):
        guarded(partial(check_name, option, text))
    if not session and not agency:
        fail("say whose sessions end", "Give --session, or --agency, and --officer with it.")
    session_id = _session_id(session) if session else None

    async def end(hub: Hub) -> list[UUID]:
        async with hub.database.connection() as connection:
            return await kept_sessions.end(connection, session_id, agency, officer, told_by=by, reason=reason)

    out.print(f"{len(with_hub(end)):,} sessions have ended")


@app.command(rich_help_panel="For a developer who explores")
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
    viewer = _viewer(agency, officer, role, department, division)
    if subject:
        viewer = replace(viewer, subject_id=guarded(lambda: parse_global_id(subject))[1])
    _check(guarded(lambda: read_model(settings)), viewer)
    typer.echo(guarded(lambda: LocalIssuer.at(settings.data_path).mint(viewer, timedelta(hours=hours))))


def _viewer(
    agency: str, officer: str, roles: list[Role] | None, department: str | None, divisions: list[str] | None
) -> Viewer:
    """The viewer that a command's options describe; the end of the command where nobody may be all of that."""
    held = frozenset(roles or [Role.QUERY_OFFICER])
    return guarded(lambda: Viewer(agency, officer, held, department, divisions=tuple(divisions or ())))


def _session_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        fail("that is no session", "`hub sessions list` names them.")


def _check(model: Model, viewer: Viewer) -> None:
    """End the command unless the department and the divisions of a viewer are such as there are."""
    departments = f"The departments are {', '.join(model.departments)}."
    if viewer.department and viewer.department not in model.departments:
        fail(f"there is no department {viewer.department} in the model", departments)
    if Role.REPORTER in viewer.roles and not viewer.department:
        fail("the role reporter needs --department", departments)
    if wrong := [code for code in viewer.divisions if not is_division(code)]:
        fail(f"{wrong[0]} is no area code", "Area codes have 2, 4, 6, 9 or 12 digits, as 440106.")


def _print(titles: Iterable[str], rows: list[tuple[str, ...]], things: str) -> None:
    table = Table(*(Column(title, overflow="fold") for title in titles))
    for row in rows:
        table.add_row(*row)
    out.print(table if rows else f"There are no {things}.")
