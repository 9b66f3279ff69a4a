"""What the vault does with a value: look it up blindly, name a record by it, veil it, seal it and open it.

Takes keys and values; gives hashes and sealed bytes. A ``Vault`` may be shared by threads. A key seals at most 2³²
values before its successor must take over, because nonces are random; the successor is followed as soon as it is there.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from hub.errors import VaultKeyMissing
from hub.vault.keys import KeyFile, VaultKeys

HASH_BYTES = 16
NONCE_BYTES = 12
AESSIV_KEY_BYTES = 64


@dataclass(frozen=True, slots=True)
class _Ring:
    """The encryption keys at one time: all of them open, the current one seals."""

    current: str
    ciphers: dict[str, AESGCM]

    @classmethod
    def of(cls, keys: VaultKeys) -> "_Ring":
        return cls(keys.current, {key_id: AESGCM(key) for key_id, key in keys.encryption.items()})


class Vault:
    """The identity vault's arithmetic under one set of keys, and under the encryption keys that come to them later.

    ``newer`` gives the keys again where they were changed, and None otherwise. It is asked before a value is sealed,
    and when one lies under a key that is not known.
    """

    def __init__(self, keys: VaultKeys, newer: Callable[[], VaultKeys | None] = lambda: None) -> None:
        self.generation = keys.blind_index.generation
        self._newer = newer
        self._renewing = Lock()
        self._ring = _Ring.of(keys)
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
        return self._renewed().current

    def lookup(self, scheme: str, value: str) -> bytes:
        """The blind index of a normalised value: the same for the same value, meaningless without the key."""
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

    def seal(self, plain: bytes, context: bytes) -> tuple[str, bytes]:
        """Encrypt under the current key; gives its id and the sealed bytes, which open in the same context only."""
        ring = self._renewed()
        nonce = os.urandom(NONCE_BYTES)
        return ring.current, nonce + ring.ciphers[ring.current].encrypt(nonce, plain, context)

    def open(self, key_id: str, sealed: bytes, context: bytes) -> bytes:
        """Decrypt; raises ``VaultKeyMissing`` for an unknown key, ``InvalidTag`` in another context or when altered."""
        cipher = self._ring.ciphers.get(key_id) or self._renewed().ciphers.get(key_id)
        if cipher is None:
            raise VaultKeyMissing(problem=f"the key file has no key {key_id}")
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)

    def _renewed(self) -> _Ring:
        """The keys as they are now."""
        with self._renewing:
            if keys := self._newer():
                self._ring = _Ring.of(keys)
            return self._ring
