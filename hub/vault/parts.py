"""Seal many parts of one thing under a key of its own, which alone lies under the vault's.

Takes parts with their names; gives sealed bytes. Whoever destroys that key destroys all of them at once, and a new key
of the vault has one value sealed anew, however many parts there are. Never knows what the parts are.
"""

import secrets
import zlib

from hub.vault.suites import KEY_BYTES, Suite, aead, seal, unseal


def new_part_key(suite: Suite) -> bytes:
    """A key for the parts of one thing, behind the name of the suite that it is used with."""
    return suite.encode() + secrets.token_bytes(KEY_BYTES)


class PartCipher:
    """What seals and opens the parts of one thing; a part opens under the name it was sealed with, and no other."""

    def __init__(self, part_key: bytes) -> None:
        suite, key = part_key[:-KEY_BYTES].decode(), part_key[-KEY_BYTES:]
        self._cipher = aead(Suite(suite) if suite else Suite.AES, key)

    def seal(self, name: str, plain: bytes) -> bytes:
        """A part, packed and sealed."""
        return seal(self._cipher, zlib.compress(plain), name.encode())

    def open(self, name: str, sealed: bytes) -> bytes:
        """A part as it was given; raises ``InvalidTag`` for another one, or where it was altered."""
        return zlib.decompress(unseal(self._cipher, sealed, name.encode()))
