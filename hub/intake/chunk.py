"""Write one chunk of a submission: lock, identify, compare, write, merge, publish, all in one transaction.

Takes checked and refused lines in order; gives a result for each. A chunk is there as a whole or not at all, and the
submission's position moves with it, so that a crash between two chunks loses nothing and doubles nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from hub.clock import now
from hub.identifiers.entity_id import new_id
from hub.identifiers.schemes import Identifier, Scheme
from hub.intake.check import Checked, Path, Recognised
from hub.intake.delivery import Line
from hub.intake.histories import RecordId
from hub.intake.identify import Directory, Known, Owner, Replacement, SplitOff
from hub.intake.kept import keep
from hub.intake.locks import Locks, given, locks_on, referred, via, written
from hub.intake.publish import Occasion, Publisher
from hub.intake.recall import recall, recall_elsewhere, store
from hub.reasons import Reason, ReasonCode, named, reason
from hub.stewardship.bonds import bonds_of
from hub.store import copies, splits, writing
from hub.store.known_time import announce
from hub.store.links import kept_apart
from hub.store.pool import Connection
from hub.timeline import Outcome
from hub.vault.cipher import Vault

MOST_LOCKS = 1_000
"""Locks per transaction: more would exhaust the lock table of the embedded server when many write at once."""
BOTH_KEYS = "one delivery names both keys"
"""Why entities are linked that nobody gave an order to link."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is to be kept in quarantine, whole, and the record it is about where that can be told."""

    place: int
    record_type: str
    reason: Reason
    raw: bytes
    record: Recognised | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the line at ``place``."""

    place: int
    outcome: Outcome
    reason: Reason | None = None


class TooManyLocks(Exception):
    """The lines of the chunk need more locks than one transaction may take: write them in parts."""


class LocksOutgrown(Exception):
    """Another writer changed what a key leads to before the locks were held: roll back and start over."""


@dataclass(frozen=True)
class Chunk:
    """What the chunks of one submission have in common."""

    vault: Vault
    publisher: Publisher
    register: str
    source_unit: str
    submission_id: UUID
    copy_of: str | None = None

    async def write(self, connection: Connection, lines: Sequence[Checked], refused: list[Refused]) -> list[Result]:
        """Write ``lines`` inside the transaction of ``connection``, whose locks are held; may add to ``refused``."""
        results: list[Result] = []
        said: list[tuple[Checked, Known, str]] = []
        if lines:
            directory = await self._directory(connection, lines)
            at = await announce(connection)
            found = [directory.identify(line) for line in lines]
            owners = [directory.current(owner) for owner in found]
            said = [(line, owner, _filled(line, owner, directory)) for line, owner in zip(lines, owners, strict=True)]
            kinds = {owner.canonical_id: line.record.entity for line, owner, _ in said}
            occasion = await self.publisher.begin(connection, kinds, directory.new_links, at)
            await self._write_identities(connection, directory, occasion)
            results, touched = await self._write_states(connection, said, directory, occasion, refused)
            await self._write_references(connection, said, directory, occasion.at)
            await self.publisher.publish(connection, occasion, touched, directory.identified, self.submission_id)
        if self.copy_of:
            named = {(owner.member_id, line.record_key) for line, owner, _ in said if line.record.name == self.copy_of}
            await copies.note(connection, self.submission_id, named | await self._recognised(connection, refused))
        await self._write_quarantine(connection, refused)
        results.extend(Result(line.place, Outcome.QUARANTINED, line.reason) for line in refused)
        return sorted(results, key=lambda result: result.place)

    async def lock(self, connection: Connection, lines: Sequence[Checked], locks: Locks) -> None:
        """Take ``locks`` as the transaction's first statement; raise if they no longer are what is needed."""
        if len(locks):
            await writing.lock(connection, locks.alone, locks.shared)
            if not locks.cover(await self.locks(connection, lines)):
                raise LocksOutgrown

    async def locks(self, connection: Connection, lines: Sequence[Checked]) -> Locks:
        """The locks that writing ``lines`` takes as things stand; raise ``TooManyLocks`` where a part might do."""
        lookups = self._lookups(lines)
        known = await self._known(connection, lookups)
        entities = written(lines, known, await self._split_off(connection, known))
        kinds = {line.record.entity for line in lines}
        bonds = await bonds_of(connection, self.publisher.model, kinds, entities)
        ways = {way for kind in kinds for way in self.publisher.model.checked_ways[kind]}
        alone = {entity_id.bytes for entity_id in entities | bonds.contested} | given(lines, lookups, known)
        shared = {entity_id.bytes for entity_id in bonds.shared | referred(lines, known, ways)}
        locks = locks_on(alone, shared)
        if len(locks) > MOST_LOCKS and len(lines) > 1:
            raise TooManyLocks
        return locks

    def _lookups(self, lines: Iterable[Checked]) -> dict[Identifier, bytes]:
        keys = set().union(*(line.keys for line in lines))
        return {key: self.vault.lookup(key.scheme, key.value) for key in keys}

    async def _known(self, connection: Connection, lookups: dict[Identifier, bytes]) -> dict[Identifier, Known]:
        keys = {lookup: key for key, lookup in lookups.items()}
        rows = await writing.identified(connection, keys)
        return {keys[row["lookup"]]: known_from(row) for row in rows}

    async def _directory(self, connection: Connection, lines: Sequence[Checked]) -> Directory:
        lookups = self._lookups(lines)
        known = await self._known(connection, lookups)
        schemes: dict[UUID, set[Scheme]] = {}
        lost: dict[UUID, set[Scheme]] = {}
        for row in await writing.schemes_held(connection, {found.canonical_id for found in known.values()}):
            held = lost if row["is_lost"] else schemes
            held.setdefault(row["entity_id"], set()).add(Scheme(row["scheme"]))
        formers = {lookups[key]: key for line in lines for key in line.formers}
        moved = await writing.reassigned(connection, formers) if formers else ()
        reassigned = frozenset(formers[lookup] for lookup in moved)
        split_off = await self._split_off(connection, known)
        apart = await self._apart(connection, lines, known, split_off)
        return Directory(lookups, known, schemes, lost, reassigned, apart, split_off, now())

    async def _split_off(self, connection: Connection, known: Mapping[Identifier, Known]) -> SplitOff:
        """Where records go that were split off entities which keys lead to."""
        members = {found.member_id for found in known.values() if found.is_split}
        rows = await splits.split_off(connection, members, self.source_unit) if members else ()
        return {
            (row["entity_id"], row["record_type"], row["record_key"]): Owner(row["other_id"], row["canonical_id"])
            for row in rows
        }

    async def _apart(
        self,
        connection: Connection,
        lines: Iterable[Checked],
        known: Mapping[Identifier, Known],
        split_off: SplitOff,
    ) -> frozenset[frozenset[UUID]]:
        """The pairs that an order has kept apart, of entities that lines name together or that were split."""
        named = [
            {known[key].canonical_id for key in (*line.identifiers, *line.formers) if key in known} for line in lines
        ]
        together = set().union(*(entities for entities in named if len(entities) > 1))
        together |= {found.canonical_id for found in known.values() if found.is_split}
        together |= {owner.canonical_id for owner in split_off.values()}
        return await kept_apart(connection, together) if together else frozenset()

    async def _write_identities(self, connection: Connection, directory: Directory, occasion: Occasion) -> None:
        at = occasion.at
        restated = directory.replacements.keys() - directory.new_identifiers.keys()
        rows = [self._row(directory, key, given) for key, given in directory.new_identifiers.items()]
        rows += [self._row(directory, key, replace(directory.known[key], identifier_id=new_id(at))) for key in restated]
        if restated:
            await writing.supersede_identifiers(connection, {directory.lookups[key] for key in restated}, at)
        if rows:
            await writing.write_identifiers(connection, rows, self.vault.generation, self.submission_id, at)
        if directory.new_links:
            await self.publisher.link(connection, directory.new_links, BOTH_KEYS, self.submission_id, occasion)

    def _row(self, directory: Directory, key: Identifier, given: Known) -> writing.IdentifierRow:
        return identifier_row(self.vault, key, given.identifier_id, given.member_id, directory.replacements.get(key))

    async def _write_states(
        self,
        connection: Connection,
        said: Sequence[tuple[Checked, Known, str]],
        directory: Directory,
        occasion: Occasion,
        refused: list[Refused],
    ) -> tuple[list[Result], set[UUID]]:
        """Add what was said, with its payload, to the histories of its records; gives the entities that this touched.

        The histories of entities that others have joined are judged anew, each record's as one.
        """
        asked = {(owner.canonical_id, line.record.name, line.record_key) for line, owner, _ in said}
        histories = await recall(
            connection, self.submission_id, self.register, self.source_unit, asked, directory.joined
        )
        moved = {
            (owner.canonical_id, line.record.name, line.record_key, directory.lookups[key])
            for line, owner, _ in said
            for key in line.identifiers
            if directory.known[key].is_moved
        }
        if moved:
            await recall_elsewhere(connection, histories, self.register, self.source_unit, moved)
        results: list[Result] = []
        for line, owner, payload in said:
            outcome = histories.hear(self._record_id(line, owner), owner.member_id, line, payload, occasion.at)
            if outcome is None:
                refused.append(refuse(line.line, reason(ReasonCode.DUPLICATE_KEY)))
            else:
                results.append(Result(line.line.place, outcome))
        writes = histories.writes(occasion.known_at)
        touched = await store(connection, writes, self.register, self.source_unit, self.submission_id)
        return results, touched

    def _record_id(self, line: Checked, owner: Known) -> RecordId:
        return RecordId(owner.canonical_id, self.register, self.source_unit, line.record.name, line.record_key)

    async def _write_references(
        self, connection: Connection, said: Iterable[tuple[Checked, Known, str]], directory: Directory, at: datetime
    ) -> None:
        references = {
            (directory.refer(key), via(line.record.name, path), owner.member_id)
            for line, owner, _ in said
            for path, key in line.references.items()
        }
        if references:
            await writing.write_references(connection, references)
        numbers = {
            (number, directory.refer(key))
            for line, _, _ in said
            for path, key in line.references.items()
            if (number := line.employer_number(path))
        }
        if numbers:
            await writing.write_employer_numbers(connection, numbers, at)

    async def _recognised(self, connection: Connection, refused: Sequence[Refused]) -> set[tuple[UUID, str]]:
        """The records that lines are about which cannot be taken in, each as (entity, record key)."""
        about = [line.record for line in refused if line.record and line.record.record_type == self.copy_of]
        lookups = {key: self.vault.lookup(key.scheme, key.value) for record in about for key in record.identifiers}
        known = await self._known(connection, lookups) if lookups else {}
        found = ((record, [known[key] for key in record.identifiers if key in known]) for record in about)
        return {(owners[0].member_id, record.record_key) for record, owners in found if owners}

    async def _write_quarantine(self, connection: Connection, refused: Sequence[Refused]) -> None:
        rows = []
        for line in refused:
            key_id, sealed = self.vault.seal(line.raw, self.submission_id.bytes)
            why = line.reason
            rows.append(
                writing.QuarantineRow(
                    line.place, line.record_type, why.code.name, why.column, why.zh, why.en, key_id, sealed
                )
            )
        if rows:
            await writing.write_quarantine(connection, rows, self.register, self.submission_id)


def identifier_row(
    vault: Vault, key: Identifier, identifier_id: UUID, entity_id: UUID, replaced: Replacement | None = None
) -> writing.IdentifierRow:
    """What is stored of ``key``, a number of an entity, with the number that took its place."""
    key_id, sealed = vault.seal(key.value.encode(), identifier_id.bytes)
    lookup = vault.lookup(key.scheme, key.value)
    given = writing.IdentifierRow(lookup, identifier_id, entity_id, key.scheme, key_id, sealed)
    return (
        replace(given, replaced_by=replaced.by, valid_to=replaced.valid_from, replaced_stated_at=replaced.stated_at)
        if replaced
        else given
    )


def known_from(row: asyncpg.Record) -> Known:
    """What a row of ``identified`` says of a look-up."""
    by = row["replaced_by"]
    replaced = Replacement(by, row["valid_to"], row["replaced_stated_at"]) if by else None
    return Known(
        row["identifier_id"], row["entity_id"], row["canonical_id"], replaced, row["is_split"], row["is_moved"]
    )


def refuse(line: Line, why: Reason, record: Recognised | None = None) -> Refused:
    """The line, to be kept in quarantine for ``why``; ``record`` is what it is about."""
    return Refused(line.place, named(line.record_type), why, keep(line), record)


def _filled(line: Checked, owner: Known, directory: Directory) -> str:
    """The payload as it is stored: references by the ids of entities, secret numbers by their own."""
    payload = msgspec.to_builtins(line.payload)
    for path, key in line.references.items():
        _at(payload, path)["entityId"] = directory.refer(key)
    for path, key in line.sealed.items():
        _at(payload, path[:-1])[path[-1]] = directory.hold(key, owner)
    return msgspec.json.encode(payload).decode()


def _at(payload: Any, path: Path) -> Any:  # noqa: ANN401 - a document of any depth
    for step in path:
        payload = payload[step]
    return payload
