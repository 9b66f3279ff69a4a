"""What every command says and how it ends: output, errors in one line with their hint, exit codes."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import typer
from rich.console import Console

from hub.errors import HubError

Result = TypeVar("Result")
PIPED_WIDTH = 200
"""Columns of what is printed into a file or a pipe: there is no terminal to wrap it for."""

out = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)
err = Console(stderr=True, width=None if sys.stderr.isatty() else PIPED_WIDTH)


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run ``work`` to its end; say the hub's own errors in one line with their hint."""
    return guarded(lambda: asyncio.run(work))


def guarded(work: Callable[[], Result]) -> Result:
    """What ``work`` gives, or the end of the command with the error it raised."""
    try:
        return work()
    except HubError as error:
        fail(error.message, error.hint)
    except KeyboardInterrupt:
        fail("interrupted", "The same command goes on where it stopped.")


def written(target: Path, work: Callable[[], Result]) -> Result:
    """What ``work`` gives, which writes to ``target``, or the end of the command where nothing can be written."""
    try:
        return guarded(work)
    except OSError as error:
        fail(f"{target} cannot be written: {error.strerror or error}", "Choose another place.")


def until_stopped() -> asyncio.Event:
    """Is set when the process is told to stop, by whoever runs it or from the keyboard."""
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    return stopped


def fail(problem: str, hint: str) -> NoReturn:
    """End the command as refused, with what is wrong and the way out."""
    err.print(f"error: {problem}", style="bold red", markup=False, soft_wrap=True)
    err.print(hint, markup=False)
    raise typer.Exit(2)
