"""A hub that cannot start says why."""

import os
import subprocess
import sys
from pathlib import Path

from tests.documents import ROOT


def test_a_hub_whose_database_is_not_there_says_so_and_what_to_do(tmp_path: Path) -> None:
    environment = os.environ | {
        "HUB_DATA_DIR": str(tmp_path),
        "HUB_DATABASE_URL": "postgresql://hub@127.0.0.1:1/hub",
        "HUB_PORT": "0",
    }
    program = [sys.executable, "-c", "from hub.cli import app; app()", "serve"]
    run = subprocess.run(program, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)

    assert run.returncode == 2
    assert "The database cannot be reached" in run.stderr
    assert "Check HUB_DATABASE_URL" in run.stderr
