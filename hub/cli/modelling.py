"""Commands for whoever adds a register: check a model directory, write the data dictionary."""

from pathlib import Path
from typing import Annotated

import typer

from hub.catalog import examine
from hub.cli.console import fail, guarded, out
from hub.serve import taken_names
from hub.settings import load_settings

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
