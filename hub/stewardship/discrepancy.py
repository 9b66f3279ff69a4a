"""Find what registers contradict each other in, within one view (GZ-Detail Art. 3, 19, 44).

Pure: takes the model, a view and the views that it refers to; gives discrepancies, which name records and hold no
value. The order of its input never matters. Never reads the clock or the database.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import blake2b
from itertools import product
from typing import NamedTuple
from uuid import UUID

import msgspec
from msgspec import Struct

from hub.catalog import CrossCheck, EntityKind, Model, Place
from hub.catalog.contradictions import CONTRADICTIONS
from hub.catalog.unknown import is_unknown
from hub.merge import Record, Source, View, entity_of

COMPARISON = "comparison"
"""The check that every merged item goes through: whether other registers say what the decider says."""

_encoder = msgspec.json.Encoder()


class RecordName(Struct, frozen=True):
    """What names a record of an entity."""

    register: str
    record_type: str
    source_unit: str
    record_key: str


class Discrepancy(Struct, frozen=True, dict=True):
    """Records that contradict each other in an item, by which check, and the department that has to settle it."""

    check: str
    item: str
    department: str
    records: tuple[RecordName, ...]

    @cached_property
    def digest(self) -> bytes:
        """Tells one discrepancy of an entity from another."""
        return blake2b(_encoder.encode(self), digest_size=16).digest()

    @property
    def documents(self) -> str:
        """The names of its records, as they are stored."""
        return _encoder.encode(self.records).decode()


class _Voice(NamedTuple):
    """What one record, or the decider of a merged item, says at a place."""

    value: object
    source: Source | None = None
    refers_to: UUID | None = None
    record: Record | None = None


class Case(NamedTuple):
    """What is said at the places of a cross-check, of which the first is in question, to be held against each other."""

    model: Model
    check: CrossCheck
    questioned: Place
    voices: tuple[_Voice, ...]

    @property
    def contradicts(self) -> bool:
        """Whether the values contradict each other."""
        return CONTRADICTIONS[self.check.rule](self.check, *(voice.value for voice in self.voices))

    @property
    def refers_to(self) -> UUID | None:
        """The entity, as the record in question names it, whose view one of the values is read from."""
        return self.voices[0].refers_to

    @property
    def found(self) -> Discrepancy:
        """What is found if the values contradict each other."""
        names = tuple(dict.fromkeys(name_of(voice.source) for voice in self.voices if voice.source))
        item = self.model.governed(self.check.entity, self.questioned.path) or self.questioned.path
        accountable = self.model.registers.get(self.check.register) or self.model.records[names[0].record_type]
        return Discrepancy(self.check.name, item, accountable.department, names)


_SILENCE = _Voice(None)


def discrepancies(model: Model, kind: EntityKind, view: View, referred: Mapping[UUID, View]) -> set[Discrepancy]:
    """All that registers contradict each other in; ``referred`` holds the views that checked references lead to."""
    said = view.merged.items.keys() | view.records.keys()
    checks = (check for check in model.cross_checks_of(kind) if not check.questioned.isdisjoint(said))
    cases = (case for check in checks for case in cases_of(model, check, view, referred))
    return {*differences(model, view), *(case.found for case in cases if case.contradicts)}


def differences(model: Model, view: View) -> Iterator[Discrepancy]:
    """Where another register differs from the decider of a merged item: for the decider to settle."""
    sources = view.merged.sources
    for item, choice in view.merged.items.items():
        if is_unknown(choice.value):
            continue
        decider = sources[choice.source]
        department = model.records[decider.record_type].department
        for place in choice.differing:
            yield Discrepancy(COMPARISON, item, department, (name_of(decider), name_of(sources[place])))


def cases_of(model: Model, check: CrossCheck, view: View, referred: Mapping[UUID, View]) -> Iterator[Case]:
    """What a check holds against each other in a view: each record in question with each that speaks of the rest."""
    for first, *others in check.places:
        for questioned in _voices(first, view, referred):
            beside = (_beside(questioned, first, other, view, referred) for other in others)
            yield from (Case(model, check, first, voices) for voices in product([questioned], *beside))


def references_of(model: Model, kind: EntityKind, view: View) -> set[UUID]:
    """The entities, as records name them, whose views the checks of ``view`` read."""
    places = (place for check in model.cross_checks_of(kind) for place in check.references)
    voices = (voice for place in places for voice in _voices(place, view, {}))
    return {voice.refers_to for voice in voices if voice.refers_to}


def _beside(questioned: _Voice, first: Place, other: Place, view: View, referred: Mapping[UUID, View]) -> list[_Voice]:
    """What is held against a record: its own item where both are of one record type, else that of every other."""
    if questioned.record and other.record_type == first.record_type:
        return [_voice(questioned.record, other, referred)]
    return list(_voices(other, view, referred)) or [_SILENCE]


def _voices(place: Place, view: View, referred: Mapping[UUID, View]) -> Iterator[_Voice]:
    """What is said at a place: by the decider of a merged item, or by each record."""
    if choice := view.merged.items.get(place.path):
        yield _Voice(_known(choice.value), view.merged.sources[choice.source])
    for record in view.records.get(place.record_type, ()):
        yield _voice(record, place, referred)


def _voice(record: Record, place: Place, referred: Mapping[UUID, View]) -> _Voice:
    value = _value(record, place.steps)
    if not place.fact:
        return _Voice(value, record.source, None, record)
    entity_id = entity_of(value)
    seen = referred.get(entity_id) if entity_id else None
    fact = next((voice.value for voice in _voices(Place(place.fact), seen, {})), None) if seen else None
    return _Voice(fact, record.source, entity_id, record)


def _value(record: Record, steps: tuple[str, ...]) -> object:
    """The value at an item or a part of one; of the record as a whole, since when it holds."""
    if not steps:
        return record.source.valid_from.isoformat()
    value: object = record.values
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return _known(value)


def _known(value: object) -> object:
    return None if is_unknown(value) else value


def name_of(source: Source) -> RecordName:
    """The name of the record that a source is a state of."""
    return RecordName(source.register, source.record_type, source.source_unit, source.record_key)
