"""Follow an edge of the model: which keys lead along it, and which ties the records on both ends say there are.

Pure: takes answers; gives keys, then ties. A record ties two entities only where the item that does so was given, so
that nobody learns by an edge what its record would not tell.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.catalog import Edge, Item, ItemType, Model
from hub.catalog.unknown import is_unknown
from hub.desk.answer import Answer, Found
from hub.identifiers.names import comparable
from hub.identifiers.spelling import bare, counts
from hub.merge import Record, Source, entity_of
from hub.store.reading import Key


class Match(StrEnum):
    """By what the entity that a record names was found."""

    IDENTITY_NUMBER = "IDENTITY_NUMBER"
    CREDIT_CODE = "CREDIT_CODE"
    EMPLOYER_NUMBER = "EMPLOYER_NUMBER"
    NAME = "NAME"


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

    item: Item
    way: str
    record: Record
    named: Key | None
    found: Found | None
    holds: bool

    @property
    def role(self) -> str:
        """The item that names the entity."""
        return self.item.name

    @property
    def about(self) -> tuple[object, ...]:
        """What words must share to speak of one tie: the role, and who is tied as far as that is known."""
        if self.found:
            return (self.role, self.found.answer.entity_id)
        return (self.role, self.named if self.named else self.record.source)

    @property
    def recency(self) -> tuple[object, ...]:
        """What puts the latest word last; of one day, that which names a known entity."""
        source = self.record.source
        return (source.valid_from, self.found is not None, source.stated_at, source.record_key, self.way)


def key_of(item: Item, values: Mapping[str, object]) -> Key | None:
    """The key of the entity that ``item`` of a record names: its id, else what a legal entity is called there."""
    number, name = (values.get(other or "") for other in (item.also.number, item.also.name))
    return key_to(item.type, values.get(item.name), number, name)


def key_to(item_type: ItemType, value: object, number: object = None, name: object = None) -> Key | None:
    """The key of the entity that a reference names; an organisation without a code goes by its number and name."""
    if entity_id := entity_of(value):
        return Key(entity_id=entity_id)
    if item_type is not ItemType.ORGANIZATION:
        return None
    named = value.get("name") if isinstance(value, Mapping) else None
    borne = _spelt(bare, number)
    called = Key(number=borne if borne and counts(borne) else None, name=_spelt(comparable, named or name))
    return called if called != Key() else None


def _spelt(spelling: Callable[[str], str], value: object) -> str | None:
    return spelling(value) or None if isinstance(value, str) else None


def match_of(item_type: ItemType, found: Found) -> Match:
    """By what a reference led to an entity."""
    if found.match in Match.__members__:
        return Match(found.match)
    return Match.IDENTITY_NUMBER if item_type is ItemType.PERSON else Match.CREDIT_CODE


def names_someone(item: Item, values: Mapping[str, object]) -> bool:
    """Whether ``item`` of a record names anybody, known or not."""
    value = values.get(item.name)
    is_named = isinstance(value, Mapping) and not is_unknown(value) and any(value.values())
    return is_named or key_of(item, values) is not None


def keys_along(model: Model, edge: Edge, answer: Answer) -> set[Key]:
    """The keys that lead along ``edge``: to whom the entity's records name, and to whose records name the entity."""
    named = (key_of(model.item(way), record.values) for way, record in _own(edge, answer))
    back = {Key(target_id=answer.entity_id, ways=edge.named_in)} if edge.named_in else set()
    return {key for key in named if key} | back


def ties_along(model: Model, edge: Edge, answer: Answer, replies: Mapping[Key, Sequence[Found]]) -> list[Tie]:
    """The ties that ``edge`` has from an entity, once the keys along it are answered; the latest said first."""
    words = [*_own_words(model, edge, answer, replies), *_others_words(model, edge, answer, replies)]
    words.sort(key=lambda word: word.recency, reverse=True)
    if edge.cardinality == "one":
        words = words[:1]
    tied: dict[object, list[_Word]] = {}
    for word in words:
        if word.holds and names_someone(word.item, word.record.values):
            tied.setdefault(word.about, []).append(word)
    return [_tie(said) for said in tied.values()]


def _own(edge: Edge, answer: Answer) -> Iterator[tuple[str, Record]]:
    """The entity's own records that may name another, with the way by which they do."""
    for way in edge.names:
        if answer.gives(way):
            yield from ((way, record) for record in answer.view.records_of(way.partition(".")[0]))


def _own_words(model: Model, edge: Edge, answer: Answer, replies: Mapping[Key, Sequence[Found]]) -> Iterator[_Word]:
    for way, record in _own(edge, answer):
        named = key_of(model.item(way), record.values)
        found = next(iter(replies[named]), None) if named else None
        yield _Word(model.item(way), way, record, named, found, _holds(edge, record))


def _others_words(model: Model, edge: Edge, answer: Answer, replies: Mapping[Key, Sequence[Found]]) -> Iterator[_Word]:
    for found in replies.get(Key(target_id=answer.entity_id, ways=edge.named_in), ()):
        for way in edge.named_in:
            records = found.answer.view.records_of(way.partition(".")[0]) if found.answer.gives(way) else ()
            for record in records:
                named = key_of(model.item(way), record.values)
                if named and named.entity_id in found.targets:
                    yield _Word(model.item(way), way, record, named, found, _holds(edge, record))


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
    match = match_of(latest.item.type, latest.found) if latest.found else None
    return Tie(latest.role, match, sources, latest.found.answer if latest.found else None)
