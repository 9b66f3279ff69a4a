"""The command line: `hub --help` lists what it can do.

Exit codes: 0 done, 1 done with lines left in quarantine, differences found or something to deal with, 2 refused with
one clear error and nothing written.
"""

import typer

from hub.cli import (
    delivering,
    examining,
    exploring,
    fetching,
    modelling,
    operating,
    publishing,
    quarantine,
    watching,
    webhooks,
)

GROUPS = (
    *(delivering, quarantine, fetching, exploring, modelling),
    *(operating, publishing, watching, examining, webhooks),
)

app = typer.Typer(
    help="基准 · Jizhun: a GraphQL master-data hub for natural persons and legal entities.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
for group in GROUPS:
    app.add_typer(group.app)
