"""Keep what else an item may need: the written consent of a subject, the approval of the head of the asking unit.

Takes a viewer and what is kept; gives its id, after the order is in the access log, refused or not. Documents stay with
the agency: their digests are kept, so that it can show them later (Shaanxi Art. 19, 26, 27).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hub.access import Approval, Decision, Role, Viewer, code_of
from hub.catalog import EntityKind, Need
from hub.clock import now
from hub.desk.desk import Desk
from hub.desk.entry import entry_of
from hub.errors import InvalidArgument, NotYours, UnknownConsent
from hub.identifiers.entity_id import new_id
from hub.store import grants
from hub.store.grants import Consent

LONGEST_CONSENT, LONGEST_APPROVAL = timedelta(days=366), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Wish:
    """Items of a kind that are to be used for a purpose until an instant."""

    kind: EntityKind
    items: Collection[str]
    purpose: str
    until: datetime


async def record_consent(desk: Desk, viewer: Viewer, subject: UUID, wish: Wish, document_digest: bytes) -> UUID:
    """Keep that a subject lets the viewer's agency have items; the officers who query record it."""
    await _ordered(desk, viewer, "record consent", wish.items, Role.QUERY_OFFICER, [subject])
    at = await _checked(desk, wish, Need.CONSENT, LONGEST_CONSENT)
    consent = Consent(
        entity_id=subject,
        consent_id=new_id(at),
        agency=viewer.agency,
        items=tuple(sorted(wish.items)),
        purpose=code_of(wish.purpose),
        valid_to=wish.until,
        document_digest=document_digest,
        recorded_by=viewer.officer,
    )
    async with desk.database.transaction() as connection:
        await grants.record_consent(connection, consent)
    return consent.consent_id


async def withdraw_consent(desk: Desk, viewer: Viewer, subject: UUID, consent_id: UUID) -> None:
    """Keep that a subject lets the agency have them no more."""
    await _ordered(desk, viewer, "withdraw consent", [str(consent_id)], Role.QUERY_OFFICER, [subject])
    async with desk.database.transaction() as connection:
        if not await grants.withdraw_consent(connection, subject, consent_id, viewer.agency, viewer.officer):
            raise UnknownConsent


async def approve_use(desk: Desk, viewer: Viewer, wish: Wish) -> UUID:
    """Keep that the head of a unit lets its officers use items for one case."""
    await _ordered(desk, viewer, "approve use", wish.items, Role.UNIT_HEAD, [])
    if "case=" not in wish.purpose:
        raise InvalidArgument(name="purpose", problem="it names no case, as WELFARE; case=7 does")
    at = await _checked(desk, wish, Need.UNIT_HEAD, LONGEST_APPROVAL)
    approval = Approval(
        agency=viewer.agency,
        entity=wish.kind,
        items=frozenset(wish.items),
        purpose=wish.purpose,
        approved_by=viewer.officer,
        valid_to=wish.until,
    )
    approval_id = new_id(at)
    async with desk.database.transaction() as connection:
        await grants.approve(connection, approval_id, approval)
    return approval_id


async def _checked(desk: Desk, wish: Wish, need: Need, longest: timedelta) -> datetime:
    """Now, where a wish can be meant; raises where an item needs nothing of the kind, or the time is too long."""
    async with desk.database.connection() as connection:
        sharing = (await desk.catalogs.in_force(connection)).sharing[wish.kind]
    at = now()
    if not wish.items or any(item not in sharing or need not in sharing[item].needs for item in wish.items):
        raise InvalidArgument(name="items", problem=f"each must be an item whose terms need {need}")
    if not at < wish.until <= at + longest:
        raise InvalidArgument(name="until", problem=f"it must come within {longest.days} days")
    return at


async def _ordered(
    desk: Desk, viewer: Viewer, ordered: str, about: Collection[str], role: Role, entity_ids: Collection[UUID]
) -> None:
    asked, nothing = frozenset(about), frozenset[str]()
    allowed = role in viewer.roles
    decision = Decision(asked, nothing) if allowed else Decision(nothing, asked)
    await desk.log.keep(entry_of(viewer, ordered, decision, now(), entity_ids if allowed else ()))
    if not allowed:
        raise NotYours(role=role)
