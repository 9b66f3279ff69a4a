"""The two suites of algorithms that a key may be used with: the world's, and that of the PRC (GB/T 32907, GB/T 32905).

Takes keys and bytes; gives bytes. Either seals with authentication and tells branches of a key apart by a keyed digest.
"""

import os
from enum import StrEnum
from hashlib import blake2s
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SM3, Hash

KEY_BYTES = 32
SM4_KEY_BYTES = 16
TAG_BYTES = 16
NONCE_BYTES = 12


class Suite(StrEnum):
    """AES-256-GCM with BLAKE2s, or SM4-GCM with SM3."""

    AES = "AES"
    SM4 = "SM4"


class Aead(Protocol):
    """A cipher under one key, which notices whatever was altered."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """``data`` sealed for what ``associated_data`` says."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """What was sealed; raises ``InvalidTag``."""


class SM4GCM:
    """SM4 in Galois/counter mode, with the tag behind the text as ``AESGCM`` has it."""

    def __init__(self, key: bytes) -> None:
        self._key = SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """``data`` sealed for what ``associated_data`` says."""
        encryptor = Cipher(self._key, GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """What was sealed; raises ``InvalidTag``."""
        if len(data) < TAG_BYTES:
            raise InvalidTag
        decryptor = Cipher(self._key, GCM(nonce, data[-TAG_BYTES:])).decryptor()
        decryptor.authenticate_additional_data(associated_data)
        return decryptor.update(data[:-TAG_BYTES]) + decryptor.finalize()


def aead(suite: Suite, key: bytes) -> Aead:
    """The suite's cipher under a key of 32 bytes."""
    return AESGCM(key) if suite is Suite.AES else SM4GCM(key[:SM4_KEY_BYTES])


def seal(cipher: Aead, plain: bytes, context: bytes) -> bytes:
    """``plain`` sealed for a context, with the nonce that it was sealed with before it."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, context)


def unseal(cipher: Aead, sealed: bytes, context: bytes) -> bytes:
    """What was sealed for a context; raises ``InvalidTag`` where it is not whole, was altered or is for another."""
    if len(sealed) < NONCE_BYTES:
        raise InvalidTag
    return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)


def branch(suite: Suite, key: bytes, digit: str) -> bytes:
    """The key that follows from ``key`` for a digit; it tells nothing of that of another digit, nor of ``key``."""
    if suite is Suite.AES:
        return blake2s(digit.encode(), key=key).digest()
    digest = Hash(SM3())
    digest.update(key + digit.encode())
    return digest.finalize()
