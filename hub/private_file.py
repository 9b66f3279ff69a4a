"""Files that appear whole, on disk and for nobody but the hub's own user, as those that hold keys.

Takes a path and bytes. Replaces a file only where that is asked for, and then at one stroke.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_once(path: Path, content: bytes) -> bool:
    """Write a file of mode 0600 that appears whole; False if another is there already, which stays."""
    try:
        with _written_beside(path, content) as name:
            os.link(name, path)
    except FileExistsError:
        return False
    return True


def replace_whole(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of a file, of the same owner: whoever opens it finds the one or the other, whole."""
    path = path.resolve()
    owner = path.stat()
    with _written_beside(path, content) as name:
        os.chown(name, owner.st_uid, owner.st_gid)
        name.replace(path)


@contextmanager
def _written_beside(path: Path, content: bytes) -> Iterator[Path]:
    """A file of mode 0600 in the folder of ``path``, to be given that name inside the block."""
    descriptor, name = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        yield Path(name)
        _sync(path.parent)
    finally:
        Path(name).unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Have the names in a folder written through to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
