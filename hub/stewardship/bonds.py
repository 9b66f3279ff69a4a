"""What else a writer locks, because what stands of one entity may hang on the view of another.

A discrepancy of a legal entity about somebody it refers to is written by whoever writes the one or the other. A writer
of the legal entity shares a lock on everybody it has ever referred to in a checked way; a writer of the person holds it
alone. So none of them reads what the other is about to change. An identifier that two entities have claimed is a lock
of its own, held alone by a writer of either.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from hub.catalog import EntityKind, Model
from hub.store import discrepancies as store
from hub.store.pool import Connection


@dataclass(frozen=True, slots=True)
class Bonds:
    """The entities to lock together with others, and the identifiers to lock alone."""

    shared: set[UUID]
    contested: set[UUID]


async def bonds_of(connection: Connection, model: Model, kinds: Iterable[EntityKind], written: set[UUID]) -> Bonds:
    """The bonds of the entities ``written``, which are of ``kinds``."""
    if not written:
        return Bonds(set(), set())
    ways = [way for kind in kinds for way in model.checked_ways[kind]]
    return Bonds(*await store.bonds(connection, written, ways))
