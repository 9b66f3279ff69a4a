"""Check a line against the model: the first step of intake.

Takes a ``Line``; gives a ``Checked`` record, ready to be identified, or raises ``Rejected``.
Identity values leave the payload here: what stays is named by ``references`` (other entities) and ``sealed`` (numbers
of the entity itself), to be filled in when they are resolved.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from hashlib import blake2b

import msgspec
from msgspec import Struct

from hub.catalog import Item, ItemType, Model, RecordType
from hub.catalog.derived import RULES, SILENT
from hub.catalog.partial_date import first_day
from hub.catalog.unknown import is_unknown
from hub.clock import now, shanghai_date
from hub.identifiers.crosswalk import implied
from hub.identifiers.schemes import SCHEMES, Identifier, Scheme
from hub.identifiers.spelling import bare, counts
from hub.intake.delivery import CLOCK_TOLERANCE, Line, Operation
from hub.intake.rejection import Column, Rejected, column_of
from hub.intake.told import REMEMBERED, ItemCheck, Path, Told, tell
from hub.reasons import ReasonCode, reason
from hub.vault.cipher import Vault

EARLIEST, LATEST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Instants beyond these are mistakes, and near the ends of the calendar no database can order them."""
_canonical = msgspec.json.Encoder(order="sorted")
_STRENGTH = {scheme: place for place, scheme in enumerate(Scheme)}
"""Schemes in the order in which their numbers lead to an entity: any other key gives way to a stronger one."""


class Checked(Struct, frozen=True, kw_only=True):
    """A line that can be taken in.

    ``identifiers`` are the ones that may find the entity, best first; ``formers`` maps the numbers it bore before to
    those that took their place. ``references`` and ``sealed`` map paths in the payload to the identifiers whose
    entities, and whose own ids, belong there. ``lookups`` has every identifier that the line gives, names or holds.
    """

    line: Line
    record: RecordType
    record_key: str
    valid_from: date
    stated_at: datetime
    identifiers: tuple[Identifier, ...]
    formers: Mapping[Identifier, Identifier]
    payload: Mapping[str, object]
    references: Mapping[Path, Identifier]
    sealed: Mapping[Path, Identifier]
    lookups: Mapping[Identifier, bytes]
    digest: bytes

    def employer_number(self, path: Path) -> str | None:
        """The number of an employer that the line gives beside the reference at ``path``."""
        also = self.record.items[str(path[0])].also
        number = self.payload.get(also.number) if also.number else None
        return bare(number) if isinstance(number, str) and counts(bare(number)) else None


@dataclass(frozen=True, slots=True)
class Recognised:
    """The record that a line is about which cannot be taken in: what may find its entity, and its key."""

    record_type: str
    identifiers: tuple[Identifier, ...]
    record_key: str


def is_sayable(stated_at: datetime) -> bool:
    """Whether anything can have been said then, in any calendar that the hub keeps."""
    return EARLIEST <= stated_at <= LATEST


class Checker:
    """Checks the lines of deliveries to one register, whose clock may be ahead by so much."""

    def __init__(self, model: Model, vault: Vault, register: str, tolerance: timedelta = CLOCK_TOLERANCE) -> None:
        self._records = {record.name: record for record in model.records.values() if record.register == register}
        self._checks: dict[str, _RecordCheck] = {}
        self._model = model
        self._vault = vault
        self._tolerance = tolerance

    def check(self, line: Line, stated_at: datetime) -> Checked:
        """Check ``line``, which was said at ``stated_at``; raise ``Rejected`` with the first reason found."""
        check = self._check_of(line)
        if check is None:
            raise Rejected(reason(ReasonCode.UNKNOWN_RECORD_TYPE, record_type=line.record_type))
        if not is_sayable(stated_at):
            raise Rejected(reason(ReasonCode.IMPOSSIBLE_DATE, column="变更时间", title="stated at"))
        if stated_at > now() + self._tolerance:
            raise Rejected(reason(ReasonCode.STATED_IN_FUTURE, column="变更时间", title="stated at"))
        return check.check(line, stated_at)

    def recognise(self, line: Line) -> Recognised | None:
        """The record that a rejected line is about, where its keys can be read whatever else it holds."""
        check = self._check_of(line)
        return check.recognise(line) if check else None

    def _check_of(self, line: Line) -> "_RecordCheck | None":
        name = line.record_type
        if name not in self._checks and name in self._records:
            self._checks[name] = _RecordCheck(self._model, self._vault, self._records[name])
        return self._checks.get(name)


class _RecordCheck:
    """Checks lines about records of one type."""

    def __init__(self, model: Model, vault: Vault, record: RecordType) -> None:
        self._record = record
        self._vault = vault
        self._columns = {name: name.partition(".") for title, name in record.columns.items() if title == name}
        self._items = {item.name: ItemCheck(model, item) for item in record.item}
        self._required = [item for item in record.item if item.required]
        self._derived = [_Derived(item) for item in record.item if item.derived]
        self._keys = [name.partition(".") for name in _identifying(record)]
        self._formers = [item.name for item in record.item if item.former_of]
        self._lookup = lru_cache(REMEMBERED)(lambda key: vault.lookup(key.scheme, key.value))

    def check(self, line: Line, stated_at: datetime) -> Checked:
        told = self._told(line.values)
        identifiers = self._identifiers(told)
        if not identifiers:
            raise column_of_name(self._record, self._record.identified_by[0]).rejects(ReasonCode.MISSING_KEY)
        is_state = line.operation is Operation.STATE
        shown = {name: one for name, one in told.items() if one.is_shown} if is_state else {}
        parted = [one for one in shown.values() if one.references or one.sealed]
        references = {path: key for one in parted for path, key in one.references.items()}
        sealed = {path: key for one in parted for path, key in one.sealed.items()}
        formers = self._former_numbers(told, identifiers) if is_state and self._formers else {}
        keys = (*identifiers, *formers, *references.values(), *sealed.values())
        return Checked(
            line=line,
            record=self._record,
            record_key=self._record_key(told),
            valid_from=line.valid_from or self._effective_from(line, told) or shanghai_date(stated_at),
            stated_at=stated_at,
            identifiers=identifiers,
            formers=formers,
            payload={name: one.plain for name, one in shown.items()},
            references=references,
            sealed=sealed,
            lookups={key: self._lookup(key) for key in keys},
            digest=self._digest(line.operation, shown, references | sealed),
        )

    def recognise(self, line: Line) -> Recognised | None:
        """The record that a rejected line is about, if its keys can be read."""
        with suppress(Rejected):
            told: dict[str, Told] = {}
            for name, parts in self._given(line.values).items():
                with suppress(Rejected):
                    told[name] = self._items[name].told(parts)
            told |= self._following(told)
            if identifiers := self._identifiers(told):
                return Recognised(self._record.name, identifiers, self._record_key(told))
        return None

    def _told(self, values: Mapping[str, object]) -> dict[str, Told]:
        """What the line tells of every item that it speaks of, derived ones included."""
        told = {name: self._items[name].told(parts) for name, parts in self._given(values).items()}
        for item in self._required:
            if item.name not in told or told[item.name].value is None or is_unknown(told[item.name].value):
                is_key = item.name in self._record.identified_by
                raise column_of(item).rejects(ReasonCode.MISSING_KEY if is_key else ReasonCode.MISSING_VALUE)
        return told | self._following(told)

    def _given(self, values: Mapping[str, object]) -> dict[str, list[object]]:
        """What the line gives of each item: names of parts, each with what stands under it; an empty text is none."""
        given: dict[str, list[object]] = {}
        for name, value in values.items():
            column = self._columns.get(name)
            if column is None:
                raise Rejected(reason(ReasonCode.UNKNOWN_ITEM, column=name))
            if not isinstance(value, str) or value.strip():
                given.setdefault(column[0], []).extend((column[2], value))
        return given

    def _following(self, told: Mapping[str, Told]) -> dict[str, Told]:
        """What follows from what is told."""
        return {one.name: found for one in self._derived if (found := one.told(told))}

    def _identifiers(self, told: Mapping[str, Told]) -> tuple[Identifier, ...]:
        """The keys of the entity that the line gives or that these embed: those that find one, the strongest first."""
        given = (told[name].part(part) for name, _, part in self._keys if name in told)
        keys = [key for key in given if isinstance(key, Identifier) and SCHEMES[key.scheme].finds]
        keys.extend(implied(keys))
        return tuple(sorted(dict.fromkeys(keys), key=lambda key: _STRENGTH[key.scheme]))

    def _former_numbers(
        self, told: Mapping[str, Told], identifiers: Iterable[Identifier]
    ) -> dict[Identifier, Identifier]:
        """The numbers that the line says were the entity's before, what they embed included, with those of now."""
        values = (told[name].value for name in self._formers if name in told)
        given = [value for value in values if isinstance(value, Identifier)]
        present = {key.scheme: key for key in reversed([*identifiers])}
        former = (key for key in (*given, *implied(given)) if key.scheme in present and key not in identifiers)
        return {key: present[key.scheme] for key in former}

    def _record_key(self, told: Mapping[str, Told]) -> str:
        """The register's own key, hashed with the vault's key: it may be, or embed, what identifies a person."""
        if self._record.cardinality == "one":
            return ""
        for names in self._record.key:
            parts = [_key_text(_value_at(told, name)) for name in names]
            if all(parts):
                return self._vault.token("record_key", *names, *parts)
        raise column_of_name(self._record, self._record.key[0][0]).rejects(ReasonCode.MISSING_KEY)

    def _effective_from(self, line: Line, told: Mapping[str, Told]) -> date | None:
        """The first effective date that the line gives, a reduced one from its first day; an end has none."""
        for name in () if line.operation is Operation.END else self._record.effective:
            if name in told and isinstance(value := told[name].value, str):
                return first_day(value)
        return None

    def _digest(self, operation: Operation, shown: Mapping[str, Told], identity: Mapping[Path, Identifier]) -> bytes:
        """Stands for the whole content of a statement; identity enters by its keyed look-up only."""
        content = {name: one.content for name, one in shown.items()}
        tokens = {".".join(map(str, path)): self._lookup(key).hex() for path, key in identity.items()}
        return blake2b(_canonical.encode([operation, content, tokens]), digest_size=16).digest()


class _Derived:
    """A derived item: what follows from what is told of others, remembered like what lines say."""

    def __init__(self, item: Item) -> None:
        self.name = item.name
        self._item = item
        self._of = [name.partition(".") for name in item.derived.of] if item.derived else []
        self._follows = lru_cache(REMEMBERED)(self._follow)

    def told(self, told: Mapping[str, Told]) -> Told | None:
        """What follows from ``told``, if anything does."""
        return self._follows(*(told.get(name) for name, _, _ in self._of))

    def _follow(self, *told: Told | None) -> Told | None:
        parts = (one.part(part) if one else None for one, (_, _, part) in zip(told, self._of, strict=True))
        value = self._constant if self._rule == "constant" else RULES[self._rule](*parts)
        return None if value is SILENT else tell(self._item, value)

    @cached_property
    def _rule(self) -> str:
        return self._item.derived.rule if self._item.derived else ""

    @cached_property
    def _constant(self) -> object:
        value = self._item.derived.value if self._item.derived else None
        return {"code": value} if self._item.type is ItemType.CODED else value


def column_of_name(record: RecordType, name: str) -> Column:
    """The column that carries ``item`` or ``item.part``."""
    item_name, _, part = name.partition(".")
    return column_of(record.items[item_name], part or None)


def _value_at(told: Mapping[str, Told], name: str) -> object:
    """The checked value of ``item`` or ``item.part``, None where the line does not speak of it."""
    item_name, _, part = name.partition(".")
    return told[item_name].part(part) if item_name in told else None


def _identifying(record: RecordType) -> Iterator[str]:
    """The names of what may identify the entity of a record, each once."""
    keys = (item.name for item in record.item if item.type is ItemType.IDENTIFIER and not item.former_of)
    yield from dict.fromkeys((*record.identified_by, *keys))


def _key_text(value: object) -> str:
    if isinstance(value, Identifier):
        return value.value
    if isinstance(value, dict):
        return next((_key_text(value[name]) for name in ("creditCode", "code", "name") if value.get(name)), "")
    return "" if value is None else str(value)
