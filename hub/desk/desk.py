"""Answer questions about entities (GZ-Rules Art. 18, 23, 26; GZ-Detail Art. 38)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg
import msgspec

from hub import telemetry
from hub.access import Decision, Grant, Viewer, decide, may_see
from hub.catalog import Edge, EntityKind, Model
from hub.clock import now, shanghai_date
from hub.desk.answer import Answer, Referrer, sealed_number
from hub.errors import FieldNotGranted, TooManyReferrers
from hub.identifiers.crosswalk import read_document
from hub.identifiers.entity_id import new_id
from hub.identifiers.schemes import SCHEMES, Scheme
from hub.identifiers.standing import Status, status_on
from hub.merge import Merged, Record, View, merge
from hub.store import reading
from hub.store.as_of import records_in_force
from hub.store.pool import Connection, Database
from hub.timeline import Moment
from hub.vault.cipher import Vault

MOST_REFERRERS = 5_000
"""References that are followed back at once, to all the entities asked about together."""

_merged = msgspec.json.Decoder(Merged)
_records = msgspec.json.Decoder(dict[str, tuple[Record, ...]])
Key = tuple[Scheme, str]


@dataclass(frozen=True)
class Desk:
    """The only reader of views, and the only one that opens the identity vault."""

    database: Database
    model: Model
    vault: Vault
    grants: Sequence[Grant]

    async def look_up(
        self, viewer: Viewer, kind: EntityKind, keys: Iterable[Key], items: Iterable[str]
    ) -> dict[Key, Answer]:
        """The entities of ``kind`` that ``keys`` (scheme, value as written) name, each under the key it was asked by.

        A key that names nothing is left out; one that is misspelt raises ``InvalidIdentifier``.
        """
        lookups: dict[bytes, list[Key]] = {}
        for scheme, value in keys:
            key = read_document(scheme, value)
            if SCHEMES[key.scheme].finds:
                lookups.setdefault(self.vault.lookup(key.scheme, key.value), []).append((scheme, value))
        with telemetry.span("desk.look_up", keys=len(lookups)):
            async with self.database.connection() as connection:
                rows = await reading.views_by_lookup(connection, lookups)
                answers = await self._answer(connection, viewer, kind, rows, items, "look up")
        return {
            key: answers[row["entity_id"]]
            for row in rows
            if row["entity_id"] in answers
            for key in lookups[row["lookup"]]
        }

    async def read(
        self, viewer: Viewer, kind: EntityKind, entity_ids: Collection[UUID], items: Iterable[str]
    ) -> dict[UUID, Answer]:
        """The entities of ``kind`` among ``entity_ids``, each under the id it was asked by; others are left out."""
        with telemetry.span("desk.read", entities=len(entity_ids)):
            async with self.database.connection() as connection:
                rows = await reading.views_by_id(connection, set(entity_ids))
                answers = await self._answer(connection, viewer, kind, rows, items, "read")
        return {row["asked_id"]: answers[row["entity_id"]] for row in rows if row["entity_id"] in answers}

    async def referrers(
        self, viewer: Viewer, edge: Edge, entity_ids: Iterable[UUID], items: Iterable[str]
    ) -> dict[UUID, list[Referrer]]:
        """The entities whose records in force refer to each of ``entity_ids`` by one of the ways of ``edge``."""
        kind = self.model.records[edge.via[0].partition(".")[0]].entity
        found: dict[UUID, list[Referrer]] = {entity_id: [] for entity_id in entity_ids}
        with telemetry.span("desk.referrers", entities=len(found)):
            async with self.database.connection() as connection:
                pointers = await reading.referrers(connection, found, edge.via, MOST_REFERRERS)
                if len(pointers) > MOST_REFERRERS:
                    raise TooManyReferrers(limit=MOST_REFERRERS)
                rows = await reading.views_by_id(connection, {pointer["entity_id"] for pointer in pointers})
                answers = await self._answer(connection, viewer, kind, rows, items, "read referrers")
        current = {row["asked_id"]: answers[row["entity_id"]] for row in rows if row["entity_id"] in answers}
        members: dict[UUID, set[UUID]] = {entity_id: {entity_id} for entity_id in found}
        for pointer in pointers:
            members[pointer["asked_id"]].add(pointer["member_id"])
        named = {
            (pointer["asked_id"], pointer["via"], current[pointer["entity_id"]].entity_id): pointer
            for pointer in pointers
            if pointer["entity_id"] in current
        }
        for (asked_id, via, _), pointer in named.items():
            answer = current[pointer["entity_id"]]
            records = answer.refers_to(via, members[asked_id])
            found[asked_id].extend(Referrer(via, record, answer) for record in records)
        return found

    async def _answer(
        self,
        connection: Connection,
        viewer: Viewer,
        kind: EntityKind,
        rows: Iterable[asyncpg.Record],
        items: Iterable[str],
        operation: str,
    ) -> dict[UUID, Answer]:
        """Answers from rows of views, by entity: decided, opened where given, and logged."""
        decision = decide(self.model, self.grants, viewer, kind, items)
        allowed = may_see(self.grants, viewer, kind)
        found = {row["entity_id"]: row for row in rows if allowed and row["kind"] == kind}
        views = await self.views(connection, kind, found)
        numbers = await self._numbers(connection, kind, found, decision)
        opened = await self._opened(connection, kind, views, decision)
        await reading.write_access_log(
            connection,
            new_id(now()),
            who=(viewer.agency, viewer.officer, viewer.role, viewer.purpose),
            operation=operation,
            entity_ids=found,
            items=decision.given,
            denied=decision.denied,
            trace_id=telemetry.trace_id(),
        )
        if not allowed:
            raise FieldNotGranted(item=kind.type_name)
        return {
            entity_id: Answer(
                entity_id=entity_id,
                kind=kind,
                version=row["version"],
                recorded_at=row["recorded_at"],
                view=views[entity_id],
                decision=decision,
                numbers=numbers.get(entity_id, {}),
                opened=opened,
            )
            for entity_id, row in found.items()
        }

    async def views(
        self, connection: Connection, kind: EntityKind, rows: Mapping[UUID, asyncpg.Record]
    ) -> dict[UUID, View]:
        """The views of rows; one whose day has come is merged anew, for valid time moves on by itself."""
        at = now()
        today = shanghai_date(at)
        due = [entity_id for entity_id, row in rows.items() if _is_due(row["due_on"], today)]
        views = {
            entity_id: View(_merged.decode(row["merged"]), _records.decode(row["records"]))
            for entity_id, row in rows.items()
        }
        if due:
            in_force = await records_in_force(connection, due, Moment(today, at))
            items = self.model.merged[kind].values()
            views |= {entity_id: merge(items, records) for entity_id, records in in_force.items()}
        return views

    async def _numbers(
        self, connection: Connection, kind: EntityKind, entity_ids: Iterable[UUID], decision: Decision
    ) -> dict[UUID, dict[Scheme, str]]:
        """The entities' own identifiers, for the identifier items that are given."""
        merged = self.model.merged[kind]
        schemes = {scheme for name in decision.given if name in merged and (scheme := merged[name].scheme)}
        numbers: dict[UUID, dict[Scheme, str]] = {}
        if schemes:
            today = shanghai_date(now())
            for row in await reading.own_identifiers(connection, entity_ids, schemes):
                if status_on(today, row["valid_to"]) is Status.CURRENT:
                    numbers.setdefault(row["entity_id"], {})[Scheme(row["scheme"])] = self.open(row)
        return numbers

    async def _opened(
        self, connection: Connection, kind: EntityKind, views: Mapping[UUID, View], decision: Decision
    ) -> dict[UUID, str]:
        """The identity values that given items of records hold, by their ids."""
        sealed = {found for view in views.values() for found in self._sealed(kind, view, decision)}
        if not sealed:
            return {}
        rows = await reading.identifiers_by_id(connection, sealed)
        return {row["identifier_id"]: self.open(row) for row in rows}

    def _sealed(self, kind: EntityKind, view: View, decision: Decision) -> Iterator[UUID]:
        """The ids of the identity values that given items of the records in ``view`` hold."""
        for record in self.model.records_of(kind):
            for item in record.shown:
                path = f"{record.name}.{item.name}"
                number = f"{path}.idNumber"
                leaf = number if number in self.model.leaves[kind] else path
                if leaf in decision.given:
                    for held in view.records.get(record.name, ()):
                        if found := sealed_number(item, held.values.get(item.name)):
                            yield found

    def open(self, row: asyncpg.Record) -> str:
        """The number that a row holds sealed."""
        return self.vault.open(row["key_id"], row["value_encrypted"], row["identifier_id"].bytes).decode()


def _is_due(due_on: date | None, today: date) -> bool:
    return due_on is not None and due_on <= today
