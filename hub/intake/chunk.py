"""Write one chunk of a submission: lock, identify, compare, write, merge, publish, all in one transaction.

Takes checked and refused lines in order; gives a result for each. A chunk is there as a whole or not at all, and the
submission's position moves with it, so that a crash between two chunks loses nothing and doubles nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec

from hub.identifiers.entity_id import new_id
from hub.identifiers.schemes import Identifier
from hub.intake.check import Checked
from hub.intake.finding import Finder, lookups_of
from hub.intake.heard import heard_before
from hub.intake.histories import RecordId
from hub.intake.identify import Directory, Known
from hub.intake.identities import identifier_row
from hub.intake.locks import Locks, via
from hub.intake.publish import Occasion, Publisher
from hub.intake.recall import recall, recall_elsewhere, store
from hub.intake.redelivery import settle_redelivered
from hub.intake.refusing import Refused, refuse, write_quarantine
from hub.intake.told import Path
from hub.reasons import Reason, ReasonCode, reason
from hub.store import copies, writing
from hub.store.known_time import announce
from hub.store.pool import Connection
from hub.timeline import Outcome
from hub.vault.cipher import Vault

MOST_LOCKS = 1_000
"""Locks that a chunk should find room for in the server's table; with less room it is written in parts."""
BOTH_KEYS = "one delivery names both keys"
"""Why entities are linked that nobody gave an order to link."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the line at ``place``."""

    place: int
    outcome: Outcome
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of lines before anything is locked: which say something new, and the locks that they take.

    Those that were ``heard`` before come with the entity that they were stored for.
    """

    fresh: Sequence[Checked]
    heard: Sequence[tuple[Checked, UUID]]
    locks: Locks


Said = tuple[Checked, Known, str]
"""A line, the entity that it is about, and its payload."""


class LocksOutgrown(Exception):
    """Another writer changed what a key leads to before the locks were held: roll back and start over."""


@dataclass(frozen=True)
class Chunk:
    """What the chunks of one submission have in common; it is awaited where lines of its register are in quarantine."""

    vault: Vault
    publisher: Publisher
    register: str
    source_unit: str
    submission_id: UUID
    most_locks: int
    copy_of: str | None = None
    is_awaited: bool = False

    @cached_property
    def finder(self) -> Finder:
        """Finds what the lines lead to."""
        return Finder(self.publisher.model, self.vault, self.source_unit, self.most_locks)

    async def look(self, connection: Connection, lines: Sequence[Checked]) -> Outlook:
        """What ``lines`` come to as things stand; raise ``TooManyLocks`` where a part of them might do with fewer."""
        known = await self.finder.known(connection, lookups_of(lines))
        heard = await heard_before(connection, lines, known, self.register, self.source_unit)
        fresh = [line for line in lines if line.line.place not in heard]
        locks = await self.finder.locks(connection, fresh, known)
        again = [(line, heard[line.line.place]) for line in lines if line.line.place in heard]
        return Outlook(fresh, again, locks)

    async def write(self, connection: Connection, outlook: Outlook, refused: list[Refused]) -> list[Result]:
        """Write lines inside the transaction of ``connection``, which has done nothing yet; may add to ``refused``."""
        results = [Result(line.line.place, Outcome.UNCHANGED) for line, _ in outlook.heard]
        about = outlook.heard
        if outlook.fresh:
            directory = await self._lock(connection, outlook)
            said = _said(outlook.fresh, directory)
            results += await self._write_lines(connection, said, directory, refused)
            about = [*about, *((line, owner.member_id) for line, owner, _ in said)]
        if self.copy_of:
            named = {(member_id, line.record_key) for line, member_id in about if line.record.name == self.copy_of}
            await copies.note(connection, self.submission_id, named | await self._recognised(connection, refused))
        if self.is_awaited:
            spoilt = {line.place for line in refused}
            taken_in = [line for line, _ in about if line.line.place not in spoilt]
            unit = (self.register, self.source_unit, self.submission_id)
            await settle_redelivered(connection, self.vault.index, *unit, taken_in, refused)
        await write_quarantine(connection, self.vault, refused, self.register, self.submission_id)
        results.extend(Result(line.place, Outcome.QUARANTINED, line.reason) for line in refused)
        return sorted(results, key=lambda result: result.place)

    async def _lock(self, connection: Connection, outlook: Outlook) -> Directory:
        """Take the locks as the transaction's first statement; raise if they no longer are what is needed."""
        await writing.lock(connection, outlook.locks.alone, outlook.locks.shared)
        known = await self.finder.known(connection, lookups_of(outlook.fresh))
        if not outlook.locks.cover(await self.finder.locks(connection, outlook.fresh, known)):
            raise LocksOutgrown
        return await self.finder.directory(connection, outlook.fresh, known)

    async def _write_lines(
        self, connection: Connection, said: Sequence[Said], directory: Directory, refused: list[Refused]
    ) -> list[Result]:
        at = await announce(connection)
        kinds = {owner.canonical_id: line.record.entity for line, owner, _ in said}
        new = directory.new_entities
        occasion = await self.publisher.begin(connection, kinds, directory.new_links, at, new)
        await self._write_identities(connection, directory, occasion)
        results, touched = await self._write_states(connection, said, directory, occasion, refused)
        await self._write_references(connection, said, directory, occasion.at)
        await self.publisher.publish(connection, occasion, touched, directory.identified, self.submission_id)
        return results

    async def _write_identities(self, connection: Connection, directory: Directory, occasion: Occasion) -> None:
        at = occasion.at
        restated = directory.replacements.keys() - directory.new_identifiers.keys()
        rows = [self._row(directory, key, given) for key, given in directory.new_identifiers.items()]
        rows += [self._row(directory, key, replace(directory.known[key], identifier_id=new_id(at))) for key in restated]
        if restated:
            lookups = {directory.lookups[key] for key in restated}
            await writing.supersede_identifiers(connection, self.vault.index, lookups, at)
        if rows:
            await writing.write_identifiers(connection, self.vault.index, rows, self.submission_id, at)
        if directory.new_links:
            await self.publisher.link(connection, directory.new_links, BOTH_KEYS, self.submission_id, occasion)

    def _row(self, directory: Directory, key: Identifier, given: Known) -> writing.IdentifierRow:
        return identifier_row(self.vault, key, given.identifier_id, given.member_id, directory.replacements.get(key))

    async def _write_states(
        self,
        connection: Connection,
        said: Sequence[Said],
        directory: Directory,
        occasion: Occasion,
        refused: list[Refused],
    ) -> tuple[list[Result], set[UUID]]:
        """Add what was said, with its payload, to the histories of its records; gives the entities that this touched.

        The histories of entities that others have joined are judged anew, each record's as one.
        """
        asked = {
            (owner.canonical_id, line.record.name, line.record_key)
            for line, owner, _ in said
            if owner.canonical_id not in directory.new_entities
        }
        unit = (self.register, self.source_unit)
        histories = await recall(connection, self.submission_id, *unit, asked, directory.joined)
        moved = {
            (owner.canonical_id, line.record.name, line.record_key, form)
            for line, owner, _ in said
            for key in line.identifiers
            if directory.known[key].is_moved
            for form in self.vault.index.forms(directory.lookups[key])
        }
        if moved:
            await recall_elsewhere(connection, histories, *unit, moved)
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
        self, connection: Connection, said: Iterable[Said], directory: Directory, at: datetime
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
        known = await self.finder.known(connection, lookups) if lookups else {}
        found = ((record, [known[key] for key in record.identifiers if key in known]) for record in about)
        return {(owners[0].member_id, record.record_key) for record, owners in found if owners}


def _said(lines: Sequence[Checked], directory: Directory) -> list[Said]:
    """The lines with their entities, once all of them are identified."""
    found = [directory.identify(line) for line in lines]
    owners = [directory.current(owner) for owner in found]
    return [(line, owner, _filled(line, owner, directory)) for line, owner in zip(lines, owners, strict=True)]


def _filled(line: Checked, owner: Known, directory: Directory) -> str:
    """The payload as it is stored: references by the ids of entities, secret numbers by their own."""
    payload = line.payload
    for path, key in line.references.items():
        payload = _with(payload, (*path, "entityId"), directory.refer(key))
    for path, key in line.sealed.items():
        payload = _with(payload, path, directory.hold(key, owner))
    return msgspec.json.encode(payload).decode()


def _with(document: Any, path: Path, value: UUID) -> Any:  # noqa: ANN401 - a document of any depth
    """The document with ``value`` at ``path``; what lies beside the path is shared with it."""
    step, *rest = path
    copy = document.copy()
    copy[step] = _with(document[step], tuple(rest), value) if rest else value
    return copy
