"""What of the items asked for is given: everywhere, only in some divisions, or only with the subject's consent.

Pure data with one rule: an item is given where its grounds cover all the areas in question.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from hub.access.areas import ANYWHERE, Areas, common, covers, joined

MOST_PARTS = 1_000
"""Divisions and consents for which a decision keeps what it comes to."""


class Ground(NamedTuple):
    """One grant that gives an item: where, masked or not, and whether only with the consent of the subject.

    What is ``own``, a department's or the subject's, is given whatever is disputed.
    """

    areas: Areas
    masked: bool
    needs_consent: bool
    grant_id: UUID
    own: bool = False


Part = tuple[str, frozenset[str], frozenset[str]]
"""What an entity makes of a decision: its division, the leaves consented to, those suspended."""
Grounds = Mapping[str, Mapping[str, tuple[Ground, ...]]]
"""By item asked for, by leaf in it, what gives it."""


@dataclass(frozen=True)
class Decision:
    """What of the items asked for is given, and which of it is masked.

    ``perhaps`` are given of entities of some divisions, or with consent: ``of`` tells for one entity. Entities outside
    ``areas`` are not shown to the viewer at all; where it is empty, none is.
    """

    given: frozenset[str]
    denied: frozenset[str]
    perhaps: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()
    areas: Areas = ANYWHERE
    grounds: Grounds = field(default_factory=dict, repr=False, compare=False)
    _parts: dict[Part, "Decision"] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def readable(self) -> frozenset[str]:
        """What may be given of some entity, and so has to be read and logged."""
        return self.given | self.perhaps

    @cached_property
    def consent_items(self) -> frozenset[str]:
        """The leaves that are given with consent only."""
        return frozenset(
            leaf
            for leaves in self.grounds.values()
            for leaf, grounds in leaves.items()
            if grounds and all(ground.needs_consent for ground in grounds)
        )

    @cached_property
    def grants(self) -> frozenset[UUID]:
        """The grants that it rests on."""
        return frozenset(
            ground.grant_id for leaves in self.grounds.values() for grounds in leaves.values() for ground in grounds
        )

    @property
    def clear(self) -> frozenset[str]:
        """What is given and not masked."""
        return self.given - self.masked

    @cached_property
    def logged(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """What the access log says of it, each in order: the items read, the items denied, the grants."""
        return tuple(sorted(self.readable)), tuple(sorted(self.denied)), tuple(sorted(map(str, self.grants)))

    @cached_property
    def rows(self) -> Areas | None:
        """The areas that rows are compared with; None where the division of an entity makes no difference."""
        everywhere = all(
            ground.areas == ANYWHERE for leaves in self.grounds.values() for held in leaves.values() for ground in held
        )
        return None if everywhere and self.areas == ANYWHERE else self.areas

    def everywhere(self, items: Collection[str]) -> Areas:
        """Where all of ``items`` are given, without anybody's consent."""
        found = self.areas
        for item in items:
            held = (ground for leaves in self.grounds[item].values() for ground in leaves if not ground.needs_consent)
            found = common(found, joined(ground.areas for ground in held)) if found else found
        return found

    def of(self, division: str | None, consented: Collection[str] = (), suspended: Collection[str] = ()) -> "Decision":
        """The same for an entity of a division whose subject has consented to some leaves; others may be suspended."""
        if not self.perhaps and not self.masked and not suspended:
            return self
        part = (division or "", frozenset(consented), frozenset(suspended))
        if part not in self._parts:
            if len(self._parts) >= MOST_PARTS:
                self._parts.clear()
            self._parts[part] = resolved(self.grounds, part[:1], self.areas, *part[1:])
        return self._parts[part]


def resolved(
    grounds: Grounds, where: Areas, areas: Areas, consented: Collection[str] = (), suspended: Collection[str] = ()
) -> Decision:
    """The decision on items by their grounds, for entities that lie somewhere in ``where``."""
    given, perhaps, masked = set[str](), set[str](), set[str]()
    for item, leaves in grounds.items():
        usable = {
            leaf: [
                one
                for one in held
                if (not one.needs_consent or leaf in consented) and (one.own or leaf not in suspended)
            ]
            for leaf, held in leaves.items()
        }
        shown = {leaf for leaf, held in usable.items() if held and covers(joined(one.areas for one in held), where)}
        if shown:
            given.add(item)
        elif any(leaves.values()):
            perhaps.add(item)
        clear = (joined(one.areas for one in usable[leaf] if not one.masked) for leaf in shown)
        if shown and not any(areas and covers(areas, where) for areas in clear):
            masked.add(item)
    sets = frozenset(given), frozenset(grounds) - given - perhaps, frozenset(perhaps), frozenset(masked)
    return Decision(*sets, areas, grounds)
