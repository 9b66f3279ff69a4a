"""Follow an edge of the model: which keys lead along it, and which ties the records on both ends say there are.

Pure: takes answers; gives keys, then ties. A record ties two entities only where the item that does so was given, so
that nobody learns by an edge what its record would not tell.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.catalog import Edge, Item, ItemType, Model
from hub.catalog.unknown import is_unknown
from hub.desk.answer import Answer, Found
from hub.merge import Record, Source, entity_of
from hub.store.reading import Key


class Match(StrEnum):
    """By what the entity that a record names was found."""

    IDENTITY_NUMBER = "IDENTITY_NUMBER"
    CREDIT_CODE = "CREDIT_CODE"


@dataclass(frozen=True, slots=True)
class Tie:
    """One entity that an edge leads to: as what, known by what, said by which records (latest first), and who it is.

    ``answer`` is None while the hub knows no records of it.
    """

    role: str
    match: Match | None
    sources: tuple[Source, ...]
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class _Word:
    """What one record says along an edge: by which way, of whom, and whether it still holds."""

    way: str
    record: Record
    named: tuple[Key, Match] | None
    found: Found | None
    holds: bool

    @property
    def role(self) -> str:
        """The item that names the entity."""
        return self.way.partition(".")[2]

    @property
    def about(self) -> tuple[object, ...]:
        """What words must share to speak of one tie: the role, and who is tied as far as that is known."""
        if self.found:
            return (self.role, self.found.answer.entity_id)
        return (self.role, self.named[0] if self.named else self.record.source)

    @property
    def recency(self) -> tuple[object, ...]:
        """What puts the latest word last; of one day, that which names a known entity."""
        source = self.record.source
        return (source.valid_from, self.found is not None, source.stated_at, source.record_key, self.way)


def key_of(item: Item, values: Mapping[str, object]) -> tuple[Key, Match] | None:
    """The key of the entity that ``item`` of a record names, and what kind of key it is."""
    entity_id = entity_of(values.get(item.name))
    if entity_id is None:
        return None
    match = Match.IDENTITY_NUMBER if item.type is ItemType.PERSON else Match.CREDIT_CODE
    return Key(entity_id=entity_id), match


def names_someone(item: Item, values: Mapping[str, object]) -> bool:
    """Whether ``item`` of a record names anybody, known or not."""
    value = values.get(item.name)
    return isinstance(value, Mapping) and not is_unknown(value) and any(value.values())


def keys_along(model: Model, edge: Edge, answer: Answer) -> set[Key]:
    """The keys that lead along ``edge``: to whom the entity's records name, and to whose records name the entity."""
    named = (key_of(model.item(way), record.values) for way, record in _own(edge, answer))
    back = {Key(target_id=answer.entity_id, ways=edge.named_in)} if edge.named_in else set()
    return {key for found in named if found for key in found[:1]} | back


def ties_along(model: Model, edge: Edge, answer: Answer, replies: Mapping[Key, Sequence[Found]]) -> list[Tie]:
    """The ties that ``edge`` has from an entity, once the keys along it are answered; the latest said first."""
    words = [*_own_words(model, edge, answer, replies), *_others_words(model, edge, answer, replies)]
    words.sort(key=lambda word: word.recency, reverse=True)
    if edge.cardinality == "one":
        words = words[:1]
    tied: dict[object, list[_Word]] = {}
    for word in words:
        if word.holds and names_someone(model.item(word.way), word.record.values):
            tied.setdefault(word.about, []).append(word)
    return [_tie(said) for said in tied.values()]


def _own(edge: Edge, answer: Answer) -> Iterator[tuple[str, Record]]:
    """The entity's own records that may name another, with the way by which they do."""
    for way in edge.names:
        if answer.gives(way):
            yield from ((way, record) for record in answer.view.records.get(way.partition(".")[0], ()))


def _own_words(model: Model, edge: Edge, answer: Answer, replies: Mapping[Key, Sequence[Found]]) -> Iterator[_Word]:
    for way, record in _own(edge, answer):
        named = key_of(model.item(way), record.values)
        found = next(iter(replies[named[0]]), None) if named else None
        yield _Word(way, record, named, found, _holds(edge, record))


def _others_words(model: Model, edge: Edge, answer: Answer, replies: Mapping[Key, Sequence[Found]]) -> Iterator[_Word]:
    for found in replies.get(Key(target_id=answer.entity_id, ways=edge.named_in), ()):
        for way in edge.named_in:
            records = found.answer.view.records.get(way.partition(".")[0], ()) if found.answer.gives(way) else ()
            for record in records:
                named = key_of(model.item(way), record.values)
                if named and named[0].entity_id in found.targets:
                    yield _Word(way, record, named, found, _holds(edge, record))


def _holds(edge: Edge, record: Record) -> bool:
    """Whether a record of an edge has not come to an end."""
    for ending in edge.ended_by:
        record_type, _, name = ending.item.partition(".")
        value = record.values.get(name) if record_type == record.source.record_type else None
        if value is not None and (not ending.codes or _code(value) in ending.codes):
            return False
    return True


def _code(value: object) -> object:
    return value.get("code") if isinstance(value, Mapping) else None


def _tie(said: Sequence[_Word]) -> Tie:
    latest = said[0]
    sources = tuple(dict.fromkeys(word.record.source for word in said))
    match = latest.named[1] if latest.named and latest.found else None
    return Tie(latest.role, match, sources, latest.found.answer if latest.found else None)
