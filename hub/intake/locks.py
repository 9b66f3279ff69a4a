"""What a chunk must lock before it writes.

Pure: takes checked lines and what their keys lead to; gives entities and look-ups. What it locks alone nobody else
writes; what it shares nobody writes meanwhile.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from hub.identifiers.schemes import Identifier
from hub.intake.check import Checked
from hub.intake.identify import Known, SplitOff
from hub.intake.told import Path


@dataclass(frozen=True, slots=True)
class Locks:
    """The advisory locks that a transaction takes alone, and those that it shares."""

    alone: frozenset[int]
    shared: frozenset[int]

    def cover(self, others: "Locks") -> bool:
        """Whether who holds these needs no more for ``others``."""
        return others.alone <= self.alone and others.shared <= self.alone | self.shared

    def __len__(self) -> int:
        """How many there are."""
        return len(self.alone) + len(self.shared)


def locks_on(alone: Iterable[bytes], shared: Iterable[bytes]) -> Locks:
    """The locks that stand for ids and look-ups; what is locked alone is not shared."""
    alone_keys = frozenset(map(lock_key, alone))
    return Locks(alone_keys, frozenset(map(lock_key, shared)) - alone_keys)


def lock_key(value: bytes) -> int:
    """The advisory lock that stands for an entity id or a look-up: its last eight bytes."""
    return int.from_bytes(value[-8:], signed=True)


def written(lines: Iterable[Checked], known: Mapping[Identifier, Known], split_off: SplitOff) -> set[UUID]:
    """The entities that ``lines`` write to, as far as they are known."""
    named = [
        (known[key], (line.record.name, line.record_key))
        for line in lines
        for key in (*line.identifiers, *line.formers)
        if key in known
    ]
    owners = (split_off.get((found.member_id, *record)) for found, record in named if found.is_split)
    return {found.canonical_id for found, _ in named} | {owner.canonical_id for owner in owners if owner}


def given(lines: Iterable[Checked], known: Mapping[Identifier, Known]) -> set[bytes]:
    """The look-ups of the keys that ``lines`` may give to an entity."""
    return {lookup for line in lines for key, lookup in line.lookups.items() if key not in known}


def referred(lines: Iterable[Checked], known: Mapping[Identifier, Known], ways: Collection[str]) -> set[UUID]:
    """The entities to which ``lines`` refer by some ways, as far as they are known."""
    return {
        known[key].canonical_id
        for line in lines
        for path, key in line.references.items()
        if key in known and via(line.record.name, path) in ways
    }


def via(record_type: str, path: Path) -> str:
    """The way of a reference, whichever entry of a list it stands in."""
    return ".".join((record_type, *(step for step in path if isinstance(step, str))))
