"""The command line, in processes of its own or in this one."""

import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from typer.testing import CliRunner

from hub.cli import app

HUB = (sys.executable, "-W", "error", "-c", "from hub.cli import app; app(prog_name='hub')")
ROOT = Path(__file__).parents[2]


def environment(settings: Mapping[str, object]) -> dict[str, str]:
    """This process's environment without its own settings of the hub, and a terminal wide enough for whole words."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    return plain | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"} | {name: str(value) for name, value in settings.items()}


def start_hub(*words: object, **settings: object) -> subprocess.Popen[str]:
    """`hub` with ``words``, running; its output is one stream."""
    return subprocess.Popen(
        [*HUB, *map(str, words)],
        env=environment(settings),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def run_hub(*words: object, **settings: object) -> tuple[int, str]:
    """The exit code and the output of `hub` with ``words``."""
    with start_hub(*words, **settings) as running:
        output, _ = running.communicate()
    return running.returncode, output


def call_hub(*words: object, **settings: object) -> tuple[int, str]:
    """The same within this process, a second faster: for what a command says and writes. Never two at a time."""
    with ThreadPoolExecutor(1) as thread:  # where no event loop runs yet, so that the command can run its own
        given = thread.submit(CliRunner().invoke, app, [*map(str, words)], env=environment(settings))
        result = given.result()
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output
