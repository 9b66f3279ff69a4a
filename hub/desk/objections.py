"""Dispute items of an entity, and settle what was disputed (Shaanxi Art. 33-35; Hubei Art. 12-15; GZ-Rules Art. 22).

Takes a viewer and an order; gives objections, which hold no value. An agency disputes what it is given, a subject what
is theirs; an information manager says how it came out. What access makes of it is written in ``hub/access``.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from hub.access import Decision, Role, Viewer
from hub.catalog import EntityKind
from hub.clock import now, today
from hub.desk.cursors import OBJECTIONS, id_at, id_cursor
from hub.desk.desk import Desk
from hub.desk.entry import entry_of
from hub.errors import InvalidArgument, NotYours, UnknownEntity, UnknownObjection
from hub.identifiers.entity_id import new_id
from hub.redaction import redact
from hub.store import accesses
from hub.store import objections as store
from hub.store.objections import Objection
from hub.store.reading import Key
from hub.timeline import Moment

RAISING = frozenset({Role.QUERY_OFFICER, Role.REPORTER})
"""Who of an agency disputes what it is given, and sees what it disputes."""


class ObjectionState(StrEnum):
    """How an objection stands: open, or how it was settled."""

    OPEN = "OPEN"
    UPHELD = "UPHELD"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class FoundObjection:
    """An objection, and the cursor to go on from after it."""

    objection: Objection
    cursor: str

    @property
    def state(self) -> ObjectionState:
        """How it stands."""
        return ObjectionState(self.objection.outcome or ObjectionState.OPEN)


async def raise_objection(
    desk: Desk, viewer: Viewer, kind: EntityKind, key: Key, items: Collection[str], reason: str
) -> FoundObjection:
    """Keep that a viewer disputes items of an entity; raises where they are not given these, or it is unknown."""
    if not items or not set(items) <= desk.model.leaves[kind].keys():
        raise InvalidArgument(name="items", problem="each must be an item that access is decided on")
    replies = await desk.answer(viewer, kind, [key], items, "raise objection", Moment(today()))
    found = replies[key]
    if not isinstance(found, tuple) or not found:
        raise UnknownEntity(name="subject")
    answer = found[0].answer
    for item in items:
        if not answer.gives(item):
            raise answer.refusal(item)
    at = now()
    new = Objection(
        objection_id=new_id(at),
        entity_id=answer.entity_id,
        kind=kind,
        items=tuple(sorted(items)),
        reason=redact(reason),
        raised_for=viewer.agency,
        raised_by=viewer.officer,
        raised_at=at,
    )
    async with desk.database.transaction() as connection:
        await store.add(connection, new)
    return _found(desk, new)


async def settle_objection(
    desk: Desk, viewer: Viewer, objection_id: UUID, outcome: ObjectionState, words: str
) -> FoundObjection:
    """Keep how an objection came out; its items are disclosed again at once. Values are corrected by who keeps them."""
    allowed, asked, nothing = Role.INFORMATION_MANAGER in viewer.roles, frozenset({str(objection_id)}), frozenset[str]()
    decision = Decision(asked, nothing) if allowed else Decision(nothing, asked)
    await desk.log.keep(entry_of(viewer, "settle objection", decision, now()))
    if not allowed:
        raise NotYours(role=Role.INFORMATION_MANAGER)
    if outcome is ObjectionState.OPEN:
        raise InvalidArgument(name="outcome", problem="it must say how the objection came out")
    async with desk.database.transaction() as connection:
        if not await store.settle(connection, objection_id, outcome, viewer.officer, redact(words)):
            raise UnknownObjection
        settled = await store.objection(connection, objection_id)
    assert settled is not None  # noqa: S101 - it was settled a moment ago
    return _found(desk, settled)


async def objections(desk: Desk, viewer: Viewer, after: str | None, first: int) -> tuple[list[FoundObjection], bool]:
    """Up to ``first`` objections after a cursor, and whether there are more: a manager sees all, a subject their own.

    An agency's officers see those of their agency.
    """
    place = None if after is None else id_at(desk.vault, OBJECTIONS, after)
    async with desk.database.connection() as connection:
        if Role.INFORMATION_MANAGER in viewer.roles:
            found = await store.page(connection, None, None, place, first + 1)
        elif own := desk.own_key(viewer):
            about = await accesses.subjects(connection, desk.vault.index, own.lookup, own.entity_id)
            found = await store.page(connection, None, about, place, first + 1)
        elif viewer.roles & RAISING:
            found = await store.page(connection, viewer.agency, None, place, first + 1)
        else:
            found = []
    return [_found(desk, one) for one in found[:first]], len(found) > first


def _found(desk: Desk, kept: Objection) -> FoundObjection:
    return FoundObjection(kept, id_cursor(desk.vault, OBJECTIONS, kept.objection_id))
