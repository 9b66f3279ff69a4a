"""Give each subject a key of its own, such that one can be destroyed while all others stay.

The keys of all subjects follow from one seed, along a tree with sixty-four branches at every step; a subject's path is
a digest of its id. To destroy a subject's key, the seeds on its path are thrown away and those beside it kept: every
other key follows from what is left, and that one from nothing there is. Takes ids and seeds; never reads or writes.
"""

import string
from base64 import urlsafe_b64encode
from hashlib import blake2b
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from hub.vault.suites import KEY_BYTES, Suite, branch

Key = Annotated[bytes, Meta(min_length=KEY_BYTES, max_length=KEY_BYTES)]
Path = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{8}$")]
DIGITS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


class SubjectKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of all subjects but those that were destroyed: seeds, by the beginning of the paths they are for."""

    suite: Suite
    seeds: dict[str, Key]

    def key_of(self, path: str) -> bytes | None:
        """The key at the end of a path; None where it was destroyed."""
        beginning = self._beginning(path)
        if beginning is None:
            return None
        key = self.seeds[beginning]
        for step in path[len(beginning) :]:
            key = branch(self.suite, key, step)
        return key

    def without(self, path: str) -> "SubjectKeys":
        """These keys but for the one at the end of a path."""
        beginning = self._beginning(path)
        if beginning is None:
            return self
        seeds = dict(self.seeds)
        seed = seeds.pop(beginning)
        for place in range(len(beginning), len(path)):
            branches = {path[:place] + digit: branch(self.suite, seed, digit) for digit in DIGITS}
            seed = branches.pop(path[: place + 1])
            seeds |= branches
        return replace(self, seeds=seeds)

    def _beginning(self, path: str) -> str | None:
        """The beginning of a path for which there is a seed."""
        for length in range(len(path) + 1):
            if path[:length] in self.seeds:
                return path[:length]
        return None

    def __repr__(self) -> str:
        return f"SubjectKeys({self.suite})"


def path_of(subject: bytes) -> str:
    """The path of a subject in every tree of keys."""
    return urlsafe_b64encode(blake2b(subject, digest_size=6).digest()).decode()
