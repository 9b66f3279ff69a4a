from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.transports import RowFile
from adapters.transports.files import open_file

LIMIT = 1_000

Deliver = Callable[[str, bytes], RowFile]


@pytest.fixture
def deliver(tmp_path: Path) -> Deliver:
    """Write a file as a department would send it, and open it."""

    def write_and_open(name: str, content: bytes) -> RowFile:
        path = tmp_path / name
        path.write_bytes(content)
        return open_file(path, LIMIT)

    return write_and_open
