"""Files that appear whole, on disk and for nobody but the hub's own user, as those that hold keys.

Takes a path and bytes. Never replaces a file.
"""

import os
import tempfile
from pathlib import Path


def write_once(path: Path, content: bytes) -> bool:
    """Write a file of mode 0600 that appears whole; False if another is there already, which stays."""
    descriptor, name = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.link(name, path)
        _sync(path.parent)
    except FileExistsError:
        return False
    finally:
        Path(name).unlink()
    return True


def _sync(folder: Path) -> None:
    """Have the names in a folder written through to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
