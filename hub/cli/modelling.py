"""Commands for whoever adds a register: check a model directory, write the data dictionary."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from hub.catalog import examine
from hub.catalog.dictionary import as_markdown, tables
from hub.cli.console import fail, guarded, out, written
from hub.opening import read_model, taken_names
from hub.settings import load_settings
from hub.workbook import workbook

app = typer.Typer()
model = typer.Typer(help="Check and document the model: registers, items, who decides.", no_args_is_help=True)
app.add_typer(model, name="model", rich_help_panel="For whoever adds a register")


@model.command("check")
def check(
    directory: Annotated[
        Path | None, typer.Argument(help="A model directory; by default the one that HUB_MODEL_DIR names.")
    ] = None,
) -> None:
    """Explain every mistake of a model directory, each with its file and line and what to do."""
    configured = guarded(load_settings).model_dir
    folder = directory or (Path(configured) if configured else None)
    if folder and not folder.is_dir():
        fail(f"there is no directory {folder}", "Name the directory that holds the model's TOML files.")
    found, mistakes = examine(folder, taken_names())
    for mistake in mistakes:
        out.print(mistake.message, markup=False, highlight=False, soft_wrap=True)
    if mistakes:
        fail(f"{len(mistakes)} mistakes", "Mend them; what was said of a part that could not be used is checked then.")
    counts = f"{len(found.registers)} registers, {len(found.records)} record types, {len(found.code_lists)} code lists"
    out.print(f"No mistake: {counts}, {len(found.merged_items)} merged items")


@model.command("doc")
def doc(
    directory: Annotated[
        Path | None,
        typer.Option("--out", help="Write dictionary.md and dictionary.xlsx there, instead of Markdown to the output."),
    ] = None,
) -> None:
    """Write the data dictionary of the model: departments, registers, items, who decides, edges, checks, codes."""
    told = tables(guarded(lambda: read_model(load_settings())))
    if directory is None:
        sys.stdout.write(as_markdown(told))
        return
    sheets = {table.title: [table.columns, *table.rows] for table in told}
    written(directory, lambda: directory.mkdir(parents=True, exist_ok=True))
    for name, content in (("dictionary.md", as_markdown(told).encode()), ("dictionary.xlsx", workbook(sheets))):
        target = directory / name
        written(target, partial(target.write_bytes, content))
        out.print(f"{target}", markup=False, highlight=False, soft_wrap=True)
