"""The command line: `hub --help` lists what it can do.

Exit codes: 0 done, 1 done with lines left in quarantine or differences found, 2 refused with one clear error and
nothing written.
"""

import typer

from hub.cli import delivering, exploring, fetching, modelling, operating, publishing, quarantine, webhooks

app = typer.Typer(
    help="基准 · Jizhun: a GraphQL master-data hub for natural persons and legal entities.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
for group in (delivering, exploring, fetching, modelling, operating, publishing, quarantine, webhooks):
    app.add_typer(group.app)
