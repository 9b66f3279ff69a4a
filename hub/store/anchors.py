"""Where anchors are kept: outside the database, one file for each writer, to which lines are only added.

Takes lines; gives them back. A line is on disk when it has been added. Another place, an object store for one, is
another class with the same three functions. Never looks into a line.
"""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from uuid import UUID

_ENDING = ".anchors"


class Anchors(Protocol):
    """A place for anchors that the owner of the database does not own."""

    def add(self, writer: UUID, line: bytes) -> None:
        """Keep a line of a writer after all others of it; raises ``OSError`` where that fails."""

    def sizes(self) -> dict[UUID, int]:
        """How many bytes of lines each writer has at the moment."""

    def lines(self, writer: UUID, size: int) -> Iterator[bytes]:
        """The first ``size`` bytes of a writer's lines, line by line."""


class AnchorFolder:
    """A folder of files, mode 0600."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, writer: UUID, line: bytes) -> None:
        """Add a line to the writer's file, which is made with the first; all of the line or nothing of it."""
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._file(writer), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(file).st_size
            if os.write(file, line + b"\n") <= len(line):  # where the disk ends within the line
                os.ftruncate(file, size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file)
        finally:
            os.close(file)
        if size == 0:
            _sync(self._path)

    def sizes(self) -> dict[UUID, int]:
        """The sizes of all files."""
        files = self._path.glob(f"*{_ENDING}") if self._path.is_dir() else ()
        return {UUID(file.stem): file.stat().st_size for file in files}

    def lines(self, writer: UUID, size: int) -> Iterator[bytes]:
        """The lines of a writer's file, as far as it reached at that size; none where there is no file."""
        path = self._file(writer)
        if not path.exists():
            return
        with path.open("rb") as file:
            while file.tell() < size:
                yield file.readline().rstrip(b"\n")

    def _file(self, writer: UUID) -> Path:
        return self._path / f"{writer}{_ENDING}"


def _sync(folder: Path) -> None:
    """Have the folder itself know of a new file after a crash."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
