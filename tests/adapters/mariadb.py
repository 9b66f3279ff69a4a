"""A MariaDB server of the tests' own, from the distribution's package."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests.conftest import open_folder

PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin"
ACCOUNT = "root"
PATIENCE = 600
"""Looks at a starting server, a tenth of a second apart."""


def program(name: str) -> str:
    found = shutil.which(name, path=PLACES)
    if found is None:
        pytest.skip(f"MariaDB is not installed ({name}; apt-get install mariadb-server)")
    return found


@contextmanager
def mariadb_server() -> Iterator[str]:
    """The address of a database on a server that listens on a free port of this machine only."""
    install, serve = program("mariadb-install-db"), program("mariadbd")
    account = ["--user=root"] if os.geteuid() == 0 else []
    with open_folder() as folder:
        data = f"--datadir={folder}/data"
        subprocess.run(
            [install, "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db", *account],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port = free_port()
        place = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/socket", f"--pid-file={folder}/pid"]
        small = [
            "--innodb-buffer-pool-size=16M",
            "--innodb-log-file-size=4M",
            "--skip-log-bin",
            "--innodb-flush-log-at-trx-commit=0",
        ]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen([serve, "--no-defaults", data, *place, *small, *account], stdout=log, stderr=log)
        try:
            yield ready(f"mysql://{ACCOUNT}@127.0.0.1:{port}", server)
        finally:
            server.terminate()
            server.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def ready(url: str, server: subprocess.Popen[bytes]) -> str:
    """The address of a new database, once the server answers."""
    engine = create_engine(url.replace("mysql://", "mysql+pymysql://"))
    for _ in range(PATIENCE):
        try:
            with engine.begin() as connection:
                connection.execute(text("create database registers character set utf8mb4"))
        except OperationalError:
            if server.poll() is not None:
                raise
            time.sleep(0.1)
        else:
            engine.dispose()
            return f"{url}/registers"
    raise TimeoutError("MariaDB does not answer")
