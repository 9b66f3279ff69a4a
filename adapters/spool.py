"""Uploaded files on their way in: each in a folder of its own, with the order that came with it.

Takes bytes as they come; keeps them until they are taken in, for the hub's own user only. Who works at an upload holds
the lock of its folder, which is gone with the process. A folder without an order was never answered for.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from shutil import rmtree
from typing import BinaryIO

import msgspec

from hub.clock import now
from hub.errors import SpoolUnusable
from hub.identifiers.entity_id import new_id
from hub.intake.upload import Order

PRIVATE = 0o600
_FILE, _ORDER = "upload", "order.json"


class Spooled:
    """One upload's folder, locked by this process."""

    def __init__(self, folder: Path, lock: int, file: BinaryIO | None = None) -> None:
        self.folder = folder
        self.is_promised = (folder / _ORDER).exists()
        self._lock = lock
        self._file = file

    def write(self, piece: bytes) -> None:
        """Add what has come."""
        if self._file:
            with _kept():
                self._file.write(piece)

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return next(self.folder.glob(f"{_FILE}*"))

    def complete(self, extension: str) -> None:
        """Nothing more comes; the file gets a name that says its format."""
        if self._file:
            with _kept(), self._file:
                self._file.flush()
                os.fsync(self._file.fileno())
            self._file = None
        self.path.rename(self.folder / f"{_FILE}{extension}")

    def promise(self, order: Order) -> None:
        """Keep what was ordered, so that it is found again whatever happens to this process."""
        draft = self.folder / f".{_ORDER}"
        with _kept(), _created(draft) as file:
            file.write(msgspec.json.encode(order))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self.folder / _ORDER)
        for folder in (self.folder, self.folder.parent):
            _sync(folder)
        self.is_promised = True

    def order(self) -> Order:
        """What was ordered."""
        return msgspec.json.decode((self.folder / _ORDER).read_bytes(), type=Order)

    def release(self) -> None:
        """Let another process take it up."""
        if self._file:
            self._file.close()
        os.close(self._lock)

    def remove(self) -> None:
        """Leave nothing of it behind: the order goes first, so that what is half removed is never taken up."""
        (self.folder / _ORDER).unlink(missing_ok=True)
        rmtree(self.folder, ignore_errors=True)
        self.release()


@contextmanager
def receiving(root: Path) -> Iterator[Spooled]:
    """A new upload; when the block is left, nothing stays of it unless it was promised meanwhile."""
    folder = root / str(new_id(now()))
    with _kept():
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        spooled = Spooled(folder, _locked(folder), _created(folder / _FILE))
    try:
        yield spooled
    finally:
        if not spooled.is_promised:
            spooled.remove()


def left_behind(root: Path) -> list[Spooled]:
    """The uploads that were promised and nobody works at, the oldest first; what was never answered for is removed."""
    found = []
    for folder in sorted(root.glob("*-*")):
        with suppress(BlockingIOError, FileNotFoundError):
            spooled = Spooled(folder, _locked(folder))
            if spooled.is_promised:
                found.append(spooled)
            else:
                spooled.remove()
    return found


@contextmanager
def _kept() -> Iterator[None]:
    """Say in the hub's words what keeps the disk from keeping something."""
    try:
        yield
    except OSError as error:
        raise SpoolUnusable(problem=error.strerror or "it cannot be written") from error


def _locked(folder: Path) -> int:
    """The folder, locked; ``BlockingIOError`` where another process holds it."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        flock(lock, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise
    return lock


def _created(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb")


def _sync(folder: Path) -> None:
    """Have the names in a folder written through to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
