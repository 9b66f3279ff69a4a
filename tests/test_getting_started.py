"""The first calls of an agency, a department and a developer, made as the page tells."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.cli.running import HUB, environment, run_hub, start_hub
from tests.documents import ROOT, read, snippets

PAGE = read("docs/getting-started.md")
WRITTEN = "http://127.0.0.1:8000"
CLIENTS = ROOT / "tests" / "clients"


def follow(snippet: str, *program: str | Path, surroundings: Mapping[str, str], folder: Path = ROOT) -> str:
    """What a program prints that runs a snippet in a folder."""
    finished = subprocess.run(
        program, input=snippet, cwd=folder, env=surroundings, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.fixture
def surroundings(database_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a reader: a database of their own, and `hub` on the path."""
    settings = {"HUB_DATABASE_URL": database_url, "HUB_DATA_DIR": tmp_path, "HUB_PORT": 0, "HUB_DRAIN_NOTICE": 0}
    assert run_hub("keys", "create", **settings)[0] == 0
    program = tmp_path / "hub"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(HUB)} "$@"\n')
    program.chmod(0o755)
    plain = environment(settings)
    return plain | {"PATH": f"{tmp_path}:{plain['PATH']}"}


@pytest.fixture
def address(surroundings: dict[str, str]) -> Iterator[str]:
    """Where a hub serves that has the files of the page."""
    (loads,) = (snippet for snippet in snippets(PAGE, "sh") if "hub load" in snippet)
    follow(loads.replace(". .venv/bin/activate\n", ""), "sh", surroundings=surroundings)
    with start_hub("serve", **{name: value for name, value in surroundings.items() if name.startswith("HUB_")}) as hub:
        assert hub.stdout
        found = next(found for line in hub.stdout if (found := re.search(r"Serving (\S+)/graphql", line)))
        yield found[1]
        hub.terminate()


def test_everybody_gets_an_answer_to_their_first_call(surroundings: dict[str, str], address: str) -> None:
    (call,) = (snippet for snippet in snippets(PAGE, "sh") if "curl" in snippet)
    answer = json.loads(follow(call.replace(WRITTEN, address), "sh", surroundings=surroundings))
    assert answer["data"]["naturalPerson"]["name"] == "王小明"
    assert answer["data"]["naturalPerson"]["provenance"]["name"]["source"] == {"register": "household_registration"}

    (report,) = snippets(PAGE, "python")
    for _ in range(2):
        told = follow(report.replace(WRITTEN, address), sys.executable, "-", surroundings=surroundings)
        assert told == "1 CREATED\n"

    if not shutil.which("node") or not (CLIENTS / "node_modules").is_dir():
        pytest.skip("Node or @apollo/client is not installed, so the developer's call was not made")
    (explore,) = snippets(PAGE, "javascript")
    node = ("node", "--input-type=module", "-")
    listed = follow(explore.replace(WRITTEN, address), *node, surroundings=surroundings, folder=CLIENTS).splitlines()
    assert "household_registration 户籍登记 1" in listed
    assert len(listed) == 14
