"""What the vault does with a value: look it up blindly, name a record by it, veil it, seal it and open it.

Takes keys and values; gives hashes and sealed bytes. The values of each subject lie under a key of its own. A ``Vault``
may be shared by threads, and follows the file of its keys.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from math import inf
from threading import Lock
from time import monotonic

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from hub.errors import ValueShredded, VaultKeyMissing
from hub.vault.key_file import KeyFile
from hub.vault.keys import BlindIndexKey, VaultKeys
from hub.vault.subjects import path_of
from hub.vault.suites import Aead, Suite, aead, seal, unseal

HASH_BYTES = 16
AESSIV_KEY_BYTES = 64
MOST_CIPHERS = 1_000
MOMENT = 0.01
"""Seconds for which a vault does not look again whether its keys were changed, unless it lacks one or seals."""


@dataclass(frozen=True, slots=True)
class _Ring:
    """The encryption keys at one time: all of them open, the current one seals."""

    keys: VaultKeys
    shredded: frozenset[str]
    ciphers: dict[tuple[str, bytes], Aead | None] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, keys: VaultKeys) -> "_Ring":
        return cls(keys, frozenset(keys.shredded))

    def cipher(self, key_id: str, subject: bytes) -> Aead | None:
        """The cipher for a subject under a key; None where the subject's key was destroyed.

        It is kept for the subject's other values: to make one takes ten times as long as to open a value.
        """
        with suppress(KeyError):
            return self.ciphers[key_id, subject]
        if len(self.ciphers) >= MOST_CIPHERS:
            self.ciphers.clear()
        made = self.ciphers[key_id, subject] = self._made(key_id, subject)
        return made

    def _made(self, key_id: str, subject: bytes) -> Aead | None:
        key = self.keys.encryption.get(key_id)
        if key is None:
            raise VaultKeyMissing(problem=f"the key file has no key {key_id}")
        path = path_of(subject)
        if path in self.shredded:
            return None
        if isinstance(key, bytes):
            return aead(Suite.AES, key)
        own = key.key_of(path)
        return aead(key.suite, own) if own else None


class Vault:
    """The identity vault's arithmetic under one set of keys, and under the encryption keys that come to them later.

    ``newer`` gives the keys again where they were changed, and None otherwise. It is asked before a value is sealed,
    and before one is looked up or opened unless it was a moment ago; it raises where the keys may be held no longer.
    """

    def __init__(self, keys: VaultKeys, newer: Callable[[], VaultKeys | None] = lambda: None) -> None:
        self._newer = newer
        self._renewing = Lock()
        self._ring, self._looked_at = _Ring.of(keys), -inf
        key = keys.blind_index.key
        self._lookup = blake2b(digest_size=HASH_BYTES, key=key, person=b"lookup")
        self._token = blake2b(digest_size=HASH_BYTES, key=key, person=b"token")
        self._veil = AESSIV(blake2b(digest_size=AESSIV_KEY_BYTES, key=key, person=b"veil").digest())

    @classmethod
    def under(cls, file: KeyFile) -> "Vault":
        """The vault under the keys of a file, which it follows."""
        return cls(file.keys, file.newer)

    @property
    def current(self) -> str:
        """The id of the key that seals."""
        return self._renewed().keys.current

    @property
    def index(self) -> BlindIndexKey:
        """The key of look-ups, with what was laid over it: in which forms they may lie."""
        return self._held().keys.blind_index

    def lookup(self, scheme: str, value: str) -> bytes:
        """The blind index of a normalised value: the same for the same value, meaningless without the key."""
        self._held()
        digest = self._lookup.copy()
        digest.update(f"{scheme}\0{value}".encode())
        return digest.digest()

    def token(self, purpose: str, *parts: str) -> str:
        """A name for what ``parts`` identify, in hexadecimal; other parts or another purpose give another name."""
        digest = self._token.copy()
        for part in (purpose, *parts):
            encoded = part.encode()
            digest.update(len(encoded).to_bytes(4) + encoded)
        return digest.hexdigest()

    def veil(self, plain: bytes, purpose: str) -> bytes:
        """``plain`` as callers may hold it without reading or changing it: the same for the same text and purpose."""
        return self._veil.encrypt(plain, [purpose.encode()])

    def unveil(self, veiled: bytes, purpose: str) -> bytes | None:
        """What was veiled here for ``purpose``; None for anything else."""
        try:
            return self._veil.decrypt(veiled, [purpose.encode()])
        except (InvalidTag, ValueError):
            return None

    def seal(self, plain: bytes, context: bytes, subject: bytes | None = None) -> tuple[str, bytes]:
        """Encrypt for a subject under the current key; gives its id and the sealed bytes.

        They open in the same context only. ``subject`` is whose value it is, by default what it is the context of. Of a
        subject whose key was destroyed nothing can be kept: the sealed bytes are none.
        """
        ring = self._renewed()
        current = ring.keys.current
        cipher = ring.cipher(current, context if subject is None else subject)
        return current, seal(cipher, plain, context) if cipher else b""

    def open(self, key_id: str, sealed: bytes, context: bytes, subject: bytes | None = None) -> bytes:
        """Decrypt; raises ``VaultKeyMissing``, ``ValueShredded``, or ``InvalidTag`` if altered or out of context."""
        plain = self.open_if_kept(key_id, sealed, context, subject)
        if plain is None:
            raise ValueShredded
        return plain

    def open_if_kept(self, key_id: str, sealed: bytes, context: bytes, subject: bytes | None = None) -> bytes | None:
        """Decrypt as ``open`` does; None where the value was shredded, or the subject's key destroyed."""
        if not sealed:
            return None
        ring = self._held()
        cipher = (ring if key_id in ring.keys.encryption else self._renewed()).cipher(
            key_id, context if subject is None else subject
        )
        return unseal(cipher, sealed, context) if cipher else None

    def _held(self) -> _Ring:
        """The keys as they were a moment ago at most."""
        return self._ring if monotonic() - self._looked_at < MOMENT else self._renewed()

    def _renewed(self) -> _Ring:
        """The keys as they are now."""
        with self._renewing:
            if keys := self._newer():
                self._ring = _Ring.of(keys)
            self._looked_at = monotonic()
            return self._ring
