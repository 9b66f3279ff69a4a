"""Under which circumstances a question is asked: by whom, about whom, of which moment, and with what granted.

Drawn by Hypothesis from the model.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from hub.access import Approval, Grant, Role, Viewer
from hub.catalog import EntityKind, Model
from tests.granted import grant
from tests.served import AGENCY, department

OFFICE = Viewer(agency="office", officer="officer", roles=frozenset({Role.INFORMATION_MANAGER}))
NEAR = replace(AGENCY, divisions=("440106",), purpose="TEST; case=1")
VIEWERS = (AGENCY, NEAR, department("HUMAN_RESOURCES"), OFFICE)
PURPOSES = ("", "TEST", "ANOTHER")
DIVISIONS = ((), (), ("440100",), ("440106",), ("440113001",))
FIRST, LAST = date(2005, 1, 1), date(2030, 1, 1)
FOREVER = datetime(2999, 1, 1, tzinfo=UTC)
_Draw = Any


@dataclass(frozen=True)
class Moment:
    """A day, and how much of what was delivered was known: ``known`` places one of the instants at which more was."""

    valid_on: date | None
    known: int | None

    def asked(self, instants: Sequence[datetime]) -> dict[str, str]:
        """The argument that asks for it."""
        known = {} if self.known is None else {"knownAt": instants[self.known % len(instants)].isoformat()}
        return known | ({} if self.valid_on is None else {"validOn": self.valid_on.isoformat()})


@dataclass(frozen=True)
class Circumstances:
    """Who asks about ``who``, of which moment, with what granted; where ``opened``, the catalog gives every item.

    ``demonstrated`` are the grants of a development hub besides those of one's own.
    """

    viewer: Viewer
    who: int
    moment: Moment | None
    opened: bool
    demonstrated: bool
    held: tuple[Grant, ...]
    approved: tuple[Approval, ...]


@st.composite
def circumstances(draw: _Draw, model: Model) -> Circumstances:
    """Some circumstances."""
    return Circumstances(
        viewer=draw(st.sampled_from(VIEWERS)),
        who=draw(st.integers(0, 5)),
        moment=draw(st.none() | st.builds(Moment, st.none() | st.dates(FIRST, LAST), st.none() | st.integers(0, 99))),
        opened=draw(st.booleans()),
        demonstrated=draw(st.booleans()),
        held=tuple(draw(st.lists(_grants(model), max_size=4))),
        approved=tuple(draw(st.lists(_approvals(model), max_size=1))),
    )


@st.composite
def _grants(draw: _Draw, model: Model) -> Grant:
    kind = draw(st.sampled_from(EntityKind))
    others = {
        "purpose": draw(st.sampled_from(PURPOSES)),
        "divisions": draw(st.sampled_from(DIVISIONS)),
        "masked": draw(st.booleans()),
    }
    return grant(kind, draw(_items(model, kind)), **others)


@st.composite
def _approvals(draw: _Draw, model: Model) -> Approval:
    kind = draw(st.sampled_from(EntityKind))
    return Approval(
        agency=AGENCY.agency,
        entity=kind,
        items=frozenset(draw(_items(model, kind))),
        purpose=NEAR.purpose,
        approved_by="head",
        valid_to=FOREVER,
    )


def _items(model: Model, kind: EntityKind) -> st.SearchStrategy[list[str]]:
    """All items of a kind, those of one record, or a few."""
    leaves = sorted(model.leaves[kind])
    records = sorted({leaf.partition(".")[0] for leaf in leaves if "." in leaf})
    whole = st.sampled_from(records).map(lambda name: [leaf for leaf in leaves if leaf.startswith(f"{name}.")])
    return st.just(leaves) | whole | st.lists(st.sampled_from(leaves), min_size=1, max_size=12)
