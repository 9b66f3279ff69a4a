"""Changes as they are posted: a batch of CloudEvents 1.0, signed.

Pure: takes changes and a secret; gives bytes and headers. An event names an entity, its version and the items that
changed, never a value. Its id is the same however often it is posted.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from hub.catalog import EntityKind
from hub.desk.changes import Change
from hub.desk.feed import Told

CONTENT_TYPE = "application/cloudevents-batch+json"
TYPE = "jizhun.entity.changed.v1"
SOURCE = "/changes"
Naming = Callable[[EntityKind, UUID], str]
"""The id by which callers know an entity."""


def body_of(told: Sequence[Told], name: Naming) -> bytes:
    """The changes as a JSON array of events, in their order."""
    return msgspec.json.encode([_event(one.cursor, one.change, name) for one in told if one.change])


def _event(cursor: str, change: Change, name: Naming) -> Mapping[str, Any]:
    entity_id = name(change.kind, change.entity_id)
    return {
        "specversion": "1.0",
        "id": cursor,
        "source": SOURCE,
        "type": TYPE,
        "subject": entity_id,
        "time": change.recorded_at,
        "datacontenttype": "application/json",
        "data": {
            "entityId": entity_id,
            "kind": change.kind,
            "version": change.version,
            "recordedAt": change.recorded_at,
            "validOn": change.valid_on,
            "items": change.items,
            "registers": change.registers,
            "submissionId": change.submission_id,
            "catalogVersion": change.catalog_version,
            "cursor": cursor,
        },
    }


def signature(secret: bytes, seconds: int, body: bytes) -> str:
    """The header by which a receiver knows that the hub posted ``body``, and when."""
    digest = hmac.new(secret, f"{seconds}.".encode() + body, sha256).hexdigest()
    return f"t={seconds},v1={digest}"
