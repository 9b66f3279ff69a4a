"""The versions of one entity: what changed with each, and what differs between two.

Takes a viewer and an entity; gives what is granted, once the access log has it. What a day has brought is told as it
will be published. What held at a version is asked of the one rule for what is in force and merged by the one rule of
merging: nothing of either is written here again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hub.access import Viewer
from hub.catalog import EntityKind, Item, MergedItem, Model
from hub.desk.answer import sealed_number
from hub.desk.changes import Change, Telling, log_telling, telling_of
from hub.desk.cursors import VERSIONS, number_at, number_cursor
from hub.desk.desk import Desk
from hub.desk.due import Row
from hub.desk.feed import Page, Told
from hub.errors import NoSuchVersion
from hub.merge import Record, Source, View
from hub.merge.view import SIGNS
from hub.store import feed, reading
from hub.store.pool import Connection
from hub.timeline import Moment

NEWEST = 2**31 - 1
"""A version beyond every version."""
COMPARISON = "compare versions"
RAW = "raw"
"""The part of a coded value that tells how the source wrote it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A value and the record that it comes from."""

    value: object
    source: Source


@dataclass(frozen=True, slots=True)
class Difference:
    """One item, of the entity or of the record ``record_key``, that differs; None on the side where it has no value."""

    item: str
    record_key: str
    before: Held | None
    after: Held | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of an entity and what differs; ``opened`` holds the identity values among it by their ids."""

    before: Change
    after: Change
    differences: Sequence[Difference]
    opened: Mapping[UUID, str | None]


async def versions(
    desk: Desk, viewer: Viewer, kind: EntityKind, entity_id: UUID, after: str | None, first: int, moment: Moment
) -> Page:
    """Up to ``first`` versions of an entity known at a moment, from the newest down, those of days included."""
    telling = await telling_of(desk, viewer, "versions", kind, [entity_id])
    place = NEWEST if after is None else number_at(desk.vault, VERSIONS, after)
    async with desk.database.connection() as connection:
        due = [row for row in await _due(connection, desk, kind, entity_id, moment) if row["version"] < place]
        published = await feed.versions(connection, entity_id, place, first + 1, moment.known_at)
    return await _page(desk, telling, entity_id, [*due, *published], after, first)


async def changes_of(
    desk: Desk, viewer: Viewer, kind: EntityKind, entity_id: UUID, after: str | None, first: int
) -> Page:
    """Up to ``first`` changes of an entity that the feed tells of, from the first up."""
    telling = await telling_of(desk, viewer, "versions", kind, [entity_id])
    place = 0 if after is None else number_at(desk.vault, VERSIONS, after)
    async with desk.database.connection() as connection:
        published = await feed.versions_after(connection, entity_id, place, first + 1)
    seen = [row for row in published if row["kind"] == kind and telling.sees(row)]
    return await _page(desk, telling, entity_id, seen, after, first)


async def compare(
    desk: Desk, viewer: Viewer, kind: EntityKind, entity_id: UUID, before: int, after: int, moment: Moment
) -> Comparison:
    """What differs between two versions of an entity, item by item; raises ``NoSuchVersion`` for one unknown then."""
    telling = await telling_of(desk, viewer, COMPARISON, kind, [entity_id])
    async with desk.database.connection() as connection:
        rows = await _numbered(connection, desk, kind, entity_id, moment, {before, after})
        missing = [number for number in (before, after) if number not in rows]
        if missing:
            await log_telling(desk, viewer, COMPARISON, [entity_id], ())
            raise NoSuchVersion(version=missing[0])
        then, now = [await _view_at(connection, desk, kind, rows[number]) for number in (before, after)]
        found = list(_differences(desk.model, kind, then, now))
        asked = {difference.item for difference in found}
        given = telling.clear(kind, entity_id, asked)
        shown = [difference for difference in found if difference.item in given]
        opened = await _opened(connection, desk, shown)
    await log_telling(desk, viewer, COMPARISON, [entity_id], given, asked - given)
    first, second = telling.changes([rows[before], rows[after]])
    return Comparison(first, second, shown, opened)


async def _page(
    desk: Desk,
    telling: Telling,
    entity_id: UUID,
    rows: Sequence[Row],
    after: str | None,
    first: int,
) -> Page:
    """The first of some versions of an entity as they may be told, once that is logged."""
    shown = telling.changes(rows[:first])
    items = {item for change in shown for item in change.items} - SIGNS
    denied = {item for row in rows[:first] for item in row["items"]} - SIGNS - items
    await log_telling(desk, telling.viewer, "versions", [entity_id], items, denied)
    told = [Told(number_cursor(desk.vault, VERSIONS, change.version), change) for change in shown]
    return Page(told, told[-1].cursor if told else after, more=len(rows) > first)


async def _numbered(
    connection: Connection, desk: Desk, kind: EntityKind, entity_id: UUID, moment: Moment, numbers: Collection[int]
) -> dict[int, Row]:
    """The versions of an entity with some numbers that were known at a moment."""
    published = await feed.versions_numbered(connection, entity_id, numbers, moment.known_at)
    due = await _due(connection, desk, kind, entity_id, moment) if len(published) < len(numbers) else []
    return {row["version"]: row for row in due} | published


async def _due(
    connection: Connection, desk: Desk, kind: EntityKind, entity_id: UUID, moment: Moment
) -> list[Mapping[str, Any]]:
    """The versions that days have brought and nobody has published, as the log will have them, the newest first."""
    due = await desk.versions_due(connection, kind, entity_id, moment)
    silent = {"submission_id": None, "register": None, "reason": None}
    return [
        {
            "entity_id": entity_id,
            "kind": kind,
            "version": one.number,
            "recorded_at": one.recorded_at,
            "valid_on": one.valid_on,
            "items": one.items,
            "catalog_version": one.catalog_version,
            **silent,
        }
        for one in reversed(due)
    ]


async def _view_at(connection: Connection, desk: Desk, kind: EntityKind, version: Row) -> View:
    """The view of an entity that a version of it was."""
    entity_id, moment = version["entity_id"], Moment(version["valid_on"], version["recorded_at"])
    merger = await desk.merger(connection, kind, [version], moment)
    return (await merger.views([entity_id], moment))[entity_id]


Where = tuple[str, str, str]
"""An item, and of which record: its unit and key, both empty for a merged item."""


def _differences(model: Model, kind: EntityKind, before: View, after: View) -> Iterator[Difference]:
    """The items whose value differs, and the merged items that another register decides."""
    old, new = (dict(_held(model, kind, view)) for view in (before, after))
    for where in sorted(old.keys() | new.keys()):
        then, now = old.get(where), new.get(where)
        if _essence(where, then) != _essence(where, now):
            yield Difference(where[0], where[2], then, now)


def _essence(where: Where, held: Held | None) -> object:
    """What must differ for an item to differ: not how a code was spelt."""
    if held is None:
        return None
    value = (
        {part: said for part, said in held.value.items() if part != RAW} if isinstance(held.value, dict) else held.value
    )
    return value, held.source.register if "." not in where[0] else None


def _held(model: Model, kind: EntityKind, view: View) -> Iterator[tuple[Where, Held]]:
    """Every value of a view, by the item that access is decided on."""
    for name, choice in view.merged.items.items():
        yield (name, "", ""), Held(choice.value, view.merged.sources[choice.source])
    for record in (record for records in view.records.values() for record in records):
        source = record.source
        for path, value in _leaves(model, kind, record):
            yield (path, source.source_unit, source.record_key), Held(value, source)


def _leaves(model: Model, kind: EntityKind, record: Record) -> Iterator[tuple[str, object]]:
    """The values of a record, those parts that are governed apart by themselves."""
    for item in model.records[record.source.record_type].shown:
        path, value = f"{record.source.record_type}.{item.name}", record.values.get(item.name)
        if isinstance(value, Mapping):
            apart = {part for part in value if f"{path}.{part}" in model.leaves[kind]}
            yield from ((f"{path}.{part}", value[part]) for part in apart)
            value = {part: inner for part, inner in value.items() if part not in apart} or None
        if value is not None:
            yield path, value


def item_at(model: Model, kind: EntityKind, path: str) -> Item | MergedItem:
    """The item that a path names, or that it names a part of."""
    first, *rest = path.split(".")
    return model.records[first].items[rest[0]] if rest else model.merged[kind][first]


async def _opened(connection: Connection, desk: Desk, differences: Iterable[Difference]) -> dict[UUID, str | None]:
    """The identity values that differ, by their ids."""
    sealed = {
        number
        for difference in differences
        for held in (difference.before, difference.after)
        if held and (number := sealed_in(desk.model, difference.item, held.value))
    }
    numbers = await reading.sealed_numbers(connection, sealed) if sealed else ()
    return {
        number.identifier_id: desk.open(number.key_id, number.value, number.identifier_id, number.bearer_id)
        for number in numbers
    }


def sealed_in(model: Model, path: str, value: object) -> UUID | None:
    """The id of the identity value that the item of a record at ``path``, or a part of it, is."""
    record_type, _, rest = path.partition(".")
    name, _, part = rest.partition(".")
    if not name:
        return None
    return sealed_number(model.records[record_type].items[name], {part: value} if part else value)
