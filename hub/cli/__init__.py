"""The command line: `hub --help` lists what it can do.

Exit codes: 0 done, 1 done with lines left in quarantine, differences found or something to deal with, 2 refused with
one clear error and nothing written.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

MODULES = {
    "delivering": ("load", "registers"),
    "quarantine": ("quarantine",),
    "serving": ("serve", "demo"),
    "working": ("worker",),
    "fetching": ("sync", "runs", "cancel", "sources"),
    "exporting": ("export",),
    "sampling": ("sample",),
    "exploring": ("schema",),
    "modelling": ("model",),
    "operating": ("migrate", "due", "rebuild"),
    "keying": ("keys",),
    "publishing": ("catalog",),
    "granting": ("grants",),
    "watching": ("quality", "duties", "watch", "anomalies"),
    "auditing": ("audit",),
    "examining": ("doctor",),
    "webhooks": ("webhooks",),
    "admitting": ("accounts", "sessions", "token"),
}
"""The commands that each module holds. Only the module of the command that is asked for is imported."""


class Commands(TyperGroup):
    """All commands; `--help` shows them in this order."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - Typer keeps the type to itself
        """Their names."""
        return [name for names in MODULES.values() for name in names]

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | TyperGroup | None:  # noqa: ANN401
        """The command with a name, or the group of commands; None where there is no such name."""
        module = next((module for module, names in MODULES.items() if cmd_name in names), None)
        return commands_of(module)[cmd_name] if module else None


def commands_of(module: str) -> dict[str, Any]:
    """The commands and groups of commands that a module holds, by their names."""
    return dict(get_group(import_module(f"{__name__}.{module}").app).commands)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


@app.callback(help="基准 · Jizhun: a GraphQL master-data hub for natural persons and legal entities.")
def hub() -> None:
    """Take what every command takes: nothing."""
