"""Seal many parts of one thing under a key of its own, which alone lies under the vault's.

Takes parts with their names; gives sealed bytes. Whoever destroys that key destroys all of them at once, and a new key
of the vault has one value sealed anew, however many parts there are. Never knows what the parts are.
"""

import os
import zlib

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.vault.cipher import NONCE_BYTES


def new_part_key() -> bytes:
    """A key for the parts of one thing."""
    return AESGCM.generate_key(256)


class PartCipher:
    """What seals and opens the parts of one thing; a part opens under the name it was sealed with, and no other."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, name: str, plain: bytes) -> bytes:
        """A part, packed and sealed."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, zlib.compress(plain), name.encode())

    def open(self, name: str, sealed: bytes) -> bytes:
        """A part as it was given; raises ``InvalidTag`` for another one, or where it was altered."""
        return zlib.decompress(self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode()))
