"""An anchor: the head of a chain, signed, to be kept where who owns the database cannot reach.

Takes a head and a key; gives a line of text. Takes a line and the public key; gives the anchor, if the key signed it.
The first anchor of a writer is made before its first entry, so that a chain without one is nobody's.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from hub.audit.chain import Head


class Anchor(Struct, frozen=True, kw_only=True):
    """What a writer's chain was at an instant: so many entries, and the digest of the last."""

    writer: UUID
    count: int
    digest: bytes
    at: datetime

    @property
    def head(self) -> Head:
        """The head that is anchored."""
        return Head(self.writer, self.count, self.digest)


class _Line(Struct, frozen=True):
    anchor: Anchor
    signature: bytes


_decode = msgspec.json.Decoder(_Line).decode


def signed(key: Ed25519PrivateKey, head: Head, at: datetime) -> bytes:
    """The line that anchors a head."""
    anchor = Anchor(writer=head.writer, count=head.count, digest=head.digest, at=at)
    return msgspec.json.encode(_Line(anchor, key.sign(msgspec.json.encode(anchor))))


def anchor_in(line: bytes, key: Ed25519PublicKey) -> Anchor | None:
    """The anchor in a line; None where it is none, or not signed by who has the key."""
    try:
        found = _decode(line)
        key.verify(found.signature, msgspec.json.encode(found.anchor))
    except (msgspec.DecodeError, InvalidSignature):
        return None
    return found.anchor
