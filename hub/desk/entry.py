"""Say for the access log who asked what, and what of it was given."""

from datetime import datetime

from hub import telemetry
from hub.access import Decision, Viewer
from hub.identifiers.entity_id import new_id
from hub.store.reading import Entry


def entry_of(viewer: Viewer, operation: str, decision: Decision, at: datetime) -> Entry:
    """What the access log keeps of a question; whom it was about is added where that is known."""
    return Entry(
        entry_id=new_id(at),
        agency=viewer.agency,
        officer=viewer.officer,
        role=viewer.named_roles,
        purpose=viewer.purpose,
        operation=operation,
        items=sorted(decision.given),
        denied=sorted(decision.denied),
        trace_id=telemetry.trace_id(),
    )
