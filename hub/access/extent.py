"""How far a decision reaches, in a form that can be kept and held against a later one.

Pure. Takes decisions on the same items; tells whether the later one still gives all that the earlier one gave.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct

from hub.access.areas import Areas, covers, joined
from hub.access.decision import Decision, Ground


class Reach(NamedTuple):
    """Where a leaf is given at all, where uncovered, and where without anybody's consent."""

    shown: Areas
    clear: Areas
    unasked: Areas


class Extent(Struct, frozen=True):
    """How far a decision reaches: where entities are shown, and for each leaf its reach."""

    areas: Areas
    leaves: Mapping[str, Reach]

    def still_given(self, later: "Extent") -> bool:
        """Whether ``later`` gives all of this: no leaf fewer, none covered that was not, and nowhere less."""
        return covers(later.areas, self.areas) and all(
            leaf in later.leaves and all(map(covers, later.leaves[leaf], reach)) for leaf, reach in self.leaves.items()
        )


def extent_of(decision: Decision) -> Extent:
    """How far ``decision`` reaches."""
    leaves = {leaf: _reach(held) for leaves in decision.grounds.values() for leaf, held in leaves.items()}
    return Extent(decision.areas, leaves)


def _reach(held: Iterable[Ground]) -> Reach:
    grounds = list(held)
    return Reach(
        joined(ground.areas for ground in grounds),
        joined(ground.areas for ground in grounds if not ground.masked),
        joined(ground.areas for ground in grounds if not ground.needs_consent),
    )
