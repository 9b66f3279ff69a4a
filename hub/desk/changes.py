"""What a viewer may be told of the changes of entities: that something changed and in which items, never a value.

Takes rows of the log of changes; gives those changes that a grant of the viewer's covers, with the granted items alone.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from hub.access import Access, Decision, Viewer, decide
from hub.access.areas import covers
from hub.catalog import EntityKind, Model
from hub.clock import now
from hub.desk.desk import Desk
from hub.desk.due import Row
from hub.desk.entry import entry_of
from hub.errors import FieldNotGranted
from hub.merge.view import SIGNS


@dataclass(frozen=True, slots=True)
class Change:
    """A version of an entity and what changed with it, as a viewer may be told.

    ``registers`` are those whose delivery, or whose records' own dates, brought it; without a ``submission_id`` valid
    time alone did, or the catalog that was followed from then on: the version ``catalog_version``. The ``reason`` that
    a delivery or an order gives is told with all that it changed, or not at all.
    """

    entity_id: UUID
    kind: EntityKind
    version: int
    recorded_at: datetime
    valid_on: date
    items: tuple[str, ...]
    registers: tuple[str, ...]
    submission_id: UUID | None
    reason: str | None
    catalog_version: int


@dataclass(frozen=True)
class Telling:
    """What one viewer may be told of changes."""

    access: Access

    @property
    def viewer(self) -> Viewer:
        """Who is told."""
        return self.access.viewer

    @property
    def model(self) -> Model:
        """The model under which the catalog stands."""
        return self.access.catalog.model

    def kinds(self) -> list[EntityKind]:
        """The kinds of entity that a grant covers."""
        return [kind for kind in EntityKind if self.access.may(kind)]

    def given(self, kind: EntityKind, items: Iterable[str]) -> frozenset[str]:
        """The items and signs among ``items`` that may be told, of whatever entity the viewer sees."""
        items = frozenset(items)
        return decide(self.access, kind, items - SIGNS).given | (items & SIGNS)

    def clear(self, kind: EntityKind, entity_id: UUID, items: Iterable[str]) -> frozenset[str]:
        """The items among ``items`` of an entity whose values may be told as they are."""
        return decide(self.access, kind, items).clear - self.access.suspended(kind, entity_id)

    def sees(self, row: Row) -> bool:
        """Whether the entity of a row of the feed lies where the viewer may see it."""
        areas = self.access.areas(EntityKind(row["kind"]))
        return bool(areas) and covers(areas, (row["division"] or "",))

    def changes(self, rows: Sequence[Row]) -> list[Change]:
        """Each row as a change with the items that may be told, be they none."""
        kinds = {kind: {item for row in rows if row["kind"] == kind for item in row["items"]} for kind in EntityKind}
        given = {kind: self.given(kind, items) for kind, items in kinds.items()}
        return [self._change(row, given[EntityKind(row["kind"])]) for row in rows]

    def _change(self, row: Row, given: Collection[str]) -> Change:
        items = tuple(item for item in row["items"] if item in given)
        return Change(
            entity_id=row["entity_id"],
            kind=EntityKind(row["kind"]),
            version=row["version"],
            recorded_at=row["recorded_at"],
            valid_on=row["valid_on"],
            items=items,
            registers=(row["register"],) if row["register"] else tuple(sorted(self._registers(items))),
            submission_id=row["submission_id"],
            reason=row["reason"] if len(items) == len(row["items"]) else None,
            catalog_version=row["catalog_version"],
        )

    def _registers(self, items: Iterable[str]) -> set[str]:
        return {self.model.records[item].register for item in items if item in self.model.records}


async def telling_of(
    desk: Desk, viewer: Viewer, operation: str, kind: EntityKind | None = None, entity_ids: Iterable[UUID] = ()
) -> Telling:
    """What ``viewer`` may be told, of entities of ``kind`` where one is named; nothing is logged, then raised."""
    async with desk.database.connection() as connection:
        telling = Telling(await desk.access(connection, viewer))
        kinds = telling.kinds()
        if kind in kinds or (kind is None and kinds):
            return telling
        item = kind.type_name if kind else operation
    await log_telling(desk, viewer, operation, entity_ids, (), [item])
    raise FieldNotGranted(item=item)


async def log_telling(
    desk: Desk,
    viewer: Viewer,
    operation: str,
    entity_ids: Iterable[UUID],
    items: Iterable[str],
    denied: Iterable[str] = (),
) -> None:
    """Keep in the access log what a viewer is about to be told, or what was denied."""
    decision = Decision(frozenset(items), frozenset(denied))
    await desk.log.keep(entry_of(viewer, operation, decision, now(), dict.fromkeys(entity_ids)))
