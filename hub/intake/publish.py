"""Merge the entities that a chunk touched and publish what became visible: views, versions, changes.

An entity's version grows by one when, and only when, its view differs from the one that stood. Known time is the
database's clock, moved on where needed so that it grows with every version of an entity.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

from hub.catalog import Catalog, EntityKind, MergedItems, Model
from hub.clock import shanghai_date, shanghai_midnight
from hub.intake.divisions import divisions
from hub.intake.identify import Identified
from hub.merge import Card, View, card_of, changed_items, decode, encode, merge
from hub.merge.view import IDENTIFIERS, LINKED_INTO, MERGED_FROM, SPLIT, UNLINKED
from hub.stewardship.keeping import Keeper, Published
from hub.store import catalogs, writing
from hub.store.as_of import next_changes, records_in_force
from hub.store.catalogs import Catalogs
from hub.store.pool import Connection
from hub.timeline import TICK, Moment, earliest, turned_at

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Occasion:
    """The entities that a chunk touches, their views before it, the known time that each gets, and who decides.

    Nothing was known before of those that are ``new``.
    """

    kinds: Mapping[UUID, EntityKind]
    before: Mapping[UUID, asyncpg.Record]
    known_at: Mapping[UUID, datetime]
    at: datetime
    catalog: Catalog
    new: Collection[UUID] = frozenset()

    @property
    def valid_on(self) -> date:
        """The day in Shanghai on which the chunk is written."""
        return shanghai_date(self.at)


@dataclass(frozen=True)
class Publisher:
    """Publishes the views of entities under one model, by the catalog in force."""

    model: Model
    catalogs: Catalogs

    async def begin(
        self,
        connection: Connection,
        kinds: Mapping[UUID, EntityKind],
        absorbed: Iterable[UUID],
        at: datetime,
        new: Collection[UUID] = frozenset(),
    ) -> Occasion:
        """Read the views that stand before the chunk is written, and find its known time: ``at``, or just after them.

        What valid time alone has changed of them is published first. All that a chunk writes becomes known at one
        instant, the keys and links of its entities included. Those that are ``new`` have no views.
        """
        entity_ids, today = {*kinds, *absorbed}.difference(new), shanghai_date(at)
        views = await writing.views(connection, entity_ids) if entity_ids else []
        if any(row["due_on"] and row["due_on"] <= today for row in views):
            await self.mature(connection, entity_ids, today)
            views = await writing.views(connection, entity_ids)
        at = max([at, *(row["recorded_at"] + TICK for row in views)])
        catalog = await self.catalogs.in_force(connection)
        return Occasion(kinds, {row["entity_id"]: row for row in views}, dict.fromkeys(kinds, at), at, catalog, new)

    async def mature(self, connection: Connection, entity_ids: Iterable[UUID], today: date) -> int:
        """Publish what valid time alone has changed of entities until ``today``, each day's change as of its midnight.

        Gives how many days of entities there were. Nothing else may have been written since such a day began, and each
        view goes on as the catalog says by which it was merged.
        """
        entity_ids = list(entity_ids)
        days = 0
        while due := await writing.due_views(connection, entity_ids, today):
            days += len(due)
            for day, number in sorted({(row["due_on"], row["catalog_version"]) for row in due}):
                rows = [row for row in due if (row["due_on"], row["catalog_version"]) == (day, number)]
                kinds = {row["entity_id"]: EntityKind(row["kind"]) for row in rows}
                occasion = _midnight(kinds, rows, day, await self.catalogs.at(connection, number))
                await self.publish(connection, occasion, set(kinds), Identified(), None)
        return days

    async def publish(
        self,
        connection: Connection,
        occasion: Occasion,
        touched: set[UUID],
        identified: Identified,
        submission_id: UUID | None,
    ) -> None:
        """Merge what is in force now of the entities ``touched`` and of those that others joined; write what differs.

        An entity that gained an identifier shows that too, and so does one that others joined or left.
        """
        concerned = touched | identified.joined | identified.parted | identified.gained
        merged = [entity_id for entity_id in occasion.kinds if entity_id in concerned]
        if not merged:
            return
        in_force = await records_in_force(connection, merged, Moment(occasion.valid_on))
        due = await next_changes(connection, merged, Moment(occasion.valid_on))
        views = {
            entity_id: merge(occasion.catalog.items(occasion.kinds[entity_id], occasion.valid_on).values(), records)
            for entity_id, records in in_force.items()
        }
        older = await self.catalogs.those(connection, (row["catalog_version"] for row in occasion.before.values()))
        rows = list(self._changed_views(occasion, older, views, due, identified))
        if rows:
            await self._write(connection, occasion, rows, submission_id)
        await self._adopt(connection, occasion, views, {row.entity_id for row in rows if row.changed is not None})
        changed = {row.entity_id: row.changed or () for row in rows} | dict.fromkeys(
            identified.joined | identified.parted
        )
        published = {
            entity_id: Published(
                occasion.kinds[entity_id],
                views[entity_id],
                occasion.known_at[entity_id],
                names,
                is_new=entity_id in occasion.new,
            )
            for entity_id, names in changed.items()
        }
        if published or identified.contests:
            await Keeper(self.model).keep(connection, published, identified.contests, occasion.at)

    async def _write(
        self, connection: Connection, occasion: Occasion, rows: Sequence[writing.ViewRow], submission_id: UUID | None
    ) -> None:
        await writing.write_views(connection, rows)
        cards = [(row.entity_id, row.kind, row.card) for row in rows if row.card]
        if cards:
            await writing.write_cards(connection, cards)
        changes = [
            (row.entity_id, row.version, row.kind, row.recorded_at, ",".join(row.changed), ",".join(row.divisions))
            for row in rows
            if row.changed is not None
        ]
        if changes:
            await writing.write_changes(connection, changes, occasion.valid_on, submission_id, occasion.catalog.number)

    async def _adopt(
        self, connection: Connection, occasion: Occasion, merged: Collection[UUID], changed: Collection[UUID]
    ) -> None:
        """Note which entities follow another catalog now, though their version stays."""
        adopted = [
            (entity_id, occasion.known_at[entity_id])
            for entity_id in merged
            if entity_id not in changed
            and (old := occasion.before.get(entity_id))
            and old["catalog_version"] != occasion.catalog.number
        ]
        if adopted:
            await catalogs.adopt(connection, occasion.catalog.number, adopted)

    def _changed_views(
        self,
        occasion: Occasion,
        older: Mapping[int, Catalog],
        views: Mapping[UUID, View],
        due: Mapping[UUID, date],
        identified: Identified,
    ) -> Iterator[writing.ViewRow]:
        for entity_id, view in views.items():
            kind = occasion.kinds[entity_id]
            old = occasion.before.get(entity_id)
            named = _signs(identified, entity_id) if old else []
            merged, documents = encode(view)
            due_on = earliest(due.get(entity_id), occasion.catalog.next_turn(kind, occasion.valid_on))
            stands = old and (old["merged"], old["records"], old["due_on"]) == (merged, documents, due_on)
            if stands and old and not named and old["catalog_version"] == occasion.catalog.number:
                continue
            before = decode(old["merged"], old["records"]) if old and not old["linked_into"] else None
            rules = occasion.catalog.items(kind, occasion.valid_on)
            old_rules = _rules_before(old, older, kind, occasion.valid_on) if old else {}
            changed = changed_items(before, view, old_rules, rules) + named
            if stands and not changed:
                continue
            grows = old is None or bool(changed)
            yield writing.ViewRow(
                entity_id=entity_id,
                kind=kind,
                version=(old["version"] if old else 0) + grows,
                merged=merged,
                records=documents,
                recorded_at=old["recorded_at"] if old and not grows else occasion.known_at[entity_id],
                due_on=due_on,
                catalog_version=occasion.catalog.number,
                changed=tuple(changed) if grows else None,
                card=self._changed_card(kind, before, view, changed),
                divisions=tuple(sorted(divisions(self.model, before) | divisions(self.model, view))),
            )

    def _changed_card(self, kind: EntityKind, before: View | None, view: View, changed: Collection[str]) -> Card | None:
        """The card of ``view``, unless it is that of the view ``before`` it, from which it differs in ``changed``."""
        sources = self.model.cards[kind]
        if before and not any(path.partition(".")[0] in changed for paths in sources.values() for path in paths):
            return None
        card = card_of(view, sources)
        return card if before is None or card_of(before, sources) != card else None

    async def link(
        self, connection: Connection, links: dict[UUID, UUID], reason: str, submission_id: UUID, occasion: Occasion
    ) -> None:
        """Link entities into others; the views that this redirects get a version of their own."""
        redirected = await writing.write_links(connection, links, reason, submission_id, occasion.at)
        await Keeper(self.model).close(connection, links.keys(), occasion.at)
        changes = [
            (row["entity_id"], row["version"], row["kind"], row["recorded_at"], LINKED_INTO, self._left(occasion, row))
            for row in redirected
        ]
        if changes:
            await writing.write_changes(connection, changes, occasion.valid_on, submission_id, occasion.catalog.number)

    def _left(self, occasion: Occasion, redirected: asyncpg.Record) -> str:
        """The divisions that the view of an entity named which another stands for now."""
        old = occasion.before[redirected["entity_id"]]
        return ",".join(sorted(divisions(self.model, decode(old["merged"], old["records"]))))


def _signs(identified: Identified, entity_id: UUID) -> list[str]:
    """What changed of an entity besides what its records say."""
    signs = {
        IDENTIFIERS: identified.gained,
        MERGED_FROM: identified.joined,
        UNLINKED: identified.parted,
        SPLIT: identified.split,
    }
    return [sign for sign, entity_ids in signs.items() if entity_id in entity_ids]


def _rules_before(old: asyncpg.Record, older: Mapping[int, Catalog], kind: EntityKind, day: date) -> MergedItems:
    """The items by which a view was merged that still stands the day before its day comes."""
    last = earliest(day, old["due_on"] and old["due_on"] - _DAY) or day
    return older[old["catalog_version"]].items(kind, last)


def _midnight(
    kinds: Mapping[UUID, EntityKind], views: Iterable[asyncpg.Record], day: date, catalog: Catalog
) -> Occasion:
    """What valid time alone brings on ``day``, by the catalog that the views follow."""
    before = {row["entity_id"]: row for row in views}
    known_at = {entity_id: turned_at(day, row["recorded_at"]) for entity_id, row in before.items()}
    return Occasion(kinds, before, known_at, shanghai_midnight(day), catalog)
