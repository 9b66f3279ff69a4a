"""The command that makes a synthetic city."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.sample.city import make_city
from hub import progress
from hub.cli.console import err, out, written

app = typer.Typer()


@app.command(rich_help_panel="For a developer who explores")
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
