"""Applications for items in the database, with the steps that were taken.

Takes a connection; gives applications. Decides nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from hub.catalog import EntityKind
from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("applications")


@dataclass(frozen=True, slots=True)
class Application:
    """What an agency asks of a department: items, each with its legal basis, for a purpose."""

    application_id: UUID
    agency: str
    applicant: str
    entity: EntityKind
    items: tuple[str, ...]
    bases: tuple[str, ...]
    purpose: str
    divisions: tuple[str, ...]
    months: int
    masked: bool
    department: str
    needs_office: bool
    submitted_at: datetime


class KeptStep(msgspec.Struct, frozen=True, array_like=True):
    """A step as it is kept."""

    step: str
    at: datetime
    party: str
    officer: str
    words: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An application with its steps, the first one first."""

    application: Application
    steps: tuple[KeptStep, ...]


async def apply(connection: Connection, new: Application) -> None:
    """Keep an application."""
    await connection.execute(
        _SQL["apply"],
        new.application_id,
        new.agency,
        new.applicant,
        new.entity,
        list(new.items),
        list(new.bases),
        new.purpose,
        list(new.divisions),
        new.months,
        new.masked,
        new.department,
        new.needs_office,
        new.submitted_at,
    )


async def locked(connection: Connection, application_id: UUID) -> Kept | None:
    """An application that nobody else moves on until the transaction ends."""
    await connection.fetch(_SQL["lock"], application_id)
    row = await connection.fetchrow(_SQL["application"], application_id)
    return _kept(row) if row else None


async def page(
    connection: Connection, agency: str, department: str | None, *, everything: bool, after: UUID | None, limit: int
) -> list[Kept]:
    """Up to ``limit`` applications by an agency or to a department, or of all, in the order in which they were made."""
    rows = await connection.fetch(_SQL["page"], agency, department, everything, after, limit)
    return [_kept(row) for row in rows]


async def take(connection: Connection, application_id: UUID, step: KeptStep) -> None:
    """Keep a step."""
    await connection.execute(_SQL["take"], application_id, step.step, step.at, step.party, step.officer, step.words)


async def mediations(connection: Connection, limit: int) -> list[asyncpg.Record]:
    """(application_id, agency, department, items, step, at, words) of the last results of mediation, the last first."""
    return await connection.fetch(_SQL["mediations"], limit)


def _kept(row: asyncpg.Record) -> Kept:
    said = dict(row)
    steps = tuple(msgspec.json.decode(step, type=KeptStep) for step in said.pop("steps"))
    return Kept(msgspec.convert(said, Application), steps)
