"""Find what the keys of lines lead to, and what a transaction that writes them has to lock.

Takes checked lines; gives a ``Directory`` to identify them by, and ``Locks``. Writes nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from hub.catalog import Model
from hub.clock import now
from hub.identifiers.schemes import Identifier, Scheme
from hub.intake.check import Checked
from hub.intake.heard import plain_member
from hub.intake.identify import Directory, Known, Owner, SplitOff
from hub.intake.identities import known_among
from hub.intake.locks import Locks, given, locks_on, referred, written
from hub.stewardship.bonds import bonds_of
from hub.store import splits, writing
from hub.store.links import kept_apart
from hub.store.pool import Connection
from hub.vault.cipher import Vault


class TooManyLocks(Exception):
    """The lines need more locks than one transaction may take: write them in parts."""


@dataclass(frozen=True)
class Finder:
    """Finds for one unit of a register; a transaction may take ``most_locks``."""

    model: Model
    vault: Vault
    source_unit: str
    most_locks: int

    async def known(self, connection: Connection, lookups: Mapping[Identifier, bytes]) -> dict[Identifier, Known]:
        """What keys lead to, of those that are known."""
        return known_among(await writing.identified(connection, self.vault.index, lookups.values()), lookups)

    async def locks(self, connection: Connection, lines: Sequence[Checked], known: Mapping[Identifier, Known]) -> Locks:
        """The locks that writing ``lines`` takes as things stand; raises where parts of them would do with fewer."""
        entities = written(lines, known, await self._split_off(connection, known))
        kinds = {line.record.entity for line in lines}
        bonds = await bonds_of(connection, self.model, kinds, entities)
        ways = {way for kind in kinds for way in self.model.checked_ways[kind]}
        alone = {entity_id.bytes for entity_id in entities | bonds.contested} | given(lines, known)
        shared = {entity_id.bytes for entity_id in bonds.shared | referred(lines, known, ways)}
        locks = locks_on(alone, shared)
        if len(locks) > self.most_locks and len(lines) > 1:
            raise TooManyLocks
        return locks

    async def directory(
        self, connection: Connection, lines: Sequence[Checked], known: dict[Identifier, Known]
    ) -> Directory:
        """What ``lines`` are identified by, under the locks that they take.

        Where each of them leads to one entity by keys that it has already, nobody asks for others that it has.
        """
        lookups = lookups_of(lines)
        is_settled = all(plain_member(line, known) for line in lines)
        doubtful = () if is_settled else {one.canonical_id for one in known.values()}
        held, lost = await _schemes(connection, doubtful)
        formers = {lookups[key]: key for line in lines for key in line.formers}
        moved = await writing.reassigned(connection, self.vault.index, formers) if formers else ()
        reassigned = frozenset(formers[lookup] for lookup in moved)
        split_off = await self._split_off(connection, known)
        apart = await _apart(connection, lines, known, split_off)
        return Directory(lookups, known, held, lost, reassigned, apart, split_off, now())

    async def _split_off(self, connection: Connection, known: Mapping[Identifier, Known]) -> SplitOff:
        """Where records go that were split off entities which keys lead to."""
        members = {found.member_id for found in known.values() if found.is_split}
        rows = await splits.split_off(connection, members, self.source_unit) if members else ()
        return {
            (row["entity_id"], row["record_type"], row["record_key"]): Owner(row["other_id"], row["canonical_id"])
            for row in rows
        }


def lookups_of(lines: Iterable[Checked]) -> dict[Identifier, bytes]:
    """The look-ups of all keys that lines name."""
    return {key: lookup for line in lines for key, lookup in line.lookups.items()}


async def _schemes(
    connection: Connection, entities: Collection[UUID]
) -> tuple[dict[UUID, set[Scheme]], dict[UUID, set[Scheme]]]:
    """The schemes under which each entity has an identifier, and those under which it has lost all of them."""
    held: dict[UUID, set[Scheme]] = {}
    lost: dict[UUID, set[Scheme]] = {}
    for row in await writing.schemes_held(connection, entities) if entities else ():
        schemes = lost if row["is_lost"] else held
        schemes.setdefault(row["entity_id"], set()).add(Scheme(row["scheme"]))
    return held, lost


async def _apart(
    connection: Connection, lines: Iterable[Checked], known: Mapping[Identifier, Known], split_off: SplitOff
) -> frozenset[frozenset[UUID]]:
    """The pairs that an order has kept apart, of entities that lines name together or that were split."""
    named = [{known[key].canonical_id for key in (*line.identifiers, *line.formers) if key in known} for line in lines]
    together = set().union(*(entities for entities in named if len(entities) > 1))
    together |= {found.canonical_id for found in known.values() if found.is_split}
    together |= {owner.canonical_id for owner in split_off.values()}
    return await kept_apart(connection, together) if together else frozenset()
