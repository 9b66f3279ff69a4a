"""The keys of the identity vault: what they are, and which take their place.

Takes keys; gives ``VaultKeys``. Pure but for the making of new ones. Never logs a key.
"""

import secrets
from collections.abc import Iterable
from hashlib import blake2b
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from hub.vault.subjects import Key, SubjectKeys
from hub.vault.subjects import Path as SubjectPath
from hub.vault.suites import KEY_BYTES, Suite


class BlindIndexKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The key that look-ups are made with, and the ``layers`` that were laid over it since: keys to hash them again by.

    A look-up as the hub handles it is made with the key alone. Where it lies, it has a form of some generation: the
    first, or under a layer, hashed from the form before. New ones get the form ``written``; none that lies is of a
    generation before ``settled``.
    """

    generation: Annotated[int, Meta(ge=1)]
    key: Key
    layers: tuple[Key, ...] = ()
    written: int = 1
    settled: int = 1

    @property
    def newest(self) -> int:
        """The generation of the last layer."""
        return self.generation + len(self.layers)

    @property
    def is_settled(self) -> bool:
        """Whether all look-ups lie in the newest form."""
        return self.settled == self.newest

    def form(self, lookup: bytes, generation: int) -> bytes:
        """The form that a look-up has in a generation."""
        for layer in self.layers[: generation - self.generation]:
            lookup = over(layer, lookup)
        return lookup

    def forms(self, lookup: bytes) -> tuple[bytes, ...]:
        """The forms in which a look-up may lie."""
        if not self.layers:
            return (lookup,)
        return tuple(self.form(lookup, generation) for generation in range(self.settled, self.newest + 1))

    def layered(self) -> "BlindIndexKey":
        """The key with one more layer, under which nothing is written yet."""
        return replace(self, layers=(*self.layers, secrets.token_bytes(KEY_BYTES)))

    def follows(self, other: "BlindIndexKey") -> bool:
        """Whether this is another key with nothing but layers laid over it."""
        return self.key == other.key and self.layers[: len(other.layers)] == other.layers

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

    def with_index(self, index: BlindIndexKey) -> "VaultKeys":
        """These keys with another key of look-ups."""
        return replace(self, blind_index=index)

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
        index = (self.blind_index.key, *self.blind_index.layers)
        fingerprints = (blake2b(digest_size=8, key=key, person=b"fingerprint").hexdigest() for key in index)
        return frozenset({*(f"index:{one}" for one in fingerprints), *(name_of(key_id) for key_id in self.encryption)})

    def __repr__(self) -> str:
        return f"VaultKeys({self.blind_index!r}, current={self.current!r})"


def over(layer: bytes, lookup: bytes) -> bytes:
    """The form of a look-up under a layer, made from its form under what lies below."""
    return blake2b(lookup, digest_size=len(lookup), key=layer, person=b"layer").digest()


def name_of(key_id: str) -> str:
    """What a database calls an encryption key."""
    return f"seal:{key_id}"


def new_keys(suite: Suite = Suite.AES) -> VaultKeys:
    """Fresh random keys."""
    key_id = secrets.token_hex(4)
    blind_index = BlindIndexKey(generation=1, key=secrets.token_bytes(KEY_BYTES))
    return VaultKeys(blind_index=blind_index, current=key_id, encryption={key_id: _new_key(suite)})


def _new_key(suite: Suite) -> SubjectKeys:
    return SubjectKeys(suite, {"": secrets.token_bytes(KEY_BYTES)})
