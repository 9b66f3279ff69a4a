"""Answer questions about entities (GZ-Rules Art. 18, 23, 26; GZ-Detail Art. 38)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

import asyncpg

from hub import telemetry
from hub.access import Access, Decision, Viewer, code_of, decide
from hub.catalog import EntityKind, Model
from hub.clock import now
from hub.desk.answer import Answer, Found, sealed_path
from hub.desk.due import DueVersion, Merger, Row, version_reached, versions_due
from hub.desk.entry import entry_of
from hub.errors import FieldNotGranted, TooManyReferrers
from hub.identifiers.crosswalk import read_document
from hub.identifiers.schemes import SCHEMES, Scheme
from hub.identifiers.standing import Status, status_on
from hub.merge import View, decode
from hub.store import catalogs, reading
from hub.store.access_log import AccessLog
from hub.store.catalogs import Catalogs
from hub.store.grants import Grants, consented
from hub.store.known_time import KnownTime
from hub.store.pool import Connection, Database
from hub.store.reading import Key, Wanted
from hub.timeline import Moment
from hub.vault.cipher import Vault

MOST_REFERRERS = 5_000
"""References to one entity that are followed back."""

Reply = tuple[Found, ...] | TooManyReferrers
"""What a key leads to, or that it leads to too many."""


@dataclass(frozen=True)
class Desk:
    """The only reader of views, and the only one that opens the identity vault."""

    database: Database
    model: Model
    vault: Vault
    log: AccessLog

    @cached_property
    def catalogs(self) -> Catalogs:
        """The published versions of the catalog."""
        return Catalogs(self.model)

    @cached_property
    def grants(self) -> Grants:
        """The rights there are."""
        return Grants()

    @cached_property
    def _sealed(self) -> Mapping[EntityKind, Sequence[tuple[str, str, str | None]]]:
        """Where records of each kind hold numbers of persons: record type and path, with the leaf that governs it."""
        return {
            kind: [
                (record.name, path, self.model.leaf(kind, f"{record.name}.{path}"))
                for record in self.model.records_of(kind)
                for item in record.shown
                if (path := sealed_path(item))
            ]
            for kind in EntityKind
        }

    @cached_property
    def known_time(self) -> KnownTime:
        """What is settled of known time."""
        return KnownTime(self.database)

    def key(self, scheme: Scheme, value: str) -> Key | None:
        """What a number asks by, however it is spelt; None for a number that leads to nobody.

        A misspelt one raises ``InvalidIdentifier``.
        """
        number = read_document(scheme, value)
        finds = SCHEMES[number.scheme].finds
        return Key(lookup=self.vault.lookup(number.scheme, number.value)) if finds else None

    async def access(self, connection: Connection, viewer: Viewer) -> Access:
        """What the viewer's access is decided by: the catalog in force and the rights there are, now."""
        catalog = await self.catalogs.lately(connection)
        return Access(catalog, await self.grants.lately(connection, catalog), viewer, now())

    async def answer(
        self,
        viewer: Viewer,
        kind: EntityKind,
        keys: Collection[Key],
        items: Iterable[str],
        operation: str,
        moment: Moment,
    ) -> dict[Key, Reply]:
        """The entities of ``kind`` that each of ``keys`` led to at ``moment``, as far as ``items`` of them are given.

        One statement reads them all; only views that do not stand at ``moment`` cost more.
        """
        with telemetry.span("desk.answer", keys=len(keys)):
            async with self.database.connection() as connection:
                access = await self.access(connection, viewer)
                decision = decide(access, kind, items)
                if not decision.areas:
                    await self.log.keep(entry_of(viewer, operation, decision, access.at))
                    raise FieldNotGranted(item=kind.type_name)
                wanted = self._wanted(kind, decision)
                rows = await reading.answer(connection, kind, keys, MOST_REFERRERS, wanted, moment, decision.rows)
                found = [row for row in rows if row["entity_id"]]
                merger = await self.merger(connection, kind, found, moment)
                views = await self.views(merger, found, moment)
                due = await versions_due(merger, found, moment)
                opened = await self._opened(connection, found, views, wanted)
                consents = await self._consented(connection, viewer, decision, found)
            shown = (row["entity_id"] for row in found)
            await self.log.keep(entry_of(viewer, operation, decision, access.at, shown, moment))
        versions = {row["entity_id"]: version_reached(row, due[row["entity_id"]]) for row in found}
        answers = {
            row["entity_id"]: Answer(
                entity_id=row["entity_id"],
                kind=kind,
                moment=moment,
                version=versions[row["entity_id"]][0],
                recorded_at=versions[row["entity_id"]][1],
                view=views[row["entity_id"]],
                catalog=merger.catalogs[row["entity_id"]],
                decision=decision.of(row["division"], consents.get(row["entity_id"], ())),
                numbers=_own(row, opened, moment.valid_on),
                opened=opened,
            )
            for row in found
        }
        return _replies(list(keys), rows, answers)

    def _wanted(self, kind: EntityKind, decision: Decision) -> Wanted:
        """What the given items need of each entity."""
        merged = self.model.merged[kind]
        schemes = {scheme for name in decision.readable if name in merged and (scheme := merged[name].scheme)}
        held = [(record_type, path) for record_type, path, leaf in self._sealed[kind] if leaf in decision.readable]
        return Wanted(any(name not in merged for name in decision.readable), sorted(schemes), held)

    async def _consented(
        self, connection: Connection, viewer: Viewer, decision: Decision, rows: Iterable[Row]
    ) -> Mapping[UUID, frozenset[str]]:
        """To which items the subjects of rows have consented, where any is given with consent only."""
        if not decision.consent_items:
            return {}
        return await consented(connection, [row["entity_id"] for row in rows], viewer.agency, code_of(viewer.purpose))

    async def merger(self, connection: Connection, kind: EntityKind, rows: Iterable[Row], moment: Moment) -> Merger:
        """What merges the views of rows, each by the catalog that its entity followed at a moment."""
        if moment.is_open:
            numbers = {row["entity_id"]: row["catalog_version"] for row in rows}
        else:
            asked = [row["entity_id"] for row in rows]
            numbers = await catalogs.followed(connection, asked, moment.known_at) if asked else {}
        read = await self.catalogs.those(connection, numbers.values())
        return Merger(connection, kind, {entity_id: read[number] for entity_id, number in numbers.items()})

    async def versions_due(
        self, connection: Connection, kind: EntityKind, entity_id: UUID, moment: Moment
    ) -> list[DueVersion]:
        """The versions of an entity that days have brought until a moment and nobody has published, in order."""
        row = await reading.waiting_view(connection, entity_id)
        if row is None:
            return []
        return (await versions_due(await self.merger(connection, kind, [row], moment), [row], moment))[entity_id]

    async def views(self, merger: Merger, rows: Iterable[asyncpg.Record], moment: Moment) -> dict[UUID, View]:
        """The views of rows at a moment: as they stand, else merged anew, for valid time moves on by itself."""
        views = {row["entity_id"]: decode(row["merged"], row["records"]) for row in rows if _stands(row, moment)}
        others = [row["entity_id"] for row in rows if row["entity_id"] not in views]
        return views | (await merger.views(others, moment) if others else {})

    async def _opened(
        self,
        connection: Connection,
        rows: Iterable[asyncpg.Record],
        views: Mapping[UUID, View],
        wanted: Wanted,
    ) -> dict[UUID, str | None]:
        """The identity values that were read, by their ids, with those that only views merged anew hold."""
        sealed = {number.identifier_id: number for row in rows for number in reading.numbers_of(row)}
        missing = {found for view in views.values() for found in _held(view, wanted)} - sealed.keys()
        if missing:
            sealed |= {number.identifier_id: number for number in await reading.sealed_numbers(connection, missing)}
        return {
            number.identifier_id: self.open(number.key_id, number.value, number.identifier_id, number.bearer_id)
            for number in sealed.values()
        }

    def open(self, key_id: str, sealed: bytes, identifier_id: UUID, bearer_id: UUID) -> str | None:
        """The number of an entity that lies sealed under an id; None where it was shredded."""
        value = self.vault.open_if_kept(key_id, sealed, identifier_id.bytes, bearer_id.bytes)
        return value.decode() if value else None


def _stands(row: asyncpg.Record, moment: Moment) -> bool:
    """Whether a row brings the view of ``moment``: it names no instant, and no day has come that the view waits for."""
    return moment.is_open and not (row["due_on"] and row["due_on"] <= moment.valid_on)


def _held(view: View, wanted: Wanted) -> Iterator[UUID]:
    """The ids of the numbers that the records of a view hold where numbers are wanted."""
    for record_type, path in wanted.held:
        item, _, part = path.partition(".")
        for record in view.records.get(record_type, ()):
            value = record.values.get(item)
            number = value.get(part) if part and isinstance(value, Mapping) else value
            if isinstance(number, str):
                yield UUID(number)


def _own(row: asyncpg.Record, opened: Mapping[UUID, str | None], day: date) -> dict[Scheme, str]:
    """The numbers that an entity bears on a day; of several of a scheme that which ends first, else its own."""
    numbers = sorted(reading.numbers_of(row), key=lambda number: number.valid_to or date.max, reverse=True)
    return {
        Scheme(number.scheme): value
        for number in numbers
        if number.scheme
        and status_on(day, number.valid_to) is Status.CURRENT
        and (value := opened[number.identifier_id])
    }


def _replies(keys: Sequence[Key], rows: Iterable[asyncpg.Record], answers: Mapping[UUID, Answer]) -> dict[Key, Reply]:
    """What each key led to, in the order of entities' ids; an entity that several references lead to comes once."""
    led: list[dict[UUID, tuple[str, set[UUID | None]]]] = [{} for _ in keys]
    beyond = set()
    for row in rows:
        for lead in reading.leads_of(row):
            if lead.match == "TOO_MANY":
                beyond.add(lead.place)
            elif row["entity_id"]:
                led[lead.place].setdefault(row["entity_id"], (lead.match, set()))[1].add(lead.member_id)
    return {
        key: TooManyReferrers(limit=MOST_REFERRERS)
        if place in beyond
        else tuple(Found(answers[one], match, frozenset(ids)) for one, (match, ids) in sorted(led[place].items()))
        for place, key in enumerate(keys)
    }
