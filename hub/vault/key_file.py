"""The key file: the keys of the identity vault in one file of mode 0600, as they are or wrapped by a key service.

Takes the file's path; gives ``VaultKeys``. The file is made once, whole, whoever else tries at the same time; one with
other keys takes its place at one stroke. Never logs a key, and never opens a file that others may read.
"""

import errno
import os
from math import inf
from pathlib import Path
from time import monotonic
from typing import NamedTuple, TypeAlias

import msgspec

from hub.errors import KeyInUse, KeyServiceUnusable, VaultKeyMissing
from hub.private_file import replace_whole, write_once
from hub.settings import Settings
from hub.vault.keys import VaultKeys, new_keys
from hub.vault.services import FILE, PLAIN, KeyServices, key_services
from hub.vault.suites import Suite

PAUSE_SECONDS = 1.0
"""How long a key service that cannot be used is not asked again."""


_Mark: TypeAlias = tuple[int, int, int]


class _Reading(NamedTuple):
    """What was read: from which file, until when a process may hold it, and the keys."""

    mark: _Mark | None
    until: float
    keys: VaultKeys


class KeyFile:
    """The key file as a process holds it: its ``keys``, and those that took their place since."""

    def __init__(self, path: Path, *, create: bool, suite: Suite = Suite.AES, services: KeyServices = PLAIN) -> None:
        """Raises ``VaultKeyMissing`` and ``KeyServiceUnusable``."""
        self.path = path
        self._services = services
        if create and not path.exists():
            self._make(suite)
        self._held = self._reading()
        self._refused: tuple[float, KeyServiceUnusable] | None = None

    @property
    def keys(self) -> VaultKeys:
        """The keys as they were last read."""
        return self._held.keys

    def read(self) -> VaultKeys:
        """The keys as the file has them now."""
        return self._reading().keys

    def newer(self) -> VaultKeys | None:
        """The keys, if the file is another one by now, or they were held for as long as they may be.

        None also where the file or its key service is out of reach while the keys may still be held. Raises
        ``VaultKeyMissing`` where what is there now is no successor of the keys held, and ``KeyServiceUnusable``.
        """
        mark, is_due = _mark(self.path), monotonic() >= self._held.until
        if not is_due and mark in (None, self._held.mark):
            return None
        if mark is None:
            raise KeyServiceUnusable(problem=f"the key file {self.path} is out of reach")
        try:
            reading = self._reading_unless_refused()
        except KeyServiceUnusable:
            if is_due:
                raise
            return None
        if not reading.keys.blind_index.follows(self.keys.blind_index):
            raise VaultKeyMissing(problem=f"{self.path} has come to hold other keys for look-ups")
        self._held = reading
        return reading.keys

    def replace(self, keys: VaultKeys) -> None:
        """Have the file hold ``keys`` from now on, wrapped as it is; raises ``OSError`` where it cannot be replaced."""
        service = self._services.of(read_private(self.path))
        replace_whole(self.path, service.wrap(_encode(keys)))

    def backup(self, target: Path) -> None:
        """Copy the file, if it is whole, to ``target``; raises ``FileExistsError`` rather than replace anything."""
        content = read_private(self.path)
        self._opened(content)
        if not write_once(target, content):
            raise FileExistsError(errno.EEXIST, "it exists already and is not replaced")

    @property
    def wrapped_by(self) -> str:
        """The id of the key of a service that the file lies under; empty where it lies as it is."""
        content = read_private(self.path)
        return self._services.of(content).wrapped_by(content)

    @property
    def service(self) -> str:
        """What the service is called that keeps the file secret."""
        return self._services.of(read_private(self.path)).name

    def rewrap(self) -> None:
        """Have the file lie under a new key of the service that is chosen."""
        keys, service = self.read(), self._services.chosen
        service.make()
        replace_whole(self.path, service.wrap(_encode(keys)))

    def drop_wrapping(self, key_id: str) -> bool:
        """Destroy a key of a service, if the id is one's; raises ``KeyInUse`` for the key that the file lies under."""
        service = self._services.keeping(key_id)
        if service is None:
            return False
        if key_id == self.wrapped_by:
            raise KeyInUse(key_id=key_id, problem="the key file is wrapped by it; run `hub keys rewrap` first")
        service.drop(key_id)
        return True

    def _make(self, suite: Suite) -> None:
        service = self._services.chosen
        if not service.ids():
            service.make()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_once(self.path, service.wrap(_encode(new_keys(suite))))

    def _reading(self) -> _Reading:
        mark, content = _mark(self.path), read_private(self.path)
        held = monotonic() + self._services.lease if self._services.of(content).name != FILE else inf
        return _Reading(mark, held, self._opened(content))

    def _reading_unless_refused(self) -> _Reading:
        """What is read now; what kept a service from being used is said again for a while without asking it."""
        if self._refused and monotonic() < self._refused[0]:
            raise KeyServiceUnusable(**self._refused[1].details)
        try:
            return self._reading()
        except KeyServiceUnusable as error:
            self._refused = monotonic() + PAUSE_SECONDS, error
            raise

    def _opened(self, content: bytes) -> VaultKeys:
        secret = self._services.of(content).unwrap(content)
        try:
            return msgspec.json.decode(secret, type=VaultKeys)
        except msgspec.DecodeError as error:
            raise VaultKeyMissing(problem=f"{self.path} is not a key file ({error})") from None


def open_key_file(settings: Settings, *, create: bool = False) -> KeyFile:
    """The key file where the settings say, made there first where ``create`` allows it."""
    services = key_services(settings)
    return KeyFile(settings.vault_key_path, create=create, suite=Suite(settings.vault_suite), services=services)


def load_keys(path: Path, *, create: bool, suite: Suite = Suite.AES) -> VaultKeys:
    """The keys in a file that no service wraps, made there first where ``create`` allows it."""
    return KeyFile(path, create=create, suite=suite).keys


def read_private(path: Path) -> bytes:
    """What a file holds that nobody else may read; raises ``VaultKeyMissing``."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise VaultKeyMissing(problem=f"others may read or change {path}; run `chmod 600 {path}`")
            return file.read()
    except FileNotFoundError:
        raise VaultKeyMissing(problem=f"there is no key file {path}") from None
    except OSError as error:
        raise VaultKeyMissing(problem=f"{path} cannot be read ({error.strerror})") from None


def _mark(path: Path) -> _Mark | None:
    """What tells a file from another one in its place; None where it is out of reach."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _encode(keys: VaultKeys) -> bytes:
    return msgspec.json.format(msgspec.json.encode(keys))
