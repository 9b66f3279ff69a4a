"""The versions of one entity: what changed with each, what differs between two, and every value an item ever had.

Takes a viewer and an entity; gives what is granted, once the access log has it. What held at a version is asked of the
one rule for what is in force and merged by the one rule of merging: nothing of either is written here again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

import asyncpg

from hub.access import Viewer, refusal
from hub.catalog import Catalog, EntityKind, Item, MergedItem, Model
from hub.desk.answer import sealed_number
from hub.desk.changes import Change, Telling, log_telling
from hub.desk.cursors import version_cursor, version_of
from hub.desk.desk import Desk
from hub.desk.feed import Page, Told
from hub.errors import FieldNotGranted, HistoryTooLong, InvalidArgument, NoSuchVersion
from hub.merge import Choice, Record, Source, View, merge
from hub.merge.view import SIGNS
from hub.store import catalogs, feed, reading
from hub.store.as_of import records_in_force
from hub.store.pool import Connection
from hub.timeline import END_OF_TIME, Moment

MOST_TURNS = 1_000
"""Days times instants that the history of an item may turn at."""
NEWEST = 2**31 - 1
"""A version beyond every version."""


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
    opened: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class Era:
    """A value of a merged item, the days for which it was given and since and until when the hub knew it so."""

    held: Held
    valid_from: date
    valid_to: date | None
    known_from: datetime
    known_to: datetime | None


async def versions(
    desk: Desk,
    viewer: Viewer,
    kind: EntityKind,
    entity_id: UUID,
    after: str | None,
    first: int,
    *,
    known_at: datetime = END_OF_TIME,
    newest: bool = True,
) -> Page:
    """Up to ``first`` versions of an entity known at an instant, from the newest down, or else from the first up."""
    telling = _telling(desk, viewer, kind)
    place = version_of(desk.vault, after) if after else NEWEST if newest else 0
    find = feed.versions if newest else feed.versions_after
    async with desk.database.connection() as connection:
        rows = [row for row in await find(connection, entity_id, place, first + 1, known_at) if row["kind"] == kind]
        shown = telling.changes(rows[:first])
        await _log(connection, viewer, "versions", entity_id, (item for change in shown for item in change.items))
    told = [Told(version_cursor(desk.vault, change.version), change) for change in shown]
    return Page(told, told[-1].cursor if told else after, more=len(rows) > first)


async def compare(
    desk: Desk, viewer: Viewer, kind: EntityKind, entity_id: UUID, before: int, after: int, known_at: datetime
) -> Comparison:
    """What differs between two versions of an entity, item by item; raises ``NoSuchVersion`` for one unknown then."""
    telling = _telling(desk, viewer, kind)
    async with desk.database.connection() as connection:
        rows = await feed.versions_numbered(connection, entity_id, {before, after}, known_at)
        for number in (before, after):
            if number not in rows:
                raise NoSuchVersion(version=number)
        then, now = [await _view_at(connection, desk, kind, rows[number]) for number in (before, after)]
        found = list(_differences(desk.model, kind, then, now))
        given = telling.given(kind, (difference.item for difference in found))
        shown = [difference for difference in found if difference.item in given]
        opened = await _opened(connection, desk, shown)
        await _log(connection, viewer, "compare versions", entity_id, (difference.item for difference in shown))
    first, second = telling.changes([rows[before], rows[after]])
    return Comparison(first, second, shown, opened)


async def history(
    desk: Desk, viewer: Viewer, kind: EntityKind, entity_id: UUID, name: str, known_at: datetime
) -> list[Era]:
    """Every value that a merged item ever had until an instant, by valid time and then by known time.

    Raises ``FieldNotGranted``, and ``InvalidArgument`` for what is no item that registers decide.
    """
    telling = _telling(desk, viewer, kind)
    item = desk.model.merged[kind].get(name)
    if item is None or not item.authority:
        raise InvalidArgument(name="item", problem="it is no merged item that registers decide")
    if not telling.given(kind, [name]):
        async with desk.database.connection() as connection:
            await log_telling(connection, viewer, "history", [entity_id], (), [name])
        raise refusal(desk.model, viewer, kind, name)
    async with desk.database.connection() as connection:
        followed = await _catalogs(connection, desk, entity_id, known_at)
        rules = {rule for catalog in followed.values() for rule in catalog.rules(item)}
        heard = item.speakers.union(*((rule.record_type, *rule.unless) for rule in rules))
        days, instants = await feed.turns(connection, entity_id, heard, known_at)
        days = sorted({*days, *(rule.since for rule in rules if rule.since)})
        instants = (
            sorted({*followed, *(instant for instant in instants if instant >= min(followed))}) if followed else []
        )
        if len(days) * len(instants) > MOST_TURNS:
            raise HistoryTooLong(item=name, limit=MOST_TURNS)
        told = [
            await _told_at(connection, _at(followed, instant), item, entity_id, days, instant) for instant in instants
        ]
        await _log(connection, viewer, "history", entity_id, [name])
    return sorted(_eras(instants, told), key=lambda era: (era.valid_from, era.known_from))


def _telling(desk: Desk, viewer: Viewer, kind: EntityKind) -> Telling:
    telling = Telling(desk.model, desk.grants, viewer)
    if kind not in telling.kinds():
        raise FieldNotGranted(item=kind.type_name)
    return telling


async def _log(connection: Connection, viewer: Viewer, operation: str, entity_id: UUID, items: Iterable[str]) -> None:
    await log_telling(connection, viewer, operation, [entity_id], set(items) - SIGNS)


async def _view_at(connection: Connection, desk: Desk, kind: EntityKind, version: asyncpg.Record) -> View:
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
    """What must differ for an item to differ."""
    return held and (held.value, held.source.register if "." not in where[0] else None)


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


async def _opened(connection: Connection, desk: Desk, differences: Iterable[Difference]) -> dict[UUID, str]:
    """The identity values that differ, by their ids."""
    sealed = {
        number
        for difference in differences
        for held in (difference.before, difference.after)
        if held and (number := sealed_in(desk.model, difference.item, held.value))
    }
    numbers = await reading.sealed_numbers(connection, sealed) if sealed else ()
    return {number.identifier_id: desk.open(number.key_id, number.value, number.identifier_id) for number in numbers}


def sealed_in(model: Model, path: str, value: object) -> UUID | None:
    """The id of the identity value that the item of a record at ``path``, or a part of it, is."""
    record_type, _, rest = path.partition(".")
    name, _, part = rest.partition(".")
    if not name:
        return None
    return sealed_number(model.records[record_type].items[name], {part: value} if part else value)


async def _catalogs(connection: Connection, desk: Desk, entity_id: UUID, known_at: datetime) -> dict[datetime, Catalog]:
    """The catalogs that an entity followed until an instant, by since when, in order."""
    turns = await catalogs.followed_since(connection, entity_id, known_at)
    return {at: await desk.catalogs.at(connection, number) for at, number in turns}


def _at(followed: Mapping[datetime, Catalog], instant: datetime) -> Catalog:
    """The catalog that was followed at an instant."""
    return followed[max(since for since in followed if since <= instant)]


async def _told_at(
    connection: Connection, catalog: Catalog, item: MergedItem, entity_id: UUID, days: Sequence[date], instant: datetime
) -> dict[tuple[date, date | None], Held]:
    """The values of an item that the hub would have told at an instant, by the days for which they hold."""
    told: list[tuple[date, Held | None]] = []
    for day in days:
        in_force = await records_in_force(connection, [entity_id], Moment(day, instant))
        merged = merge([catalog.items(item.entity, day)[item.name]], in_force[entity_id]).merged
        choice: Choice | None = merged.items.get(item.name)
        told.append((day, Held(choice.value, merged.sources[choice.source]) if choice else None))
    begins = [next(same) for _, same in groupby(told, key=lambda one: one[1])]
    ends: list[date | None] = [day for day, _ in begins[1:]]
    return {(day, end): held for (day, held), end in zip(begins, [*ends, None], strict=True) if held}


def _eras(instants: Sequence[datetime], told: Sequence[Mapping[tuple[date, date | None], Held]]) -> Iterator[Era]:
    """The same value for the same days at instants that follow each other is one era."""
    began: dict[tuple[date, date | None], tuple[Held, datetime]] = {}
    for instant, now in zip([*instants, None], [*told, {}], strict=True):
        for days, (held, since) in list(began.items()):
            if instant is None or now.get(days) != held:
                yield Era(held, *days, since, instant)
                del began[days]
        if instant:
            began |= {days: (held, instant) for days, held in now.items() if days not in began}
