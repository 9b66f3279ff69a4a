"""What tests look into: access logs, whose anchors lie in a folder that goes with the process, and what is logged."""

import atexit
import io
import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub import telemetry
from hub.store.access_log import AccessLog, Anchoring
from hub.store.anchors import AnchorFolder
from hub.store.pool import Database

CLIENTS = ("httpcore", "httpx", "websockets.client")
"""Loggers of the tests' own clients, which no hub has."""
_FOLDER = Path(tempfile.mkdtemp(prefix="hub-test-"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)


def anchoring(folder: Path = _FOLDER, seconds: float = 1) -> Anchoring:
    return Anchoring(AnchorFolder(folder), Ed25519PrivateKey.generate(), timedelta(seconds=seconds))


def access_log(database: Database) -> AccessLog:
    return AccessLog(database, anchoring())


@contextmanager
def all_that_is_logged() -> Iterator[io.StringIO]:
    """What every logger of the process says at the least level, as the hub's formatter writes it."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(telemetry.JsonLines())
    handler.addFilter(lambda record: not record.name.startswith(CLIENTS))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
