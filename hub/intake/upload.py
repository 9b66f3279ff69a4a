"""What an upload is to the two sides that handle it: who receives one over HTTP, and who decodes it.

They are strangers to each other; this is all that they know of one another.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct


class Order(Struct, frozen=True, kw_only=True):
    """What is said with an uploaded file: whose it is, who sends it, and by its ``extension`` how it is written.

    A ``snapshot`` is a full copy, by which ``accepted_removals`` records may end. A ``key`` names the delivery; without
    one its content does. The extension is ``.gz`` alone where nothing tells what is packed; a ``layout`` tells what
    lies where in text of fixed width. ``submission_ids`` are those of a promise, once it was given.
    """

    register: str
    sender: str
    extension: str
    department: str | None = None
    record: str | None = None
    stated_on: date | None = None
    stated_at: datetime | None = None
    source_unit: str = ""
    reason: str | None = None
    snapshot: bool = False
    accepted_removals: int | None = None
    key: str | None = None
    layout: bytes | None = None
    submission_ids: Sequence[UUID] = ()


class Receipt(Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of one delivery of an upload: its submission, and its outcomes once it has ``finished``.

    ``removed`` records have ended by a full copy; ``unknown_columns`` match no item and were not used; ``remarks``
    tell what else was not read.
    """

    submission_id: UUID
    record_type: str
    finished: bool
    counts: dict[str, int] = {}
    removed: int = 0
    unknown_columns: Sequence[str] = ()
    remarks: Sequence[str] = ()


class Draft(Protocol):
    """An upload that is coming in."""

    def write(self, piece: bytes) -> None:
        """Keep what has come."""

    async def take(self, order: Order) -> list[Receipt]:
        """Take in what has come, now or, durably promised, later; a receipt for each delivery in it."""


class Uploads(Protocol):
    """Where uploads go."""

    def receiving(self) -> AbstractContextManager[Draft]:
        """A new draft; when the block is left, nothing stays of it but what was promised."""

    def finishing(self) -> AbstractAsyncContextManager[None]:
        """While the block runs, take in what was promised and is not in yet."""
