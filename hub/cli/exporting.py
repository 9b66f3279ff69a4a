"""The command of an agency that exports: it asks a hub over HTTP, with the agency's token, as any client does."""

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from hub import progress
from hub.cli.console import err, fail, out
from hub.export_client import HubClient, Refused, Unreachable, awaited, begun, fetched, is_begun

app = typer.Typer()
TOKEN = "JIZHUN_TOKEN"  # noqa: S105 - the name of the variable


class Kind(StrEnum):
    """The kinds of entity, as they are written on a command line."""

    PERSON = "person"
    LEGAL_ENTITY = "legal-entity"

    @property
    def in_schema(self) -> str:
        """The kind as the schema names it."""
        return "NATURAL_PERSON" if self is Kind.PERSON else "LEGAL_ENTITY"


class Format(StrEnum):
    """What a file may be, as it is written on a command line."""

    NDJSON = "ndjson"
    PARQUET = "parquet"


@app.command("export", rich_help_panel="For an agency that asks")
def export(
    keys: Annotated[
        Path,
        typer.Argument(
            metavar="LIST",
            exists=True,
            dir_okay=False,
            help="A text file of ID numbers or credit codes, or of ids of the hub, one a line.",
        ),
    ],
    file: Annotated[Path, typer.Argument(help="Where the rows go, one for each key; readable by you alone.")],
    item: Annotated[
        list[str],
        typer.Option(
            help="An item by its path in the schema, as `name` or `household.townOrSubdistrict`; several times."
        ),
    ],
    purpose: Annotated[str, typer.Option(help="What the data is for, as a grant names it: `WELFARE; case=7`.")],
    kind: Annotated[Kind, typer.Option(help="Whom the keys name.")] = Kind.PERSON,
    format: Annotated[  # noqa: A002 - the name of the option
        Format, typer.Option(help="A line of JSON for each key, or columns for DuckDB, pandas and their like.")
    ] = Format.NDJSON,
    provenance: Annotated[bool, typer.Option("--provenance", help="Have each value come with its source.")] = False,
    url: Annotated[str, typer.Option(help="Where the hub is.")] = "http://127.0.0.1:8000",
    token_file: Annotated[
        Path | None, typer.Option(help=f"A file with the token of your agency; by default it is taken from {TOKEN}.")
    ] = None,
) -> None:
    """Have the hub answer a long list of keys, and bring the file home.

    The hub does as if you asked for each key: what you are not granted is null, with the reason. Broken off, by
    Ctrl-C or otherwise, the hub goes on, and the same command waits on or fetches what is missing. Example:

    `hub export people.txt people.ndjson --item name --item birthDate --purpose WELFARE --token-file token`
    """
    token = _token(token_file)
    order = {"kind": kind.in_schema, "items": item, "provenance": provenance, "format": format.name}
    try:
        with HubClient.at(url, token, purpose) as client:
            found = _brought_home(client, order, keys, file)
    except Unreachable as unreachable:
        fail(unreachable.problem, f"If the hub has another address, name it with --url. {_going_on(file)}".rstrip())
    except Refused as refused:
        fail(refused.problem, refused.hint)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror or error}", "Choose another place.")
    except KeyboardInterrupt:
        fail("interrupted", _going_on(file) or "Nothing was begun.")
    out.print(f"{file}: {found['progress']['total']:,} rows, {found['rows']:,} show somebody", markup=False)
    if found["denied"]:
        out.print("Not given, null in every row: " + ", ".join(found["denied"]), markup=False)


def _brought_home(client: HubClient, order: Mapping[str, object], keys: Path, file: Path) -> Mapping[str, Any]:
    """The export whose file has been fetched."""
    export_id = begun(client, order, keys, file)
    with progress.counted(err, "Answering") as advance:
        found = awaited(client, export_id, file, advance)
    with progress.counted(err, "Fetching") as advance:
        fetched(client, found, file, advance)
    return found


def _going_on(file: Path) -> str:
    """What is said where something was begun for a file: that it is not lost."""
    return "The same command goes on where it stopped." if is_begun(file) else ""


def _token(path: Path | None) -> str:
    """The token of the agency."""
    token = path.read_text(encoding="ascii").strip() if path and path.exists() else os.environ.get(TOKEN, "").strip()
    if not token:
        fail("no token is given", f"Name a file with --token-file, or set {TOKEN}.")
    return token
