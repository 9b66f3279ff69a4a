"""Take in applications and what is done about them; a step that provides issues the grant in the same transaction.

Takes a database and an order that somebody may give; gives the application as it stands then. The rules are in
``application.py``.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hub.access import Grant, GrantBasis
from hub.catalog import Catalog, EntityKind, Need, SharingMode, SharingType, Terms, responsible
from hub.errors import NotApplicable, NotYourStep, UnknownApplication
from hub.identifiers.entity_id import new_id
from hub.redaction import redact
from hub.stewardship.application import Party, Progress, Stage, Step, Taken, follow, progress
from hub.stewardship.working_days import WorkingDays
from hub.store import applications, grants
from hub.store.applications import Application, Kept, KeptStep
from hub.store.pool import Database

MONTH = timedelta(days=30)
LONGEST_MONTHS = 12
"""How long a grant lasts whose items have no period of their own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an agency asks for: items of a kind, each with its legal basis, for a purpose, in some divisions."""

    agency: str
    officer: str
    entity: EntityKind
    bases: Mapping[str, str]
    purpose: str
    divisions: tuple[str, ...] = ()
    masked: bool = False


def application_of(catalog: Catalog, asked: Asked, at: datetime) -> Application:
    """The application that this makes; raises ``NotApplicable`` for items that cannot be applied for together."""
    terms = [_applicable(catalog, asked, item) for item in asked.bases]
    departments = [responsible(catalog, asked.entity, item)[0] for item in asked.bases]
    if len(set(departments)) != 1:
        raise NotApplicable(problem="they are of several departments, or there is none")
    return Application(
        application_id=new_id(at),
        agency=asked.agency,
        applicant=asked.officer,
        entity=asked.entity,
        items=tuple(asked.bases),
        bases=tuple(map(redact, asked.bases.values())),
        purpose=asked.purpose,
        divisions=asked.divisions,
        months=min(one.months or LONGEST_MONTHS for one in terms),
        masked=asked.masked,
        department=departments[0],
        needs_office=any(Need.OFFICE in one.needs for one in terms),
        submitted_at=at,
    )


def _applicable(catalog: Catalog, asked: Asked, item: str) -> Terms:
    """The terms of an item that an agency may apply for."""
    terms = catalog.sharing[asked.entity].get(item)
    if terms is None:
        raise NotApplicable(problem=f"the catalog has no item {item}")
    if terms.type is not SharingType.CONDITIONAL or (terms.scope and asked.agency not in terms.scope):
        raise NotApplicable(problem=f"{item} is not shared with you on condition")
    if not asked.bases[item].strip():
        raise NotApplicable(problem=f"{item} has no legal basis")
    return terms


async def submit(database: Database, application: Application) -> Kept:
    """Keep an application."""
    async with database.transaction() as connection:
        await applications.apply(connection, application)
    return Kept(application, ())


@dataclass(frozen=True, slots=True)
class Order:
    """A step that an officer orders, with words on why; ``parties`` are those that the officer may act for."""

    application_id: UUID
    step: Step
    officer: str
    words: str
    parties: Callable[[Application], Collection[Party]]


async def take(database: Database, calendar: WorkingDays, order: Order, at: datetime) -> Kept:
    """Take a step; gives the application with it.

    Raises where there is no such application that the officer has to do with, or where the step is not theirs to take
    or not possible now.
    """
    async with database.transaction() as connection:
        kept = await applications.locked(connection, order.application_id)
        parties = order.parties(kept.application) if kept else ()
        if kept is None or not parties:
            raise UnknownApplication
        application = kept.application
        reached = standing(kept, calendar)
        party, stage = follow(reached, order.step, at, confirmed=application.needs_office)
        if party not in parties:
            raise NotYourStep(step=order.step, party=party)
        step = KeptStep(order.step, at, party, order.officer, redact(order.words))
        await applications.take(connection, application.application_id, step)
        if stage is Stage.PROVIDED:
            await grants.issue(connection, [granted(application, at)], order.officer)
    return Kept(application, (*kept.steps, step))


def granted(application: Application, at: datetime) -> Grant:
    """The grant that an application comes to."""
    return Grant(
        grant_id=new_id(at),
        agency=application.agency,
        entity=application.entity,
        items=frozenset(application.items),
        modes=frozenset(SharingMode),
        basis=GrantBasis.APPLICATION,
        purpose=application.purpose,
        divisions=application.divisions,
        masked=application.masked,
        valid_from=at,
        valid_to=at + application.months * MONTH,
        application_id=application.application_id,
    )


def standing(kept: Kept, calendar: WorkingDays) -> Progress:
    """Where an application stands."""
    taken = (Taken(Step(one.step), one.at) for one in kept.steps)
    return progress(kept.application.submitted_at, taken, calendar, confirmed=kept.application.needs_office)
