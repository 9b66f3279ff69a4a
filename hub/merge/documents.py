"""A view as the two JSON documents that it is kept as, and back.

Takes and gives text; the second document, the records, may be left out where only merged items are asked about.
"""

import msgspec

from hub.merge.view import Merged, Record, View

_merged = msgspec.json.Decoder(Merged)
_records = msgspec.json.Decoder(dict[str, tuple[Record, ...]])


def encode(view: View) -> tuple[str, str]:
    """The two documents of a view."""
    return msgspec.json.encode(view.merged).decode(), msgspec.json.encode(view.records).decode()


def decode(merged: str, records: str | None) -> View:
    """The view of two documents; it has no records where these were not read."""
    return View(_merged.decode(merged), _records.decode(records) if records else {})
