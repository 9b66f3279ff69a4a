"""Say for the access log who asked what, and what of it was given."""

from collections.abc import Iterable
from contextvars import ContextVar
from datetime import datetime
from uuid import UUID

from hub import telemetry
from hub.access import Decision, Viewer
from hub.audit import Entry, outcome_of
from hub.timeline import Moment

_document: ContextVar[str] = ContextVar("document", default="")


def note_document(digest: str) -> None:
    """Have the entries of the present request name its document by ``digest``."""
    _document.set(digest)


def entry_of(
    viewer: Viewer,
    operation: str,
    decision: Decision,
    began_at: datetime,
    entity_ids: Iterable[UUID] = (),
    moment: Moment | None = None,
) -> Entry:
    """What the access log keeps of a question that began at an instant and is about to show ``entity_ids``."""
    items, denied, grants = decision.logged
    return Entry(
        began_at=began_at,
        agency=viewer.agency,
        officer=viewer.officer,
        roles=tuple(sorted(viewer.roles)),
        purpose=viewer.purpose,
        grants=grants,
        operation=operation,
        document=_document.get(),
        items=items,
        denied=denied,
        outcome=outcome_of(items, denied),
        trace_id=telemetry.trace_id(),
        valid_on=moment.valid_on if moment else None,
        known_at=None if moment is None or moment.is_open else moment.known_at,
        entity_ids=tuple(entity_ids),
    )
