"""What an export is: what was ordered, by whom, and how far it has come. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import asyncpg
import msgspec

from hub.access import Extent, Viewer, roles_named
from hub.catalog import EntityKind

_extent = msgspec.json.Decoder(Extent)


class ExportFormat(StrEnum):
    """What the file of an export is."""

    NDJSON = "NDJSON"
    PARQUET = "PARQUET"


class ExportState(StrEnum):
    """Where an export stands."""

    LISTING = "LISTING"
    WAITING = "WAITING"
    RUNNING = "RUNNING"
    READY = "READY"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted of entities of a kind: the paths of items, with their provenance or without, and of which moment.

    Without a moment each entity is answered as it stands when its turn comes.
    """

    kind: EntityKind
    items: tuple[str, ...]
    provenance: bool
    format: ExportFormat
    valid_on: date | None = None
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An answered key: one line of a file, and whether it shows anybody."""

    line: bytes
    is_found: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an export failed: the code of an error, and what it says."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Export:
    """An order, and how far it has come.

    ``viewer`` is who ordered it: a row holds what they would be answered. ``extent`` is what they were given then. Of
    ``total`` keys ``done`` are answered, in ``chunks``, and ``found`` of these named somebody.
    """

    export_id: UUID
    viewer: Viewer
    order: Order
    extent: Extent
    denied: tuple[str, ...]
    state: ExportState
    ordered_at: datetime
    expires_at: datetime
    total: int
    done: int
    found: int
    chunks: int
    attempts: int
    size: int
    digest: bytes | None
    failure: Failure | None


def export_of(row: asyncpg.Record) -> Export:
    """The export of a row."""
    return Export(
        export_id=row["export_id"],
        viewer=Viewer(
            agency=row["agency"],
            officer=row["officer"],
            roles=roles_named(row["role"]),
            department=row["department"],
            purpose=row["purpose"],
            divisions=tuple(row["divisions"]),
        ),
        order=Order(
            EntityKind(row["kind"]),
            tuple(row["items"]),
            row["provenance"],
            ExportFormat(row["format"]),
            row["valid_on"],
            row["known_at"],
        ),
        extent=_extent.decode(row["extent"]),
        denied=tuple(row["denied"]),
        state=ExportState(row["state"]),
        ordered_at=row["ordered_at"],
        expires_at=row["expires_at"],
        total=row["total"],
        done=row["done"],
        found=row["found"],
        chunks=row["chunks"],
        attempts=row["attempts"],
        size=row["bytes"],
        digest=row["digest"],
        failure=Failure(row["failure"], row["failure_message"]) if row["failure"] else None,
    )
