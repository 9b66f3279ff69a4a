"""Access logs of tests, whose anchors lie in a folder that goes with the process."""

import atexit
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.store.access_log import AccessLog, Anchoring
from hub.store.anchors import AnchorFolder
from hub.store.pool import Database

_FOLDER = Path(tempfile.mkdtemp(prefix="hub-test-"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)


def anchoring(folder: Path = _FOLDER, seconds: float = 1) -> Anchoring:
    return Anchoring(AnchorFolder(folder), Ed25519PrivateKey.generate(), timedelta(seconds=seconds))


def access_log(database: Database) -> AccessLog:
    return AccessLog(database, anchoring())
