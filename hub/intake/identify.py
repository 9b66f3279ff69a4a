"""Decide which entity a checked line is about.

Pure: takes what the vault knows of the identifiers, gives the entity, the identifiers it gains, the numbers that took
the place of others and the entities that turn out to be one with it. Never asks the database.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import product
from typing import NamedTuple
from uuid import UUID

from hub.identifiers.entity_id import new_id
from hub.identifiers.schemes import SCHEMES, Identifier, Scheme
from hub.intake.check import Checked
from hub.stewardship.claims import claim_of


@dataclass(frozen=True, slots=True)
class Replacement:
    """The number, by its look-up, that took another's place on a day, and when that was said."""

    by: bytes
    valid_from: date
    stated_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What an identifier leads to: the member it was given to, and the entity that stands for that member now.

    ``replaced`` says which number took its place, if one did; ``is_split`` whether records were split off the member;
    ``is_moved`` whether the identifier led to another one before.
    """

    identifier_id: UUID
    member_id: UUID
    canonical_id: UUID
    replaced: Replacement | None = None
    is_split: bool = False
    is_moved: bool = False


class Owner(NamedTuple):
    """An entity that a record belongs to, and the one that stands for it now."""

    member_id: UUID
    canonical_id: UUID


SplitOff = Mapping[tuple[UUID, str, str], Owner]
"""To whom records went that an order split off entities: by the entity, the record type and the record key."""


@dataclass(frozen=True, slots=True)
class Identified:
    """What identifying lines changed: entities that others have ``joined``, and those that ``gained`` an identifier.

    Or what an order did: an entity that was ``joined`` may have been left instead, by one that ``parted`` from it.
    ``split`` are those some of whose records turned out to be others'. ``contests`` are claims of identifiers that
    several entities claim: the entity, the identifier's id, and what records show of it.
    """

    joined: frozenset[UUID] = frozenset()
    parted: frozenset[UUID] = frozenset()
    gained: frozenset[UUID] = frozenset()
    split: frozenset[UUID] = frozenset()
    contests: frozenset[tuple[UUID, UUID, str]] = frozenset()


@dataclass
class Directory:
    """The identifiers of one chunk of lines and what they lead to, growing as lines are identified.

    ``schemes`` are those under which entities have identifiers, ``lost`` those of which they had some that turned out
    to be others'. The numbers ``reassigned`` were such: they are nobody's former numbers. No line joins two entities
    that an order has kept ``apart``, and what is said of a record that was ``split_off`` goes to its owner.
    ``contested`` are keys with the entities that claim them at once.
    """

    lookups: Mapping[Identifier, bytes]
    known: dict[Identifier, Known]
    schemes: dict[UUID, set[Scheme]]
    lost: Mapping[UUID, set[Scheme]]
    reassigned: frozenset[Identifier]
    apart: frozenset[frozenset[UUID]]
    split_off: SplitOff
    at: datetime
    new_identifiers: dict[Identifier, Known] = field(default_factory=dict)
    new_entities: set[UUID] = field(default_factory=set)
    new_links: dict[UUID, UUID] = field(default_factory=dict)
    replacements: dict[Identifier, Replacement | None] = field(default_factory=dict)
    contested: dict[Identifier, set[UUID]] = field(default_factory=dict)

    def identify(self, line: Checked) -> Known:
        """The entity of ``line``: by its best key, its former one, or another of an entity without the best, else new.

        Two entities of which one has no key of the best scheme, and has lost none, are linked by a line that names
        both; so are two of which a line says that the number of one is the former number of the other. Of a record
        that was split off, the numbers that are known already say nothing.
        """
        found = [self.known[key] for key in line.identifiers if key in self.known]
        formers = {key: by for key, by in line.formers.items() if self._may_replace(key, by)}
        once = [self.known[key] for key in formers if key in self.known]
        best = line.identifiers[0]
        named = self.known.get(best) or next(iter(once), None) or self._keyless(found, best.scheme) or self._new()
        leading = self._owner_of_record(line, named)
        if leading.canonical_id != named.canonical_id:
            formers, once = {}, []
        for key in (*line.identifiers, *formers):
            if key not in self.known:
                self._give(key, leading)
        for other in (*once, *(known for known in found if self._may_join(known, best.scheme))):
            absorbed, into = self.current(other).canonical_id, self.current(leading).canonical_id
            if absorbed != into and not self._are_apart(absorbed, into):
                self._link(absorbed, into)
        for former, by in formers.items():
            self._replace(former, by, line)
        self._contest(line.identifiers, leading)
        return self.current(leading)

    @property
    def joined(self) -> set[UUID]:
        """The entities that others were linked into."""
        return set(self.new_links.values())

    @property
    def gained(self) -> set[UUID]:
        """The entities of whose identifiers, those by which they are found, something new is known."""
        new = {key for key in self.new_identifiers if SCHEMES[key.scheme].finds}
        return {self.current(self.known[key]).canonical_id for key in new | self.replacements.keys()}

    @property
    def identified(self) -> Identified:
        """What the lines identified so far have changed."""
        contests = {
            (entity_id, self.known[key].identifier_id, claim_of(key, self.known[key].identifier_id))
            for key, entity_ids in self.contested.items()
            for entity_id in entity_ids
        }
        return Identified(frozenset(self.joined), gained=frozenset(self.gained), contests=frozenset(contests))

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

    def _contest(self, keys: Iterable[Identifier], leading: Known) -> None:
        """Note the keys that the line of ``leading`` gives and that another entity, with a best key of its own, has."""
        for key in keys:
            owner = self.known[key]
            if self.current(owner).canonical_id != self.current(leading).canonical_id:
                self.contested.setdefault(key, set()).update((owner.member_id, leading.member_id))

    def _owner_of_record(self, line: Checked, named: Known) -> Known:
        """``named``, or who owns the line's record where that was split off it."""
        owner = self.split_off.get((named.member_id, line.record.name, line.record_key))
        return replace(named, member_id=owner.member_id, canonical_id=owner.canonical_id) if owner else named

    def _keyless(self, found: Iterable[Known], scheme: Scheme) -> Known | None:
        return next((known for known in found if not self._holds(known, scheme)), None)

    def _holds(self, known: Known, scheme: Scheme) -> bool:
        return scheme in self.schemes.get(self.current(known).canonical_id, ())

    def _may_join(self, known: Known, scheme: Scheme) -> bool:
        """Whether ``known`` has no number of ``scheme`` and never had one: what it had may still be said of it."""
        return not self._holds(known, scheme) and scheme not in self.lost.get(self.current(known).canonical_id, ())

    def _may_replace(self, former: Identifier, by: Identifier) -> bool:
        """Whether ``by`` may have taken the place of ``former``: nobody has said that it is another's number."""
        ends = [self.current(self.known[key]).canonical_id for key in (former, by) if key in self.known]
        return former not in self.reassigned and not (len(ends) > 1 and self._are_apart(*ends))

    def _are_apart(self, one: UUID, other: UUID) -> bool:
        """Whether an order has kept two entities apart, or any that lines of this chunk have joined to them."""
        pairs = product(self._members(one), self._members(other))
        return bool(self.apart) and any(frozenset(pair) in self.apart for pair in pairs)

    def _members(self, canonical: UUID) -> set[UUID]:
        return {canonical, *(absorbed for absorbed, into in self.new_links.items() if into == canonical)}

    def _replace(self, former: Identifier, by: Identifier, line: Checked) -> None:
        """Note that ``by`` took the place of ``former``: of the contrary, what was said later counts."""
        contrary = self._replacement(by)
        if contrary and contrary.by == self.lookups[former]:
            if contrary.stated_at >= line.stated_at:
                return
            self.replacements[by] = None
        said = Replacement(self.lookups[by], line.valid_from, line.stated_at)
        before = self._replacement(former)
        if before is None or _outdoes(said, before):
            self.replacements[former] = said

    def _replacement(self, key: Identifier) -> Replacement | None:
        return self.replacements[key] if key in self.replacements else self.known[key].replaced

    def _new(self) -> Known:
        entity_id = new_id(self.at)
        self.new_entities.add(entity_id)
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
        return known if canonical == known.canonical_id else replace(known, canonical_id=canonical)


def _outdoes(said: Replacement, before: Replacement) -> bool:
    """Whether ``said`` tells more than ``before``: the same of an earlier day, or another number and later."""
    return said.valid_from < before.valid_from if said.by == before.by else said.stated_at > before.stated_at
