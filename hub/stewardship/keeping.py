"""Keep the discrepancies of entities as their views change: open what is found, close what is settled.

Takes what intake published, inside its transaction and under its locks; writes nothing but discrepancies. Each opens
and closes at the known time of the version that did it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.catalog import EntityKind, Model
from hub.identifiers.entity_id import new_id
from hub.merge import View
from hub.stewardship.discrepancy import Discrepancy, discrepancies
from hub.store import discrepancies as store
from hub.store.pool import Connection


@dataclass(frozen=True, slots=True)
class Published:
    """A view that was put in place: since when it is known, and which items and record types changed."""

    kind: EntityKind
    view: View
    known_at: datetime
    changed: Collection[str]


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What stands of an entity, of all that was considered; None where that is everything."""

    entity_id: UUID
    kind: EntityKind
    at: datetime
    standing: set[Discrepancy]
    considered: set[Discrepancy] | None = None


@dataclass(frozen=True)
class Keeper:
    """Keeps the discrepancies of entities under one model."""

    model: Model

    async def keep(self, connection: Connection, published: Mapping[UUID, Published]) -> None:
        """Open and close what the views ``published`` bring and settle."""
        judgements = await self._own(connection, published)
        await _settle(connection, judgements)

    async def close(self, connection: Connection, entity_ids: Collection[UUID], at: datetime) -> None:
        """Close all that stands of entities for which others stand from now on."""
        await store.close_all(connection, entity_ids, at)

    async def _own(self, connection: Connection, published: Mapping[UUID, Published]) -> list[_Judgement]:
        return [
            _Judgement(entity_id, one.kind, one.known_at, discrepancies(self.model, one.kind, one.view, {}))
            for entity_id, one in published.items()
        ]


async def _settle(connection: Connection, judgements: Iterable[_Judgement]) -> None:
    """Write the difference between what stood open and what stands now."""
    judged = list(judgements)
    stood: dict[UUID, set[bytes]] = {one.entity_id: set() for one in judged}
    for entity_id, digest in await store.open_digests(connection, stood):
        stood[entity_id].add(digest)
    opened: list[store.DiscrepancyRow] = []
    closed: list[tuple[UUID, bytes, datetime]] = []
    for one in judged:
        before = stood[one.entity_id]
        if one.considered is not None:
            before &= {found.digest for found in one.considered}
        standing = {found.digest: found for found in one.standing}
        opened.extend(_row(one, found) for digest, found in standing.items() if digest not in before)
        closed.extend((one.entity_id, digest, one.at) for digest in before - standing.keys())
    if closed:
        await store.close(connection, closed)
    if opened:
        await store.open_(connection, opened)


def _row(judgement: _Judgement, found: Discrepancy) -> store.DiscrepancyRow:
    return store.DiscrepancyRow(
        entity_id=judgement.entity_id,
        discrepancy_id=new_id(judgement.at),
        kind=judgement.kind,
        cross_check=found.check,
        item=found.item,
        department=found.department,
        records=found.documents,
        digest=found.digest,
        opened_at=judgement.at,
    )
