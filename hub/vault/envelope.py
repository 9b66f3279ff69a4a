"""A secret sealed under a key that lies beside it, which alone a key service has wrapped.

So a service is given thirty-two bytes, however long the secret. Takes and gives bytes; never asks a service itself.
"""

import msgspec
from cryptography.exceptions import InvalidTag

from hub.errors import VaultKeyMissing
from hub.vault.suites import KEY_BYTES, Suite, aead, seal, unseal


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What lies in a file: the sealed secret, and the key it is sealed under as a key of a service has wrapped it."""

    service: str
    key: str
    wrapped: bytes
    suite: Suite
    sealed: bytes

    @classmethod
    def around(cls, secret: bytes, service: str, key_id: str, data_key: bytes, wrapped: bytes) -> "Envelope":
        """A secret sealed under ``data_key``, which the service's key has wrapped."""
        return cls(service, key_id, wrapped, Suite.AES, seal(aead(Suite.AES, data_key), secret, _context(service)))

    def opened(self, data_key: bytes) -> bytes:
        """The secret; raises ``VaultKeyMissing`` where it was altered."""
        try:
            if len(data_key) == KEY_BYTES:
                return unseal(aead(self.suite, data_key), self.sealed, _context(self.service))
        except InvalidTag:
            pass
        raise altered()

    def encoded(self) -> bytes:
        """The envelope as it lies in a file."""
        return msgspec.json.format(msgspec.json.encode(self))


def envelope_in(content: bytes) -> Envelope:
    """The envelope that a file holds; raises ``VaultKeyMissing``."""
    try:
        return msgspec.json.decode(content, type=Envelope)
    except msgspec.DecodeError as error:
        raise VaultKeyMissing(problem=f"the key file is not whole ({error})") from None


def altered() -> VaultKeyMissing:
    """What to raise for an envelope that is not as it was made."""
    return VaultKeyMissing(problem="the key file was altered since it was wrapped")


def _context(service: str) -> bytes:
    return f"key file by {service}".encode()
