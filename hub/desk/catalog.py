"""Tell what the catalog says, in the version that was in force at an instant, and which versions there have been.

Takes an instant or the number of a version; gives versions. The catalog holds nothing of a person, so reading it is not
logged; orders to publish are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from hub.access import Decision, Viewer, may_publish
from hub.catalog import Catalog, Difference, content_of, differences
from hub.clock import now, shanghai_date, today
from hub.desk.cursors import CATALOG_VERSIONS, number_at, number_cursor
from hub.desk.desk import Desk
from hub.desk.entry import entry_of
from hub.desk.moments import AsOf, moment_of_many
from hub.errors import AsOfContradiction, NoSuchCatalogVersion, PublishNotGranted
from hub.store import catalogs

BEYOND = 2**31 - 1
"""A number beyond every version."""


@dataclass(frozen=True, slots=True)
class CatalogOn:
    """A version of the catalog, and the day for which its rules are asked."""

    catalog: Catalog
    day: date


@dataclass(frozen=True, slots=True)
class Published:
    """A version: in force since and until when, by whom and why, and since when all entities follow it."""

    number: int
    since: datetime
    until: datetime | None
    published_by: str
    reason: str
    followed_since: datetime | None
    cursor: str


@dataclass(frozen=True, slots=True)
class Following:
    """How many entities follow a version or a later one, as far as these concern them, of how many there are."""

    followers: int
    total: int


async def catalog_on(desk: Desk, asked: AsOf | None, number: int | None) -> CatalogOn | None:
    """The version with a number, on the day it was published, or that in force at a moment; None before there was one.

    Raises where both are asked for, or where there is no version with the number.
    """
    if number is None:
        return await _at(desk, asked)
    if asked is not None:
        raise AsOfContradiction
    async with desk.database.connection() as connection:
        since = await catalogs.since(connection, number)
        if since is None:
            raise NoSuchCatalogVersion(version=number)
        return CatalogOn(await desk.catalogs.at(connection, number), shanghai_date(since))


async def _at(desk: Desk, asked: AsOf | None) -> CatalogOn | None:
    if asked is None:
        async with desk.database.connection() as connection:
            return CatalogOn(await desk.catalogs.in_force(connection), today())
    moment = await moment_of_many(desk, asked)
    async with desk.database.connection() as connection:
        catalog = await desk.catalogs.in_force_at(connection, moment.known_at)
    return CatalogOn(catalog, moment.valid_on) if catalog else None


async def published_versions(desk: Desk, after: str | None, first: int) -> tuple[list[Published], bool]:
    """Up to ``first`` versions after a cursor, from the one in force down, and whether there are more."""
    place = BEYOND if after is None else number_at(desk.vault, CATALOG_VERSIONS, after)
    async with desk.database.connection() as connection:
        rows = await catalogs.versions(connection, place, first + 1)
    return [_published(desk, row) for row in rows[:first]], len(rows) > first


def _published(desk: Desk, row: asyncpg.Record) -> Published:
    return Published(
        number=row["number"],
        since=row["recorded_at"],
        until=row["replaced_at"],
        published_by=row["published_by"],
        reason=row["reason"],
        followed_since=row["remerged_at"],
        cursor=number_cursor(desk.vault, CATALOG_VERSIONS, row["number"]),
    )


async def changed_by(desk: Desk, number: int) -> Sequence[Difference]:
    """What a version says otherwise than the one before it; of the first one, otherwise than the model."""
    async with desk.database.connection() as connection:
        catalog = await desk.catalogs.at(connection, number)
        before = (await desk.catalogs.at(connection, number - 1)).content if number > 1 else content_of(desk.model)
    return list(differences(before, catalog.content))


async def following(desk: Desk, number: int) -> Following:
    """How far entities follow a version."""
    async with desk.database.connection() as connection:
        return Following(*await catalogs.followers(connection, number))


async def log_order(desk: Desk, viewer: Viewer, ordered: str, about: str) -> None:
    """Keep in the access log what ``viewer`` orders for the catalog; where it may not, raise after that."""
    granted = may_publish(viewer)
    asked = frozenset({about})
    decision = Decision(asked, frozenset()) if granted else Decision(frozenset(), asked)
    await desk.log.keep(entry_of(viewer, ordered, decision, now()))
    if not granted:
        raise PublishNotGranted
