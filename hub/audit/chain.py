"""The chain of one writer: each entry's digest is made of its bytes and of the digest before it.

Takes a head and bytes; gives the next head. One digest therefore stands for everything up to it.
"""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Head:
    """Where a writer's chain ends: how many entries it has, and the digest of the last."""

    writer: UUID
    count: int
    digest: bytes

    def after(self, entry: bytes) -> "Head":
        """The head once the entry of these bytes is added."""
        return Head(self.writer, self.count + 1, sha256(self.digest + entry).digest())


def begin(writer: UUID) -> Head:
    """The head of a chain that has no entry yet."""
    return Head(writer, 0, sha256(writer.bytes).digest())
