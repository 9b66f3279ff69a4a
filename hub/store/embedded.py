"""Run the PostgreSQL that comes with the hub, for a machine that has none.

Takes the data directory; gives the address of a server that every process on that directory shares: the first to come
starts it, the last to leave stops it. Locks say who is there, because the kernel drops them however a process dies.
Never listens on a network, never runs as root, never changes the mode of a folder that it did not make.
"""

import asyncio
import fcntl
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from hub.errors import DatabaseUnavailable
from hub.settings import Settings
from hub.store.seat import SOCKET, Seat, hand_over, make_private, seat_in

APPLICATION = "hub_server"
"""The login of the role ``hub_application``."""
START_SECONDS = 300
ANSWER_SECONDS = 5
MOST_CONNECTIONS = 100
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": str(MOST_CONNECTIONS),
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
_SSL_REQUEST = bytes.fromhex("00000008 04d2162f")  # PostgreSQL answers N: not on a Unix socket


class EmbeddedServer:
    """A running server that this process uses; ``home`` is where its data lies.

    ``url`` leads its owner to the database ``hub``, ``application_url`` a login with the application's rights alone.
    """

    def __init__(self, seat: Seat, start_lock: Path, presence: BinaryIO) -> None:
        self.home = seat.home
        self.url, self.application_url = (
            f"postgresql://{login}@/hub?host={quote(str(seat.socket_folder()), safe='/')}"
            for login in ("hub", APPLICATION)
        )
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
        seat = seat_in(data_path)
        presence = seat.users_lock.open("ab")
        try:
            fcntl.flock(presence, fcntl.LOCK_SH)
            _ensure_running(seat)
            return EmbeddedServer(seat, start_lock, presence)
        except BaseException:
            presence.close()
            raise


def _ensure_running(seat: Seat) -> None:
    with seat.server_lock.open("ab") as server:
        if _answers(seat, server):
            return
        if not seat.data.exists():
            _initialise(seat, server)
        _launch(seat, server)


def _answers(seat: Seat, server: BinaryIO) -> bool:
    """Whether a server is ready, once none is half up or half down; where there is none, ``server`` is locked."""
    deadline = time.monotonic() + START_SECONDS
    while not _is_ready(seat):
        if _take(server):
            return False
        if time.monotonic() > deadline:
            raise DatabaseUnavailable(problem=f"the embedded server in {seat.home} neither answers nor ends")
        time.sleep(0.02)
    return True


def _is_ready(seat: Seat) -> bool:
    """Whether the server says so and answers a question; a connection alone is the kernel's word, not the server's."""
    try:
        status = (seat.data / "postmaster.pid").read_text().splitlines()[7:]
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(ANSWER_SECONDS)
            caller.connect(str(seat.socket_folder() / SOCKET))
            caller.sendall(_SSL_REQUEST)
            answer = caller.recv(1)
    except OSError:
        return False
    return status == ["ready   "] and answer == b"N"


def _initialise(seat: Seat, server: BinaryIO) -> None:
    """Make a cluster with a database ``hub``, whole or not at all."""
    fresh = seat.home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    # Only initdb insists on an account, so someone who has one makes what the server's user then owns.
    maker = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else seat.uid
    make_private(fresh, maker)
    locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    access = ("--username=hub", "--auth-local=trust", "--auth-host=reject")
    _run(seat, server, maker, "initdb", f"--pgdata={fresh}", *access, *locale)
    _run(seat, server, maker, "postgres", "--single", "-D", str(fresh), "postgres", say="CREATE DATABASE hub\n")
    for path in (fresh, *fresh.rglob("*")):
        hand_over(path, seat.uid)
    fresh.rename(seat.data)


def _launch(seat: Seat, server: BinaryIO) -> None:
    folder = seat.socket_folder()
    # The lock in hand proves that whoever wrote these is gone; their process ids may belong to others by now.
    for stale in (seat.data / "postmaster.pid", folder / SOCKET, folder / f"{SOCKET}.lock"):
        stale.unlink(missing_ok=True)
    settings = {**SERVER_SETTINGS, "unix_socket_directories": f'"{folder}"'}
    options = shlex.join(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
    log = seat.data / "server.log"
    words = ("start", "-w", "-t", str(START_SECONDS), "-D", str(seat.data), "-l", str(log), "-o", options)
    try:
        _run(seat, server, seat.uid, "pg_ctl", *words)
    except DatabaseUnavailable as error:
        raise DatabaseUnavailable(problem=f"the embedded server did not start; {log} says why") from error


def _shut_down(seat: Seat) -> None:
    with seat.server_lock.open("ab") as server:
        if _take(server):
            return
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((seat.data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGINT)
        fcntl.flock(server, fcntl.LOCK_EX)


def _run(seat: Seat, server: BinaryIO, uid: int, program: str, *words: str, say: str = "") -> None:
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
