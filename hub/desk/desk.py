"""Answer questions about entities (GZ-Rules Art. 18, 23, 26; GZ-Detail Art. 38)."""

from asyncio import Lock
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

import asyncpg

from hub import telemetry
from hub.access import Access, Decision, Viewer, code_of, decide, refusal
from hub.catalog import Catalog, EntityKind, Model
from hub.clock import now
from hub.desk.answer import Answer, sealed_path
from hub.desk.due import DueVersion, Merger, Row, version_reached, versions_due
from hub.desk.entry import entry_of
from hub.desk.gathering import Gathering, Shape
from hub.desk.replies import Reply, held_in, own_numbers, replies
from hub.identifiers.crosswalk import read_document
from hub.identifiers.schemes import SCHEMES, Scheme
from hub.merge import KeptView, Telling
from hub.store import catalogs, reading
from hub.store.access_log import AccessLog
from hub.store.catalogs import Catalogs
from hub.store.grants import Grants, consented
from hub.store.known_time import KnownTime
from hub.store.pool import Connection, Database
from hub.store.reading import Key, Sealed, Wanted
from hub.timeline import Moment
from hub.vault.cipher import Vault

MOST_REFERRERS = 5_000
"""References to one entity that are followed back."""
MOST_NEEDS = 1_000
"""Sets of items of which it is kept what they need."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told of entities, by their ids, and the identity values opened for it."""

    views: Mapping[UUID, Telling]
    versions: Mapping[UUID, tuple[int, datetime]]
    catalogs: Mapping[UUID, Catalog]
    opened: Mapping[UUID, str | None]
    consents: Mapping[UUID, frozenset[str]] = field(default_factory=dict)


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
    def _gathering(self) -> Gathering:
        """The statements that questions share."""
        return Gathering(self.database, self.vault)

    @cached_property
    def _looking(self) -> Lock:
        """Held by who looks whether catalog and rights have changed."""
        return Lock()

    @cached_property
    def _needs(self) -> dict[tuple[EntityKind, frozenset[str]], Wanted]:
        """What sets of items need of each entity."""
        return {}

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

    async def access_lately(self, viewer: Viewer) -> Access:
        """The same for readers; where nobody looked for a moment, one of them does for all."""
        if (access := self._access_known(viewer)) is not None:
            return access
        async with self._looking:
            if (access := self._access_known(viewer)) is not None:
                return access
            async with self.database.connection() as connection:
                return await self.access(connection, viewer)

    def _access_known(self, viewer: Viewer) -> Access | None:
        catalog = self.catalogs.fresh
        rights = self.grants.fresh(catalog) if catalog else None
        return Access(catalog, rights, viewer, now()) if catalog and rights else None

    def own_key(self, viewer: Viewer) -> Key | None:
        """What leads to a viewer who speaks for themselves; None for all others."""
        if not viewer.is_subject:
            return None
        if viewer.subject:
            return self.key(Scheme.ID_NUMBER, viewer.subject)
        return Key(entity_id=viewer.subject_id)

    def about(self, access: Access, keys: Collection[Key]) -> tuple[Access, Collection[Key]]:
        """Access to what keys lead to, and those it is had to: who speaks for themselves asks about nobody else."""
        own = self.own_key(access.viewer)
        return (access.of_self, [own]) if own and own in keys else (access, keys)

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
            access, asked = self.about(await self.access_lately(viewer), keys)
            decision = decide(access, kind, items)
            if not decision.areas:
                await self.log.keep(entry_of(viewer, operation, decision, access.at))
                raise refusal(access, kind)
            wanted = self._wanted(kind, decision)
            led = await self._gathering.read(Shape(kind, wanted, moment, decision.rows, MOST_REFERRERS), asked)
            found = [row for row, _ in led if row["entity_id"]]
            told = await self._told(viewer, kind, decision, found, moment)
            shown = (row["entity_id"] for row in found)
            await self.log.keep(entry_of(viewer, operation, decision, access.at, shown, moment))
        answers = {
            row["entity_id"]: Answer(
                entity_id=row["entity_id"],
                kind=kind,
                moment=moment,
                version=told.versions[row["entity_id"]][0],
                recorded_at=told.versions[row["entity_id"]][1],
                view=told.views[row["entity_id"]],
                catalog=told.catalogs[row["entity_id"]],
                access=access,
                decision=decision.of(
                    row["division"],
                    told.consents.get(row["entity_id"], ()),
                    access.suspended(kind, row["entity_id"]),
                ),
                numbers=own_numbers(row, told.opened, moment.valid_on),
                opened=told.opened,
            )
            for row in found
        }
        answered = replies(list(asked), led, answers, MOST_REFERRERS)
        return {key: answered.get(key, ()) for key in keys}

    async def _told(
        self, viewer: Viewer, kind: EntityKind, decision: Decision, rows: Sequence[asyncpg.Record], moment: Moment
    ) -> _Told:
        """What is told of rows. Where all of them stand as they are, nothing more is read for it."""
        known = self.catalogs.known(row["catalog_version"] for row in rows) if moment.is_open else None
        if known is not None and not decision.consent_items and all(_stands(row, moment) for row in rows):
            return _Told(
                {row["entity_id"]: KeptView(row["merged"], row["records"]) for row in rows},
                {row["entity_id"]: (row["version"], row["recorded_at"]) for row in rows},
                {row["entity_id"]: known[row["catalog_version"]] for row in rows},
                self._all_open(number for row in rows for number in reading.numbers_of(row)),
            )
        async with self.database.connection() as connection:
            merger = await self.merger(connection, kind, rows, moment)
            views = await self.views(merger, rows, moment)
            due = await versions_due(merger, rows, moment)
            opened = await self._opened(connection, rows, views, self._wanted(kind, decision))
            consents = await self._consented(connection, viewer, decision, rows)
        versions = {row["entity_id"]: version_reached(row, due[row["entity_id"]]) for row in rows}
        return _Told(views, versions, merger.catalogs, opened, consents)

    def _wanted(self, kind: EntityKind, decision: Decision) -> Wanted:
        """What the given items need of each entity; worked out once for the same items."""
        asked = (kind, decision.readable)
        if asked not in self._needs:
            if len(self._needs) >= MOST_NEEDS:
                self._needs.clear()
            self._needs[asked] = self._needed(kind, decision.readable)
        return self._needs[asked]

    def _needed(self, kind: EntityKind, items: Collection[str]) -> Wanted:
        merged = self.model.merged[kind]
        schemes = {scheme for name in items if name in merged and (scheme := merged[name].scheme)}
        held = ((record_type, path) for record_type, path, leaf in self._sealed[kind] if leaf in items)
        return Wanted(any(name not in merged for name in items), tuple(sorted(schemes)), tuple(held))

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

    async def views(self, merger: Merger, rows: Iterable[asyncpg.Record], moment: Moment) -> dict[UUID, Telling]:
        """The views of rows at a moment: as they stand, else merged anew, for valid time moves on by itself."""
        views: dict[UUID, Telling] = {
            row["entity_id"]: KeptView(row["merged"], row["records"]) for row in rows if _stands(row, moment)
        }
        others = [row["entity_id"] for row in rows if row["entity_id"] not in views]
        return views | (await merger.views(others, moment) if others else {})

    async def _opened(
        self,
        connection: Connection,
        rows: Iterable[asyncpg.Record],
        views: Mapping[UUID, Telling],
        wanted: Wanted,
    ) -> dict[UUID, str | None]:
        """The identity values that were read, by their ids, with those that only views merged anew hold."""
        sealed = {number.identifier_id: number for row in rows for number in reading.numbers_of(row)}
        missing = {found for view in views.values() for found in held_in(view, wanted)} - sealed.keys()
        if missing:
            sealed |= {number.identifier_id: number for number in await reading.sealed_numbers(connection, missing)}
        return self._all_open(sealed.values())

    def _all_open(self, sealed: Iterable[Sealed]) -> dict[UUID, str | None]:
        """The numbers that lie sealed, by their ids."""
        return {one.identifier_id: self.open(one.key_id, one.value, one.identifier_id, one.bearer_id) for one in sealed}

    def open(self, key_id: str, sealed: bytes, identifier_id: UUID, bearer_id: UUID) -> str | None:
        """The number of an entity that lies sealed under an id; None where it was shredded."""
        value = self.vault.open_if_kept(key_id, sealed, identifier_id.bytes, bearer_id.bytes)
        return value.decode() if value else None


def _stands(row: asyncpg.Record, moment: Moment) -> bool:
    """Whether a row brings the view of ``moment``: it names no instant, and no day has come that the view waits for."""
    return moment.is_open and not (row["due_on"] and row["due_on"] <= moment.valid_on)
