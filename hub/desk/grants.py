"""Tell callers what they are granted and why not more, and take grants back.

Takes a viewer; gives grants and reasons, which hold no value of a person. An order is kept in the access log before it
is carried out, refused or not.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hub.access import Decision, Grant, GrantState, Role, Viewer, own_view
from hub.access.reasons import Withheld, why_not
from hub.catalog import EntityKind, responsible
from hub.clock import now
from hub.desk.desk import Desk
from hub.desk.entry import entry_of
from hub.errors import GrantNotYours, UnknownGrant
from hub.redaction import redact
from hub.store import grants

SOON = timedelta(days=30)
"""How long before its end a grant is said to end."""
REVOKE = "revoke grant"


@dataclass(frozen=True, slots=True)
class HeldGrant:
    """A grant as whoever holds it sees it."""

    grant: Grant
    state: GrantState
    ends_soon: bool


@dataclass(frozen=True, slots=True)
class WithheldItem:
    """An item that is not given: why, and whom to turn to."""

    item: str
    reason: Withheld
    department: str | None


async def grants_of(desk: Desk, viewer: Viewer) -> list[HeldGrant]:
    """The grants of the viewer's agency and department, those that ended within a year too."""
    async with desk.database.connection() as connection:
        access = await desk.access(connection, viewer)
    held = [own_view(access.catalog)] if viewer.is_subject else access.rights.held_by(viewer)
    return [
        HeldGrant(grant, state, _ends_soon(grant, access.at)) for grant in held if (state := grant.state(access.at))
    ]


async def withheld(desk: Desk, viewer: Viewer, kind: EntityKind, items: Collection[str]) -> list[WithheldItem]:
    """Which of ``items`` the viewer is not given for the purpose named, and why; of none, of all items of ``kind``."""
    async with desk.database.connection() as connection:
        access = (await desk.access(connection, viewer)).of_self
    known = access.catalog.leaves[kind]
    reasons = {item: why_not(access, kind, item) for item in items or known}
    return [
        WithheldItem(item, reason, responsible(access.catalog, kind, item)[0] if item in known else None)
        for item, reason in reasons.items()
        if reason
    ]


async def revoke_grant(desk: Desk, viewer: Viewer, grant_id: UUID, reason: str) -> None:
    """End a grant at once; the catalog office may. What follows from the catalog alone is changed there."""
    granted, asked = Role.CATALOG_OFFICE in viewer.roles, frozenset({str(grant_id)})
    decision = Decision(asked, frozenset()) if granted else Decision(frozenset(), asked)
    await desk.log.keep(entry_of(viewer, REVOKE, decision, now()))
    if not granted:
        raise GrantNotYours
    async with desk.database.transaction() as connection:
        if await grants.revoke(connection, grant_id, viewer.officer, redact(reason)) is None:
            raise UnknownGrant


def _ends_soon(grant: Grant, at: datetime) -> bool:
    return bool(grant.valid_to and at < grant.valid_to < at + SOON)
