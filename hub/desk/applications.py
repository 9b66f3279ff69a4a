"""Applications for items: who may make them, who may see them, and whose turn it is (GZ-Detail Art. 35).

Takes a viewer; gives applications, which hold no value of a person. What is ordered is in the access log before it is
done, refused or not.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from hub.access import Decision, Role, Viewer
from hub.clock import now
from hub.desk.cursors import APPLICATIONS, id_at, id_cursor
from hub.desk.desk import Desk
from hub.desk.entry import entry_of
from hub.errors import ApplyNotGranted
from hub.stewardship import applying
from hub.stewardship.application import Party, Progress, Step
from hub.stewardship.applying import Asked, Order, application_of, standing
from hub.stewardship.working_days import WorkingDays
from hub.store import applications as store
from hub.store.applications import Application, Kept

MOST_MEDIATIONS = 200


@dataclass(frozen=True, slots=True)
class FoundApplication:
    """An application as those who have to do with it see it, with the steps that this viewer may take now."""

    kept: Kept
    progress: Progress
    is_overdue: bool
    steps: tuple[Step, ...]


def parties_of(viewer: Viewer, application: Application) -> list[Party]:
    """The parties to an application that a viewer may act for."""
    acting = {
        Party.APPLICANT: Role.QUERY_OFFICER in viewer.roles and viewer.agency == application.agency,
        Party.PROVIDER: viewer.reports_for == application.department,
        Party.OFFICE: Role.CATALOG_OFFICE in viewer.roles,
    }
    return [party for party, is_one in acting.items() if is_one]


async def apply(desk: Desk, viewer: Viewer, calendar: WorkingDays, asked: Asked) -> FoundApplication:
    """Apply for items; officers who query may, for their agency."""
    allowed = Role.QUERY_OFFICER in viewer.roles
    await _log(desk, viewer, "apply", asked.bases, allowed=allowed)
    if not allowed:
        raise ApplyNotGranted
    async with desk.database.connection() as connection:
        catalog = await desk.catalogs.in_force(connection)
    kept = await applying.submit(desk.database, application_of(catalog, asked, now()))
    return _found(viewer, kept, calendar)


async def advance(
    desk: Desk, viewer: Viewer, calendar: WorkingDays, application_id: UUID, step: Step, words: str
) -> FoundApplication:
    """Take a step of an application."""
    await _log(desk, viewer, f"application: {step}", [str(application_id)], allowed=True)
    order = Order(application_id, step, viewer.officer, words, lambda application: parties_of(viewer, application))
    return _found(viewer, await applying.take(desk.database, calendar, order, now()), calendar)


async def applications(
    desk: Desk, viewer: Viewer, calendar: WorkingDays, after: str | None, first: int
) -> tuple[list[FoundApplication], bool]:
    """Up to ``first`` applications that the viewer has to do with, in the order in which they were made."""
    place = None if after is None else id_at(desk.vault, APPLICATIONS, after)
    everything = Role.CATALOG_OFFICE in viewer.roles
    agency = viewer.agency if Role.QUERY_OFFICER in viewer.roles else ""
    async with desk.database.connection() as connection:
        found = await store.page(
            connection, agency, viewer.reports_for, everything=everything, after=place, limit=first + 1
        )
    return [_found(viewer, kept, calendar) for kept in found[:first]], len(found) > first


async def mediations(desk: Desk) -> list[asyncpg.Record]:
    """The latest results of mediation: application, agency, department, items, step, instant and words of each."""
    async with desk.database.connection() as connection:
        return await store.mediations(connection, MOST_MEDIATIONS)


def cursor_of(desk: Desk, found: FoundApplication) -> str:
    """Where to go on after an application."""
    return id_cursor(desk.vault, APPLICATIONS, found.kept.application.application_id)


def _found(viewer: Viewer, kept: Kept, calendar: WorkingDays) -> FoundApplication:
    at: datetime = now()
    reached, parties = standing(kept, calendar), parties_of(viewer, kept.application)
    steps = tuple(step for step, (party, _) in reached.moves(at).items() if party in parties)
    return FoundApplication(kept, reached, reached.is_overdue(at), steps)


async def _log(desk: Desk, viewer: Viewer, ordered: str, about: Collection[str], *, allowed: bool) -> None:
    asked, nothing = frozenset(about), frozenset[str]()
    decision = Decision(asked, nothing) if allowed else Decision(nothing, asked)
    await desk.log.keep(entry_of(viewer, ordered, decision, now()))
