"""Keep the discrepancies of entities as their views change: open what is found, close what is settled.

Takes what intake published, inside its transaction and under its locks (see ``bonds``); writes nothing but
discrepancies. Each opens and closes at the known time of the version that did it, be it one of another entity.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from hub.catalog import EntityKind, Model
from hub.identifiers.entity_id import new_id
from hub.merge import View, decode
from hub.stewardship.claims import claims
from hub.stewardship.discrepancy import Discrepancy, cases_of, discrepancies, references_of
from hub.store import discrepancies as store
from hub.store.pool import Connection


@dataclass(frozen=True, slots=True)
class Published:
    """The view of an entity that stands now, since when it is known, and which of its items and record types changed.

    ``changed`` is None where others have joined the entity, so that more refer to it than before. Of one that
    ``is_new`` nothing was known before.
    """

    kind: EntityKind
    view: View
    known_at: datetime
    changed: Collection[str] | None = ()
    is_new: bool = False


@dataclass(slots=True)
class _Judgement:
    """What stands of an entity at an instant, of all that was considered; None where that is everything."""

    entity_id: UUID
    kind: EntityKind
    at: datetime
    standing: set[Discrepancy]
    considered: set[Discrepancy] | None = None
    is_new: bool = False


@dataclass(frozen=True)
class Keeper:
    """Keeps the discrepancies of entities under one model."""

    model: Model

    async def keep(
        self,
        connection: Connection,
        published: Mapping[UUID, Published],
        contests: Collection[tuple[UUID, UUID, str]],
        at: datetime,
    ) -> None:
        """Open and close what the views ``published`` bring and settle, in themselves and in others.

        ``contests`` are new claims of identifiers that other entities claim, each as (entity, identifier, claim).
        """
        if contests:
            await store.write_contests(connection, contests)
        contested = {identifier_id for _, identifier_id, _ in contests}
        judgements = await self._judge(connection, published, contested, at)
        await _settle(connection, [*judgements, *await self._referrers(connection, published)])

    async def differing(self, connection: Connection, published: Mapping[UUID, Published]) -> set[UUID]:
        """Those of the entities of which something else stands open than looking at them anew finds."""
        if not published:
            return set()
        at = max(one.known_at for one in published.values())
        opened, closed = await _differences(connection, await self._judge(connection, published, set(), at))
        return published.keys() & {*(row.entity_id for row in opened), *(entity_id for entity_id, _, _ in closed)}

    async def _judge(
        self, connection: Connection, published: Mapping[UUID, Published], contested: set[UUID], at: datetime
    ) -> list[_Judgement]:
        """What stands of the entities themselves, and of others that claim what they or somebody now claims."""
        rivals = await self._rivals(connection, published, contested, at)
        judgements = {one.entity_id: one for one in await self._own(connection, published)}
        for rival in rivals:
            if own := judgements.get(rival.entity_id):
                own.standing |= rival.standing
        others = [rival for rival in rivals if rival.entity_id not in judgements]
        return [*judgements.values(), *others]

    async def close(self, connection: Connection, entity_ids: Collection[UUID], at: datetime) -> None:
        """Close all that stands of entities for which others stand from now on."""
        await store.close_all(connection, entity_ids, at)

    async def _own(self, connection: Connection, published: Mapping[UUID, Published]) -> list[_Judgement]:
        """All that stands of the entities themselves."""
        named = {found for one in published.values() for found in references_of(self.model, one.kind, one.view)}
        rows = await store.views(connection, named) if named else []
        referred = {row["asked_id"]: decode(row["merged"], row["records"]) for row in rows}
        return [
            _Judgement(
                entity_id,
                one.kind,
                one.known_at,
                discrepancies(self.model, one.kind, one.view, referred),
                is_new=one.is_new,
            )
            for entity_id, one in published.items()
        ]

    async def _referrers(self, connection: Connection, published: Mapping[UUID, Published]) -> list[_Judgement]:
        """What stands of others that refer to the entities in a checked way, as far as it hangs on these."""
        ways = {way: facts for kind in EntityKind for way, facts in self.model.checked_ways[kind].items()}
        watched = {fact.partition(".")[0] for facts in ways.values() for fact in facts}
        told = [key for key, one in published.items() if one.changed is None or not watched.isdisjoint(one.changed)]
        pointers = await store.referred_by(connection, told, ways) if told else []
        named: dict[UUID, dict[UUID, Published]] = {}
        for pointer in pointers:
            if pointer["entity_id"] not in published:
                named.setdefault(pointer["entity_id"], {})[pointer["member_id"]] = published[pointer["asked_id"]]
        rows = await store.views(connection, named) if named else []
        return [self._referrer(row, named[row["asked_id"]]) for row in rows]

    def _referrer(self, row: asyncpg.Record, referred: Mapping[UUID, Published]) -> _Judgement:
        kind, view = EntityKind(row["kind"]), decode(row["merged"], row["records"])
        seen = {entity_id: one.view for entity_id, one in referred.items()}
        cases = [
            case
            for check in self.model.cross_checks_of(kind)
            for case in cases_of(self.model, check, view, seen)
            if case.refers_to in seen
        ]
        return _Judgement(
            row["entity_id"],
            kind,
            max(one.known_at for one in referred.values()),
            {case.found for case in cases if case.contradicts},
            {case.found for case in cases},
        )

    async def _rivals(
        self, connection: Connection, published: Mapping[UUID, Published], contested: set[UUID], at: datetime
    ) -> list[_Judgement]:
        """What stands of all who have claimed the identifiers ``contested``, or one that the entities have."""
        stood = [entity_id for entity_id, one in published.items() if not one.is_new]
        pairs = await store.rivals(connection, contested, stood) if contested or stood else []
        rows = await store.views(connection, {pair["entity_id"] for pair in pairs}) if pairs else []
        claimed = {
            row["entity_id"]: claims(self.model, EntityKind(row["kind"]), decode(row["merged"], row["records"]))
            for row in rows
        }
        instant = max([at, *(one.known_at for one in published.values())])
        judged = {row["entity_id"]: _Judgement(row["entity_id"], row["kind"], instant, set(), set()) for row in rows}
        for claim in {pair["claim"] for pair in pairs}:
            claimants = [entity_id for entity_id, found in claimed.items() if claim in found]
            for entity_id in claimants:
                one = judged[entity_id]
                one.considered = {*(one.considered or ()), *claimed[entity_id][claim]}
                if len(claimants) > 1:
                    one.standing |= claimed[entity_id][claim]
        return list(judged.values())


async def _settle(connection: Connection, judgements: Iterable[_Judgement]) -> None:
    """Write the difference between what stood open and what stands now."""
    opened, closed = await _differences(connection, judgements)
    if closed:
        await store.close(connection, closed)
    if opened:
        await store.open_(connection, opened)


async def _differences(
    connection: Connection, judgements: Iterable[_Judgement]
) -> tuple[list[store.DiscrepancyRow], list[tuple[UUID, bytes, datetime]]]:
    """What stands now and stood not open, and what stood open and stands no more."""
    judged = list(judgements)
    stood: dict[UUID, set[bytes]] = {one.entity_id: set() for one in judged}
    older = [one.entity_id for one in judged if not one.is_new]
    for entity_id, digest in await store.open_digests(connection, older) if older else ():
        stood[entity_id].add(digest)
    opened: list[store.DiscrepancyRow] = []
    closed: list[tuple[UUID, bytes, datetime]] = []
    for one in judged:
        before = stood[one.entity_id]
        if one.considered is not None:
            before = before & {found.digest for found in one.considered}
        standing = {found.digest: found for found in one.standing}
        opened.extend(_row(one, found) for digest, found in standing.items() if digest not in before)
        closed.extend((one.entity_id, digest, one.at) for digest in before - standing.keys())
    return opened, closed


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
