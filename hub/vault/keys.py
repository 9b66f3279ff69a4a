"""The keys of the identity vault, in one file of mode 0600.

Takes the file's path; gives ``VaultKeys``. The file is made once, whole, whoever else tries at the same time; one with
another encryption key takes its place at one stroke. Never logs a key, and never opens a file that others may read.
"""

import errno
import os
import secrets
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from hub.errors import VaultKeyMissing
from hub.private_file import replace_whole, write_once
from hub.vault.subjects import Key, SubjectKeys
from hub.vault.subjects import Path as SubjectPath
from hub.vault.suites import KEY_BYTES, Suite


class BlindIndexKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The key that look-ups are made with; ``generation`` counts its successors."""

    generation: Annotated[int, Meta(ge=1)]
    key: Key

    def __repr__(self) -> str:
        return f"BlindIndexKey(generation={self.generation})"


class VaultKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the key file holds; ``current`` names the encryption key that seals, all of them can open.

    An encryption key is another one for each subject, but for those of old, which are one for all. ``shredded`` are the
    paths of the subjects whose keys were destroyed.
    """

    blind_index: BlindIndexKey
    current: str
    encryption: dict[str, Key | SubjectKeys]
    shredded: tuple[SubjectPath, ...] = ()

    def __post_init__(self) -> None:
        if self.current not in self.encryption:
            raise ValueError("the current encryption key is not among the keys")

    def succeeded(self, suite: Suite = Suite.AES) -> "VaultKeys":
        """These keys and a new one, which seals from now on, though not for subjects whose keys were destroyed."""
        key_id, fresh = secrets.token_hex(4), _new_key(suite)
        for path in self.shredded:
            fresh = fresh.without(path)
        return replace(self, current=key_id, encryption=self.encryption | {key_id: fresh})

    def without(self, key_id: str) -> "VaultKeys":
        """These keys but for one, which is not the current one."""
        return replace(self, encryption={name: key for name, key in self.encryption.items() if name != key_id})

    @property
    def common(self) -> list[str]:
        """The ids of the keys of old, which are one for all subjects."""
        return [key_id for key_id, key in self.encryption.items() if isinstance(key, bytes)]

    def sort(self, key_id: str) -> str:
        """What an encryption key is used with, and whether it is one for all subjects; empty where it is missing."""
        key = self.encryption.get(key_id)
        if isinstance(key, SubjectKeys):
            return key.suite
        return f"{Suite.AES}, one for all" if key else ""

    def shredding(self, paths: Iterable[str]) -> "VaultKeys":
        """These keys but for those of subjects, by their paths; there must be no key that is one for all."""
        keys = {key_id: key for key_id, key in self.encryption.items() if isinstance(key, SubjectKeys)}
        fresh = [path for path in dict.fromkeys(paths) if path not in self.shredded]
        for path in fresh:
            keys = {key_id: key.without(path) for key_id, key in keys.items()}
        return replace(self, encryption=keys, shredded=(*self.shredded, *fresh))

    @property
    def names(self) -> frozenset[str]:
        """What tells these keys from others without giving them away."""
        fingerprint = blake2b(digest_size=8, key=self.blind_index.key, person=b"fingerprint").hexdigest()
        return frozenset({f"index:{fingerprint}", *(name_of(key_id) for key_id in self.encryption)})

    def __repr__(self) -> str:
        return f"VaultKeys({self.blind_index!r}, current={self.current!r})"


class KeyFile:
    """The key file as a process holds it: ``keys`` as they were read, and those that took their place since."""

    def __init__(self, path: Path, *, create: bool, suite: Suite = Suite.AES) -> None:
        """Raises ``VaultKeyMissing``."""
        self.keys = load_keys(path, create=create, suite=suite)
        self._path = path
        self._seen: tuple[int, ...] | None = None

    def newer(self) -> VaultKeys | None:
        """The keys, if the file is another one than when this was asked before; None also where it is out of reach.

        Raises ``VaultKeyMissing`` where what is there now is no successor of the keys that are held.
        """
        try:
            found = self._path.stat()
        except OSError:
            return None
        mark = (found.st_ino, found.st_mtime_ns, found.st_size)
        if mark == self._seen:
            return None
        keys = load_keys(self._path, create=False)
        if keys.blind_index != self.keys.blind_index:
            raise VaultKeyMissing(problem=f"{self._path} has come to hold other keys for look-ups")
        self._seen = mark
        return keys


def name_of(key_id: str) -> str:
    """What a database calls an encryption key."""
    return f"seal:{key_id}"


def new_keys(suite: Suite = Suite.AES) -> VaultKeys:
    """Fresh random keys."""
    key_id = secrets.token_hex(4)
    blind_index = BlindIndexKey(generation=1, key=secrets.token_bytes(KEY_BYTES))
    return VaultKeys(blind_index=blind_index, current=key_id, encryption={key_id: _new_key(suite)})


def load_keys(path: Path, *, create: bool, suite: Suite = Suite.AES) -> VaultKeys:
    """The keys in ``path``, made there first where ``create`` allows it; raises ``VaultKeyMissing``."""
    if create and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_once(path, _encode(new_keys(suite)))
    return _decode(path, read_private(path))


def replace_keys(path: Path, keys: VaultKeys) -> None:
    """Have the key file hold ``keys`` from now on; raises ``OSError`` where it cannot be replaced."""
    replace_whole(path, _encode(keys))


def backup_keys(path: Path, target: Path) -> None:
    """Copy a key file that is whole to ``target``; raises ``FileExistsError`` rather than replace anything."""
    content = read_private(path)
    _decode(path, content)
    if not write_once(target, content):
        raise FileExistsError(errno.EEXIST, "it exists already and is not replaced")


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


def _new_key(suite: Suite) -> SubjectKeys:
    return SubjectKeys(suite, {"": secrets.token_bytes(KEY_BYTES)})


def _encode(keys: VaultKeys) -> bytes:
    return msgspec.json.format(msgspec.json.encode(keys))


def _decode(path: Path, content: bytes) -> VaultKeys:
    try:
        return msgspec.json.decode(content, type=VaultKeys)
    except msgspec.DecodeError as error:
        raise VaultKeyMissing(problem=f"{path} is not a key file ({error})") from None
