from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.transports import RowFile
from adapters.transports.content import Limits
from adapters.transports.files import open_files
from hub.settings import Settings

LIMIT = 1_000
LIMITS = Limits.of(Settings(max_cell_characters=LIMIT))

Deliver = Callable[[str, bytes], RowFile]


def open_one(path: Path, limits: Limits = LIMITS) -> RowFile:
    """The only delivery at ``path``."""
    (file,) = open_files(path, limits)
    return file


@pytest.fixture
def deliver(tmp_path: Path) -> Deliver:
    """Write a file as a department would send it, and open it."""

    def write_and_open(name: str, content: bytes) -> RowFile:
        path = tmp_path / name
        path.write_bytes(content)
        return open_one(path)

    return write_and_open
