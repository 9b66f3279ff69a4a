"""Hold the entries of one writer against each other and against its anchors, and name what does not fit.

Takes entries in the order of their positions and anchors in the order in which they were made; gives findings. What was
taken away, put in, changed or moved by whoever owns the database is found as far as the last anchor reaches.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from msgspec.structs import replace

from hub.audit.anchor import Anchor
from hub.audit.chain import begin
from hub.audit.entry import Kept, kept_bytes

MOST_EXPLAINED = 100
"""Entries of one writer that do not fit for which it is worked out whether they were moved."""


class Problem(StrEnum):
    """What is wrong with some entries of a writer."""

    CHANGED = "CHANGED"
    MISSING = "MISSING"
    MOVED = "MOVED"
    DOUBLED = "DOUBLED"
    TRUNCATED = "TRUNCATED"
    REWRITTEN = "REWRITTEN"
    FOREIGN = "FOREIGN"
    UNSIGNED = "UNSIGNED"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with the entries of a writer from one position to another; the position itself where it is one."""

    problem: Problem
    writer: UUID
    first: int
    last: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Odd:
    """An entry that does not follow from the one before it, whose digest is ``before``."""

    kept: Kept
    before: bytes
    digest: bytes


class Verification:
    """The entries of one writer, as they are gone through; at the end ``count`` of them are there."""

    def __init__(self, writer: UUID, anchors: Iterator[Anchor | None]) -> None:
        self.writer = writer
        self.count = 0
        self.anchored: Anchor | None = None
        self.findings: list[Finding] = []
        self._position = 0
        self._anchors = anchors
        self._before: tuple[bytes, ...] = (begin(writer).digest,)
        self._odd: list[_Odd] = []
        self._next = self._following_anchor()
        if self._next is None:
            self._find(Problem.FOREIGN, 1, 1)
        elif self._next.count == 0:
            self._reach(self._next, begin(writer).digest)

    def add(self, kept: Kept, digest: bytes) -> None:
        """Look at the next entry and at the digest that stands with it."""
        self.count += 1
        if kept.position <= self._position:
            self._find(Problem.DOUBLED, kept.position, kept.position, kept.at)
            return
        if kept.position > self._position + 1:
            self._find(Problem.MISSING, self._position + 1, kept.position - 1)
            self._before = (digest,)
        else:
            self._before = self._compared(kept, digest)
        self._position = kept.position
        while self._next and self._next.count <= self._position:
            self._reach(self._next, digest)

    def _compared(self, kept: Kept, digest: bytes) -> tuple[bytes, ...]:
        """Note an entry that does not follow; gives what the next may follow: what stands here, or should."""
        worked_out = [sha256(before + kept_bytes(kept)).digest() for before in self._before]
        if digest in worked_out:
            return (digest,)
        self._odd.append(_Odd(kept, self._before[0], digest))
        return digest, worked_out[0]

    def end(self) -> list[Finding]:
        """All that was found, once every entry was added."""
        while self._next:
            self.anchored = self._next
            self._next = self._following_anchor()
        if self.anchored and self.anchored.count > self._position:
            self._find(Problem.TRUNCATED, self._position + 1, self.anchored.count)
        self.findings += self._explained()
        return sorted(self.findings, key=lambda finding: (finding.first, finding.problem))

    @property
    def unanchored(self) -> int:
        """How many entries came after the last anchor: nothing but their own chain speaks for them."""
        return max(0, self._position - (self.anchored.count if self.anchored else 0))

    def _reach(self, anchor: Anchor, digest: bytes) -> None:
        """Compare the digest of the entry that an anchor names with the one that was signed."""
        since = self.anchored.count if self.anchored else 0
        if anchor.count == self._position and anchor.digest != digest and not self._is_suspect(since):
            self._find(Problem.REWRITTEN, since + 1, anchor.count, anchor.at)
        self.anchored = anchor
        self._next = self._following_anchor()

    def _is_suspect(self, since: int) -> bool:
        """Whether something is wrong already with an entry after a position."""
        return any(odd.kept.position > since for odd in self._odd) or any(one.last > since for one in self.findings)

    def _following_anchor(self) -> Anchor | None:
        """The next anchor that is signed; none may be unsigned, another writer's or of fewer entries."""
        for anchor in self._anchors:
            if anchor and anchor.writer == self.writer and (not self.anchored or anchor.count >= self.anchored.count):
                return anchor
            self._find(Problem.UNSIGNED, self._position, self._position, anchor.at if anchor else None)
        return None

    def _explained(self) -> Iterator[Finding]:
        """Of the entries that do not fit those that were changed or moved, and not those that only follow such."""
        known = {digest for odd in self._odd for digest in (odd.before, odd.digest)}
        places = [odd.kept.position for odd in self._odd]
        for odd in self._odd:
            if len(places) > MOST_EXPLAINED:
                yield _finding(Problem.CHANGED, odd)
            elif not _fits(odd, odd.kept.position, known):
                moved = any(_fits(odd, place, known) for place in places)
                yield _finding(Problem.MOVED if moved else Problem.CHANGED, odd)

    def _find(self, problem: Problem, first: int, last: int, at: datetime | None = None) -> None:
        self.findings.append(Finding(problem, self.writer, first, last, at))


def _fits(odd: _Odd, place: int, digests: Iterable[bytes]) -> bool:
    """Whether an entry is as it was written if it stood at ``place``, after an entry with one of some digests."""
    text = kept_bytes(replace(odd.kept, position=place))
    return any(sha256(before + text).digest() == odd.digest for before in digests)


def _finding(problem: Problem, odd: _Odd) -> Finding:
    return Finding(problem, odd.kept.writer, odd.kept.position, odd.kept.position, odd.kept.at)
