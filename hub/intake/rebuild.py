"""Work out anew what stands of entities, from their states alone, and hold it against what stands.

Takes entities; tells of which something stands otherwise, by the names of items and never by a value, and puts it right
where it is asked to: as a new version where something visible differs. Works under the locks that intake takes, so that
others go on reading and writing.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

import asyncpg

from hub.catalog import EntityKind
from hub.clock import today
from hub.intake.batches import writing_to
from hub.intake.identify import Identified
from hub.intake.publish import Publisher
from hub.merge import Card, View, card_of, changed_items, decode, encode, merge
from hub.merge.view import LINKED_INTO
from hub.stewardship.keeping import Keeper, Published
from hub.store import catalogs, rebuilds, writing
from hub.store.as_of import next_changes, records_in_force
from hub.store.known_time import announce
from hub.store.pool import Connection, Database
from hub.store.rebuilds import Difference
from hub.timeline import Moment, earliest

VIEW, CARD, DUE, DISCREPANCIES, SPELLING = "view", "card", "dueOn", "discrepancies", "spelling"
"""What may stand otherwise besides items and record types: all of it, or how it is written."""
_DAY = timedelta(days=1)


async def examine(
    database: Database, publisher: Publisher, rebuild_id: UUID, entity_ids: Collection[UUID], *, repairs: bool
) -> None:
    """Compare what stands of entities with what their states say; note what differs, and put it right if asked to."""
    async with writing_to(database, publisher.model, entity_ids) as connection:
        found = await differences(connection, publisher, entity_ids)
        if found and repairs:
            await _repair(connection, publisher, {one.entity_id for one in found})
        if found:
            await rebuilds.note(connection, rebuild_id, found)


async def differences(connection: Connection, publisher: Publisher, entity_ids: Collection[UUID]) -> list[Difference]:
    """What of entities stands otherwise than their states say."""
    rows = {row["entity_id"]: row for row in await rebuilds.standing(connection, entity_ids)}
    found = {entity_id: _misplaced(row) for entity_id, row in rows.items()}
    present = [row for row in rows.values() if row["merged"] and not (row["linked_into"] or row["into_id"])]
    views: dict[UUID, View] = {}
    for day, same_day in groupby(sorted(present, key=_day_of), key=_day_of):
        for row, view, due_on in await _worked_out(connection, publisher, list(same_day), day):
            entity_id, kind = row["entity_id"], EntityKind(row["kind"])
            views[entity_id] = view
            items = (await publisher.catalogs.at(connection, row["catalog_version"])).items(kind, day)
            changed = changed_items(decode(row["merged"], row["records"]), view, items, items)
            found[entity_id] += changed or ([SPELLING] if encode(view) != (row["merged"], row["records"]) else [])
            found[entity_id] += [DUE] if due_on != row["due_on"] else []
            found[entity_id] += [CARD] if _card(row) != card_of(view, publisher.model.cards[kind]) else []
    for entity_id in await Keeper(publisher.model).differing(connection, _published(rows, views)):
        found[entity_id].append(DISCREPANCIES)
    return [Difference(entity_id, tuple(items)) for entity_id, items in found.items() if items]


async def _worked_out(
    connection: Connection, publisher: Publisher, rows: Iterable[asyncpg.Record], day: date
) -> list[tuple[asyncpg.Record, View, date | None]]:
    """For each row of what stands: the view that the states in force on a day give, and when it will change next."""
    by_id = {row["entity_id"]: row for row in rows}
    in_force = await records_in_force(connection, by_id, Moment(day))
    turns = await next_changes(connection, by_id, Moment(day))
    worked_out = []
    for entity_id, row in by_id.items():
        kind, catalog = EntityKind(row["kind"]), await publisher.catalogs.at(connection, row["catalog_version"])
        view = merge(catalog.items(kind, day).values(), in_force[entity_id])
        worked_out.append((row, view, earliest(turns.get(entity_id), catalog.next_turn(kind, day))))
    return worked_out


def _day_of(row: asyncpg.Record) -> date:
    """The day that a view stands for: today, or the last before one that was not published yet."""
    return earliest(today(), row["due_on"] and row["due_on"] - _DAY) or today()


def _misplaced(row: asyncpg.Record) -> list[str]:
    """Whether there is no view, it leads to another entity than the links do, or a linked entity has a card."""
    if row["merged"] is None:
        return [VIEW]
    if row["linked_into"] != row["into_id"]:
        return [LINKED_INTO]
    return [CARD] if row["into_id"] and row["card_id"] else []


def _card(row: asyncpg.Record) -> Card | None:
    return Card(**{name: row[name] for name in Card.__struct_fields__}) if row["card_id"] else None


def _published(rows: Mapping[UUID, asyncpg.Record], views: Mapping[UUID, View]) -> dict[UUID, Published]:
    return {
        entity_id: Published(EntityKind(rows[entity_id]["kind"]), view, rows[entity_id]["recorded_at"])
        for entity_id, view in views.items()
    }


async def _repair(connection: Connection, publisher: Publisher, entity_ids: Collection[UUID]) -> None:
    """Publish what the states of entities say; make their cards and discrepancies anew."""
    await rebuilds.restore(connection, entity_ids)
    kinds = {row["entity_id"]: EntityKind(row["kind"]) for row in await catalogs.standing(connection, entity_ids)}
    occasion = await publisher.begin(connection, kinds, (), await announce(connection))
    await publisher.publish(connection, occasion, set(kinds), Identified(), None)
    rows = {row["entity_id"]: row for row in await rebuilds.standing(connection, kinds)}
    views = {entity_id: decode(row["merged"], row["records"]) for entity_id, row in rows.items()}
    cards = [(key, kinds[key].value, card_of(view, publisher.model.cards[kinds[key]])) for key, view in views.items()]
    if cards:
        await writing.write_cards(connection, cards)
        await Keeper(publisher.model).keep(connection, _published(rows, views), (), occasion.at)
