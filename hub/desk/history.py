"""The history of a merged item: every value that it ever had, with both its periods.

Takes a viewer and an entity; gives what is granted, once the access log has it. What held on a day as it was known at
an instant is asked of the one rule for what is in force and merged by the one rule of merging, for each turn of either.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from hub.access import Viewer, refusal
from hub.catalog import Catalog, EntityKind, MergedItem
from hub.desk.changes import log_telling, telling_of
from hub.desk.desk import Desk
from hub.desk.versions import Held
from hub.errors import HistoryTooLong, InvalidArgument
from hub.merge import Choice, merge
from hub.store import catalogs, feed
from hub.store.as_of import records_in_force
from hub.store.pool import Connection
from hub.timeline import Moment

MOST_TURNS = 1_000
"""Days times instants that the history of an item may turn at."""
OPERATION = "history"


@dataclass(frozen=True, slots=True)
class Era:
    """A value of a merged item, the days for which it was given and since and until when the hub knew it so."""

    held: Held
    valid_from: date
    valid_to: date | None
    known_from: datetime
    known_to: datetime | None


async def history(
    desk: Desk, viewer: Viewer, kind: EntityKind, entity_id: UUID, name: str, known_at: datetime
) -> list[Era]:
    """Every value that a merged item ever had until an instant, by valid time and then by known time.

    Raises ``FieldNotGranted``, and ``InvalidArgument`` for what is no item that registers decide.
    """
    telling = await telling_of(desk, viewer, OPERATION, kind, [entity_id])
    item = desk.model.merged[kind].get(name)
    if item is None or not item.authority:
        raise InvalidArgument(name="item", problem="it is no merged item that registers decide")
    if not telling.clear(kind, entity_id, [name]):
        await log_telling(desk, viewer, OPERATION, [entity_id], (), [name])
        raise refusal(telling.access, kind, name)
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
    await log_telling(desk, viewer, OPERATION, [entity_id], [name])
    return sorted(_eras(instants, told), key=lambda era: (era.valid_from, era.known_from))


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
