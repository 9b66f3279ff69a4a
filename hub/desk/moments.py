"""Find the moment that a question asks about, once for all that is asked below it.

Takes an ``AsOf`` as it was given; gives a ``Moment`` whose instant is settled, so that the same moment always gives the
same answer. Refuses what cannot be meant, and ignores nothing.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import asyncpg

from hub.access import Decision, Viewer
from hub.access.areas import covers
from hub.catalog import EntityKind
from hub.clock import now, shanghai_date, today
from hub.desk.desk import Desk
from hub.desk.entry import entry_of
from hub.errors import AsOfContradiction, NoSuchVersion, VersionOfMany
from hub.store import reading
from hub.store.pool import Connection
from hub.store.reading import Key
from hub.timeline import Moment

_NOTHING = Decision(frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class AsOf:
    """What a question says of its moment: times, of which a missing one follows from the other, or a version."""

    valid_on: date | None = None
    known_at: datetime | None = None
    version: int | None = None


async def moment_of_many(desk: Desk, asked: AsOf) -> Moment:
    """The moment of a question that may be about several entities; raises where it asks for a version."""
    if asked.version is not None:
        raise VersionOfMany
    return await _at(desk, asked)


async def moment_of_one(desk: Desk, viewer: Viewer, kind: EntityKind, key: Key, asked: AsOf) -> Moment:
    """The moment of a question about the entity of ``kind`` that ``key`` names, which ``viewer`` asks."""
    if asked.version is None:
        return await _at(desk, asked)
    if asked.valid_on or asked.known_at:
        raise AsOfContradiction
    return await _of_version(desk, viewer, kind, key, asked.version)


async def _at(desk: Desk, asked: AsOf) -> Moment:
    """Without a day, the day of the instant; without an instant, the latest that is settled."""
    if asked.known_at is None:
        known_at = await desk.known_time.present()
    else:
        await desk.known_time.settle(asked.known_at)
        known_at = asked.known_at.astimezone(UTC)
    return Moment(asked.valid_on or shanghai_date(known_at), known_at)


async def _of_version(desk: Desk, viewer: Viewer, kind: EntityKind, key: Key, version: int) -> Moment:
    """The moment at which a version became known; of an entity that is unknown, or not shown, the present."""
    async with desk.database.connection() as connection:
        access, _ = desk.about(await desk.access(connection, viewer), [key])
        areas = access.areas(kind)
        found = await reading.version_known(connection, desk.vault.index, kind, key, version) if areas else None
        is_shown = found is not None and covers(areas, (found["division"] or "",))
        moment = await _became_known(desk, connection, kind, found, version) if found and is_shown else None
    if found is None or not is_shown:
        return await _at(desk, AsOf())
    if moment is None:
        await desk.log.keep(entry_of(viewer, "look up version", _NOTHING, now(), [found["entity_id"]]))
        raise NoSuchVersion(version=version)
    await desk.known_time.settle(moment.known_at)
    return moment


async def _became_known(
    desk: Desk, connection: Connection, kind: EntityKind, found: asyncpg.Record, version: int
) -> Moment | None:
    """When a version of an entity became known, or a day brought it that nobody published; None if there is none."""
    if found["recorded_at"]:
        return Moment(found["valid_on"], found["recorded_at"])
    due = await desk.versions_due(connection, kind, found["entity_id"], Moment(today()))
    return next((Moment(one.valid_on, one.recorded_at) for one in due if one.number == version), None)
