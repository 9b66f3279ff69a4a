"""Tell how sources fare: what their submissions are worth, who is late by its duty, what was unusual.

Takes a viewer; gives figures. A department is told of what it delivered, the platform office of all; to others raises
``FieldNotGranted``. Nothing told here is of a person.
"""

from datetime import date, datetime
from uuid import UUID

import asyncpg

from hub.access import Role, Viewer
from hub.catalog import Model
from hub.desk.desk import Desk
from hub.desk.quarantine import delivered_by
from hub.errors import AnomalySettled, FieldNotGranted, UnknownAnomaly
from hub.stewardship.expected import Expected, expectations
from hub.stewardship.working_days import WorkingDays
from hub.store import quality
from hub.store.quality import Anomaly
from hub.store.quarantine import DeliveredBy

QUALITY, SOURCES, ANOMALIES = "quality", "sources", "anomalies"


async def sources(
    desk: Desk, viewer: Viewer, calendar: WorkingDays, today: date, register: str | None
) -> list[Expected]:
    """Who delivers, when they did last and who is late."""
    by = _whose(desk.model, viewer, SOURCES)
    async with desk.database.connection() as connection:
        heard = await quality.heard(connection, register)
    return [
        one
        for one in expectations(desk.model, heard, calendar, today)
        if register in (None, one.register) and (by is None or one.register in by.registers)
    ]


async def runs(
    desk: Desk, viewer: Viewer, register: str | None, before: UUID | None, first: int
) -> tuple[list[asyncpg.Record], bool]:
    """Up to ``first`` submissions before one, the latest first, what they are worth, and whether there are more."""
    by = _whose(desk.model, viewer, QUALITY)
    async with desk.database.connection() as connection:
        rows = await quality.runs(connection, register, by, before, first + 1)
    return rows[:first], len(rows) > first


async def open_discrepancies(desk: Desk, register: str, at: datetime) -> int:
    """How many discrepancies stood open at an instant in which records of ``register`` are involved."""
    async with desk.database.connection() as connection:
        return await quality.open_discrepancies(connection, register, at)


async def anomalies(
    desk: Desk, viewer: Viewer, register: str | None, before: UUID | None, first: int, *, is_open: bool | None
) -> tuple[list[Anomaly], bool]:
    """Up to ``first`` anomalies before one, the latest first, and whether there are more."""
    by = _whose(desk.model, viewer, ANOMALIES)
    async with desk.database.connection() as connection:
        found = await quality.anomalies(connection, register, by, before, first + 1, is_open=is_open)
    return found[:first], len(found) > first


async def deal_with(desk: Desk, viewer: Viewer, anomaly_id: UUID, words: str, *, close: bool) -> Anomaly:
    """Keep that ``viewer`` reports an anomaly, or closes it, with what words; raises where that was done."""
    by = _whose(desk.model, viewer, ANOMALIES)
    async with desk.database.connection() as connection:
        found = await quality.anomaly(connection, anomaly_id)
        if found is None or not _is_among(by, found):
            raise UnknownAnomaly(id=anomaly_id)
        done = quality.close_anomaly if close else quality.report_anomaly
        if not await done(connection, anomaly_id, viewer.officer, words):
            raise AnomalySettled(id=anomaly_id)
        return await quality.anomaly(connection, anomaly_id) or found


def _whose(model: Model, viewer: Viewer, asked: str) -> DeliveredBy | None:
    """Whose sources the viewer is told of; None for all of them."""
    if Role.INFORMATION_MANAGER in viewer.roles:
        return None
    if viewer.reports_for:
        return delivered_by(model, viewer.reports_for)
    raise FieldNotGranted(item=asked)


def _is_among(by: DeliveredBy | None, found: Anomaly) -> bool:
    return by is None or (found.department == by.department if found.department else found.register in by.registers)
