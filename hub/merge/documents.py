"""A view as the two JSON documents that it is kept as, and back: whole, or opened as far as it is read.

Takes and gives text; the second document, the records, may be left out where only merged items are asked about.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Raw, Struct

from hub.merge.view import Choice, Merged, Record, Source, View

_merged = msgspec.json.Decoder(Merged)
_records = msgspec.json.Decoder(dict[str, tuple[Record, ...]])


def encode(view: View) -> tuple[str, str]:
    """The two documents of a view."""
    return msgspec.json.encode(view.merged).decode(), msgspec.json.encode(view.records).decode()


def decode(merged: str, records: str | None) -> View:
    """The view of two documents; it has no records where these were not read."""
    return View(_merged.decode(merged), _records.decode(records) if records else {})


class _Chosen(Struct):
    """The first document, its sources not looked into."""

    items: dict[str, Choice]
    sources: Raw


_chosen = msgspec.json.Decoder(_Chosen)
_sources = msgspec.json.Decoder(tuple[Source, ...])
_by_type = msgspec.json.Decoder(dict[str, Raw])
_of_type = msgspec.json.Decoder(tuple[Record, ...])


class KeptView:
    """A view in its documents: what nobody asks for is never taken apart. Tells what ``decode`` would tell."""

    __slots__ = ("_chosen", "_opened", "_records", "_sources")

    def __init__(self, merged: str, records: str | None) -> None:
        self._chosen = _chosen.decode(merged)
        self._records: Mapping[str, Raw] = _by_type.decode(records) if records else {}
        self._sources: tuple[Source, ...] | None = None
        self._opened: dict[str, tuple[Record, ...]] = {}

    def choice(self, item: str) -> Choice | None:
        """See ``Telling``."""
        return self._chosen.items.get(item)

    def source(self, place: int) -> Source:
        """See ``Telling``."""
        if self._sources is None:
            self._sources = _sources.decode(self._chosen.sources)
        return self._sources[place]

    def records_of(self, record_type: str) -> tuple[Record, ...]:
        """See ``Telling``."""
        if record_type not in self._opened:
            kept = self._records.get(record_type)
            self._opened[record_type] = _of_type.decode(kept) if kept else ()
        return self._opened[record_type]
