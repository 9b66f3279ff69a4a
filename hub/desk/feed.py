"""The feed of changes: every change, in one order, for a reader that keeps nothing but a cursor.

Takes a viewer, a cursor and a filter; gives a page of changes and the cursor to go on from. Only settled changes are
told: none can come to stand before them any more, so that a reader misses nothing and is told nothing twice, and the
changes of one entity come in the order of their versions. A transaction that stays open holds back what is newer.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from hub import telemetry
from hub.access import Viewer
from hub.catalog import EntityKind, Model
from hub.desk.changes import Change, Telling, log_telling, telling_of
from hub.desk.cursors import feed_cursor, feed_place
from hub.desk.desk import Desk
from hub.errors import CursorLost, FieldNotGranted, InvalidArgument, UnknownRegister
from hub.merge.view import SIGNS
from hub.store import feed
from hub.store.feed import START, Place
from hub.store.pool import Connection
from hub.vault.cipher import Vault

MOST_LOOKED_AT = 2_000
"""Changes that are looked at for one page, however few of them pass the filter."""
MOST_NAMED = 100
OPERATION = "changes"
"""What reading the feed is called in the access log."""
_DIVISION = re.compile(r"\d{2}(\d{2}){0,2}")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which changes are wanted; what is empty excludes none.

    A change passes with one of ``kinds``, one of ``items`` among those that changed, one of ``registers`` that brought
    it, and one of ``divisions`` (GB/T 2260, or the first digits of a code) that its entity belongs or belonged to.
    """

    kinds: Collection[EntityKind] = ()
    items: Collection[str] = ()
    registers: Collection[str] = ()
    divisions: Collection[str] = ()

    @property
    def is_open(self) -> bool:
        """Whether every change passes."""
        return not (self.kinds or self.items or self.registers or self.divisions)


@dataclass(frozen=True, slots=True)
class Told:
    """A change with its cursor; no change where it is not for the viewer."""

    cursor: str
    change: Change | None


@dataclass(frozen=True, slots=True)
class Page:
    """The next changes of the feed.

    ``cursor`` is where to go on, also where nothing was found; ``more`` whether there is something to go on to at once;
    ``held_back_since`` the known time of the first change that waits for an older transaction to end.
    """

    told: list[Told] = field(default_factory=list)
    cursor: str | None = None
    more: bool = False
    held_back_since: datetime | None = None


async def changes(desk: Desk, viewer: Viewer, after: str | None, first: int, wanted: Filter) -> Page:
    """Up to ``first`` changes after the cursor ``after``, or from the beginning of the feed; logged before it is given.

    Raises ``InvalidCursor`` for what is no cursor of this feed, ``CursorLost`` for one whose change is not here.
    """
    telling = await _telling(desk, viewer, wanted)
    limit = first + 1 if wanted.is_open else max(first + 1, MOST_LOOKED_AT)
    with telemetry.span("desk.changes"):
        async with desk.database.connection() as connection:
            place = await _place(connection, desk.vault, after)
            held_back = await feed.held_back_since(connection)
            rows = await feed.changes_after(connection, place, limit)
            found, reached = _select(telling, rows, wanted, first)
            told = [Told(feed_cursor(desk.vault, _place_of(row)), change) for row, change in found]
        await _log(desk, viewer, [change for _, change in found])
    return Page(
        told=told,
        cursor=feed_cursor(desk.vault, _place_of(rows[reached - 1])) if reached else after,
        more=reached < len(rows) or len(rows) == limit,
        held_back_since=held_back,
    )


async def latest_change(desk: Desk, viewer: Viewer) -> Told | None:
    """The last change of the feed, from which a reader goes on that needs nothing older; None in an empty hub."""
    telling = await telling_of(desk, viewer, OPERATION)
    async with desk.database.connection() as connection:
        rows = await feed.latest_changes(connection, 1)
        shown = [change for _, change in _select(telling, rows, Filter(), 1)[0]]
    await _log(desk, viewer, shown)
    return Told(feed_cursor(desk.vault, _place_of(rows[0])), shown[0] if shown else None) if rows else None


async def beginning(desk: Desk, viewer: Viewer, after: str | None, wanted: Filter) -> str | None:
    """The cursor at which a reader with a filter begins: ``after``, else the latest; raises as ``changes`` does."""
    await _telling(desk, viewer, wanted)
    if after is None:
        return await latest_cursor(desk)
    async with desk.database.connection() as connection:
        await _place(connection, desk.vault, after)
    return after


async def latest_cursor(desk: Desk) -> str | None:
    """The cursor of the last change of the feed; None in an empty hub."""
    async with desk.database.connection() as connection:
        rows = await feed.latest_changes(connection, 1)
    return feed_cursor(desk.vault, _place_of(rows[0])) if rows else None


async def _telling(desk: Desk, viewer: Viewer, wanted: Filter) -> Telling:
    """What may be told of changes that pass a filter; raises, once it is logged, where that names what is not given."""
    telling = await telling_of(desk, viewer, OPERATION)
    _check(telling.model, wanted)
    kinds = wanted.kinds or telling.kinds()
    denied = [item for item in wanted.items if not any(item in telling.given(kind, [item]) for kind in kinds)]
    if denied:
        await log_telling(desk, viewer, OPERATION, (), (), denied)
        raise FieldNotGranted(item=denied[0])
    return telling


def _check(model: Model, wanted: Filter) -> None:
    """Refuse a filter that names what there is not."""
    for name in ("kinds", "items", "registers", "divisions"):
        if len(getattr(wanted, name)) > MOST_NAMED:
            raise InvalidArgument(name=name, problem=f"it names more than {MOST_NAMED}")
    for register in wanted.registers:
        if register not in model.registers:
            raise UnknownRegister(register=register)
    if not all(_DIVISION.fullmatch(division) for division in wanted.divisions):
        raise InvalidArgument(name="divisions", problem="a division has two, four or six digits")


def _select(
    telling: Telling, rows: Sequence[asyncpg.Record], wanted: Filter, first: int
) -> tuple[list[tuple[asyncpg.Record, Change]], int]:
    """The first of the changes in ``rows`` that pass, and how many rows were looked at for them."""
    kinds = set(telling.kinds()) & set(wanted.kinds or EntityKind)
    found: list[tuple[asyncpg.Record, Change]] = []
    for reached, (row, change) in enumerate(zip(rows, telling.changes(rows), strict=True)):
        if len(found) == first:
            return found, reached
        if change.kind in kinds and telling.sees(row) and _passes(telling, row, change, wanted):
            found.append((row, change))
    return found, len(rows)


def _passes(telling: Telling, row: asyncpg.Record, change: Change, wanted: Filter) -> bool:
    return (
        (bool(change.items) or not row["items"])
        and _meet(wanted.items, change.items)
        and _meet(wanted.registers, change.registers)
        and (not wanted.divisions or _is_within(telling, row, wanted.divisions))
    )


def _meet(wanted: Collection[str], there: Collection[str]) -> bool:
    return not wanted or any(name in wanted for name in there)


def _is_within(telling: Telling, row: asyncpg.Record, wanted: Collection[str]) -> bool:
    """Whether the entity is in a division that is wanted, by an item that the viewer is granted."""
    named = [text.partition("=")[::2] for text in row["divisions"]]
    given = telling.given(EntityKind(row["kind"]), (item for item, _ in named))
    return any(item in given and code.startswith(tuple(wanted)) for item, code in named)


async def _log(desk: Desk, viewer: Viewer, shown: Sequence[Change]) -> None:
    """Keep what is told; a page without a change tells nothing of anybody."""
    if not shown:
        return
    items = {item for change in shown for item in change.items} - SIGNS
    await log_telling(desk, viewer, OPERATION, (change.entity_id for change in shown), items)


async def _place(connection: Connection, vault: Vault, cursor: str | None) -> Place:
    if cursor is None:
        return START
    place = feed_place(vault, cursor)
    if not await feed.is_change(connection, place):
        raise CursorLost
    return place


def _place_of(row: asyncpg.Record) -> Place:
    return Place(*(row[name] for name in Place._fields))
