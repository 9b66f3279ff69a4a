"""Choose the value that survives when registers disagree.

The first register in the order of authority whose condition holds and whose record speaks decides (GZ-Detail Art. 3:
the responsible department decides). Absent is silent; null means "there is none" and decides. A register that says it
does not know speaks, but gives no value: it leaves the decision to the next one, and stands where none of them decides.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from hub.catalog import MergedItem
from hub.catalog.sameness import same_value
from hub.catalog.unknown import is_unknown
from hub.merge.view import Choice, Merged, Record, Source, View

SILENT = object()


class _Voice(NamedTuple):
    """What one record says about one merged item."""

    value: object
    source: Source


def merge(items: Iterable[MergedItem], records: Iterable[Record]) -> View:
    """The view of the entity of which ``records`` are in force; the order of neither argument's records matters."""
    ordered = sorted(records, key=_recency, reverse=True)
    by_type: dict[str, list[Record]] = {}
    for record in ordered:
        by_type.setdefault(record.source.record_type, []).append(record)
    sources: dict[Source, int] = {}
    spoken = (item for item in items if not item.speakers.isdisjoint(by_type))
    choices = {item.name: choice for item in spoken if (choice := _choose(item, by_type, sources))}
    return View(Merged(choices, tuple(sources)), {name: tuple(found) for name, found in sorted(by_type.items())})


def _recency(record: Record) -> tuple[object, ...]:
    """Of several records of one register the one that counts first: by valid time, then by when it was stated."""
    source = record.source
    return (source.valid_from, source.stated_at, source.record_key, source.source_unit, source.record_type)


def _choose(item: MergedItem, by_type: Mapping[str, list[Record]], sources: dict[Source, int]) -> Choice | None:
    entitled = list(_entitled(item, by_type))
    if not entitled:
        return None
    place, voice = next((found for found in entitled if not is_unknown(found[1].value)), entitled[0])
    others = list(_others(item, by_type, voice))
    return Choice(
        value=voice.value,
        source=_place(sources, voice.source),
        authority=place,
        agreeing=_places(sources, (other for other in others if same_value(other.value, voice.value))),
        differing=_places(sources, (other for other in others if not same_value(other.value, voice.value))),
    )


def _entitled(item: MergedItem, by_type: Mapping[str, list[Record]]) -> Iterator[tuple[int, _Voice]]:
    """The last word of each register that may decide the item, in the order of authority, with its place there."""
    for place, (authority, (record_type, steps)) in enumerate(zip(item.authority, item.ways, strict=False)):
        if record_type in by_type and by_type.keys().isdisjoint(authority.unless):
            yield from ((place, voice) for voice in islice(_voices(by_type[record_type], steps), 1))


def _voices(records: Iterable[Record], steps: tuple[str, ...]) -> Iterator[_Voice]:
    """What records say at an item or a part of one, most recent first."""
    for record in records:
        value: object = record.values
        for step in steps:
            value = value.get(step, SILENT) if isinstance(value, dict) else SILENT
        if value is not SILENT:
            yield _Voice(value, record.source)


def _others(item: MergedItem, by_type: Mapping[str, list[Record]], decider: _Voice) -> Iterator[_Voice]:
    """What the records of other registers say about the item; that they do not know is no other opinion."""
    for record_type, steps in item.ways:
        for voice in _voices(by_type[record_type], steps) if record_type in by_type else ():
            if voice.source.register != decider.source.register and not is_unknown(voice.value):
                yield voice


def _place(sources: dict[Source, int], source: Source) -> int:
    return sources.setdefault(source, len(sources))


def _places(sources: dict[Source, int], voices: Iterable[_Voice]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(_place(sources, voice.source) for voice in voices))
