"""Decide which entity a checked line is about.

Pure: takes what the vault knows of the identifiers, gives the entity, the identifiers it gains and the entities that
turn out to be one with it. Never asks the database.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from hub.identifiers.entity_id import new_id
from hub.identifiers.schemes import SCHEMES, Identifier, Scheme
from hub.intake.check import Checked


@dataclass(frozen=True, slots=True)
class Known:
    """What an identifier leads to: the member it was given to, and the entity that stands for that member now."""

    identifier_id: UUID
    member_id: UUID
    canonical_id: UUID


@dataclass
class Directory:
    """The identifiers of one chunk of lines and what they lead to, growing as lines are identified."""

    known: dict[Identifier, Known]
    schemes: dict[UUID, set[Scheme]]
    at: datetime
    new_identifiers: dict[Identifier, Known] = field(default_factory=dict)
    new_links: dict[UUID, UUID] = field(default_factory=dict)

    def identify(self, line: Checked) -> Known:
        """The entity of ``line``: by its best key, else by another key of an entity that lacks the best one, else new.

        Two entities of which one has no key of the best scheme are linked by a line that names both.
        """
        found = [self.known[key] for key in line.identifiers if key in self.known]
        best = line.identifiers[0]
        leading = self.known.get(best) or self._keyless(found, best.scheme) or self._new()
        for key in line.identifiers:
            if key not in self.known:
                self._give(key, leading)
        for other in found:
            if other.canonical_id != leading.canonical_id and not self._holds(other, best.scheme):
                self._link(other.canonical_id, leading.canonical_id)
        return self.current(leading)

    @property
    def joined(self) -> set[UUID]:
        """The entities that others were linked into."""
        return set(self.new_links.values())

    @property
    def gained(self) -> set[UUID]:
        """The entities that were given an identifier by which they are found."""
        return {
            self.current(given).canonical_id for key, given in self.new_identifiers.items() if SCHEMES[key.scheme].finds
        }

    def refer(self, key: Identifier) -> UUID:
        """The entity that ``key`` names; one that is not known yet is given its id now and its records later."""
        if key not in self.known:
            self._give(key, self._new())
        return self.known[key].member_id

    def hold(self, key: Identifier, owner: Known) -> UUID:
        """The id under which ``key``, a number in a record of ``owner``, lies in the vault."""
        if key not in self.known:
            self._give(key, owner)
        return self.known[key].identifier_id

    def _keyless(self, found: Iterable[Known], scheme: Scheme) -> Known | None:
        return next((known for known in found if not self._holds(known, scheme)), None)

    def _holds(self, known: Known, scheme: Scheme) -> bool:
        return scheme in self.schemes.get(self.current(known).canonical_id, ())

    def _new(self) -> Known:
        entity_id = new_id(self.at)
        return Known(new_id(self.at), entity_id, entity_id)

    def _give(self, key: Identifier, owner: Known) -> None:
        given = Known(new_id(self.at), owner.member_id, self.current(owner).canonical_id)
        self.known[key] = self.new_identifiers[key] = given
        self.schemes.setdefault(given.canonical_id, set()).add(key.scheme)

    def _link(self, absorbed: UUID, into: UUID) -> None:
        for earlier, target in self.new_links.items():
            if target == absorbed:
                self.new_links[earlier] = into
        self.new_links[absorbed] = into
        self.schemes.setdefault(into, set()).update(self.schemes.get(absorbed, ()))

    def current(self, known: Known) -> Known:
        """``known`` after the links that lines of this chunk made."""
        canonical = self.new_links.get(known.canonical_id, known.canonical_id)
        return known if canonical == known.canonical_id else Known(known.identifier_id, known.member_id, canonical)


def lock_key(value: bytes) -> int:
    """The advisory lock that stands for an entity id or a look-up: its last eight bytes."""
    return int.from_bytes(value[-8:], signed=True)


def locks_needed(
    lines: Iterable[Checked], lookups: Mapping[Identifier, bytes], known: Mapping[Identifier, Known]
) -> set[int]:
    """What must be locked before ``lines`` are written: each entity that is written to, each key that is given."""
    needed: set[int] = set()
    for line in lines:
        for key in line.identifiers:
            needed.add(lock_key(known[key].canonical_id.bytes if key in known else lookups[key]))
        needed.update(lock_key(lookups[key]) for key in line.keys if key not in known)
    return needed
