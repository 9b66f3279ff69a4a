"""Check a line against the model: the first step of intake.

Takes a ``Line``; gives a ``Checked`` record, ready to be identified, or raises ``Rejected``.
Identity values leave the payload here: what stays is named by ``references`` (other entities) and ``sealed`` (numbers
of the entity itself), to be filled in when they are resolved.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b

import msgspec

from hub.catalog import SHAPED, Item, ItemType, Model, RecordType
from hub.catalog.derived import RULES, SILENT
from hub.catalog.partial_date import first_day
from hub.catalog.unknown import is_unknown
from hub.clock import now, shanghai_date
from hub.identifiers.crosswalk import implied
from hub.identifiers.schemes import SCHEMES, Identifier, Scheme
from hub.identifiers.spelling import bare, counts
from hub.intake.delivery import CLOCK_TOLERANCE, Line, Operation
from hub.intake.rejection import Column, Rejected, column_of
from hub.intake.values import check_value
from hub.reasons import ReasonCode, reason
from hub.vault.cipher import Vault

Path = tuple[str | int, ...]
"""Where in a payload something lies."""
EARLIEST, LATEST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Instants beyond these are mistakes, and near the ends of the calendar no database can order them."""
_canonical = msgspec.json.Encoder(order="sorted")


_STRENGTH = {scheme: place for place, scheme in enumerate(Scheme)}
"""Schemes in the order in which their numbers lead to an entity: any other key gives way to a stronger one."""

_COMPOUND = frozenset({ItemType.PERSON, ItemType.ORGANIZATION, ItemType.SUBJECT})


@dataclass(frozen=True, slots=True)
class Checked:
    """A line that can be taken in.

    ``identifiers`` are the ones that may find the entity, best first; ``formers`` maps the numbers it bore before to
    those that took their place. ``references`` and ``sealed`` map paths in the payload to the identifiers whose
    entities, and whose own ids, belong there.
    """

    line: Line
    record: RecordType
    record_key: str
    valid_from: date
    stated_at: datetime
    identifiers: tuple[Identifier, ...]
    formers: Mapping[Identifier, Identifier]
    payload: dict[str, object]
    references: Mapping[Path, Identifier]
    sealed: Mapping[Path, Identifier]
    digest: bytes

    @property
    def keys(self) -> set[Identifier]:
        """Every identifier that the line gives, names or holds."""
        return {*self.identifiers, *self.formers, *self.references.values(), *self.sealed.values()}

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


@dataclass(frozen=True)
class Checker:
    """Checks the lines of deliveries to one register, whose clock may be ahead by so much."""

    model: Model
    vault: Vault
    register: str
    tolerance: timedelta = CLOCK_TOLERANCE

    def check(self, line: Line, stated_at: datetime) -> Checked:
        """Check ``line``, which was said at ``stated_at``; raise ``Rejected`` with the first reason found."""
        record = self.model.records.get(line.record_type)
        if record is None or record.register != self.register:
            raise Rejected(reason(ReasonCode.UNKNOWN_RECORD_TYPE, record_type=line.record_type))
        if not EARLIEST <= stated_at <= LATEST:
            raise Rejected(reason(ReasonCode.IMPOSSIBLE_DATE, column="变更时间", title="stated at"))
        if stated_at > now() + self.tolerance:
            raise Rejected(reason(ReasonCode.STATED_IN_FUTURE, column="变更时间", title="stated at"))
        values = self._values(record, line)
        identifiers = _identifiers(record, values)
        if not identifiers:
            raise column_of_name(record, record.identified_by[0]).rejects(ReasonCode.MISSING_KEY)
        parted = _Parted()
        if line.operation is Operation.STATE:
            parted.take(record, values)
        return Checked(
            line=line,
            record=record,
            record_key=self._record_key(record, values),
            valid_from=line.valid_from or _effective_from(record, line, values) or shanghai_date(stated_at),
            stated_at=stated_at,
            identifiers=identifiers,
            formers=_formers(record, values, identifiers) if line.operation is Operation.STATE else {},
            payload=parted.payload,
            references=parted.references,
            sealed=parted.sealed,
            digest=self._digest(line.operation, parted.payload, parted.references | parted.sealed),
        )

    def recognise(self, line: Line) -> Recognised | None:
        """The record that a rejected line is about, where its keys can be read whatever else it holds."""
        record = self.model.records.get(line.record_type)
        if record is None or record.register != self.register:
            return None
        with suppress(Rejected):
            values: dict[str, object] = {}
            for name, parts in _given(record, line).items():
                with suppress(Rejected):
                    values[name] = check_value(self.model, record.items[name], parts)
            values |= dict(_derived(record, values))
            if identifiers := _identifiers(record, values):
                return Recognised(record.name, identifiers, self._record_key(record, values))
        return None

    def _values(self, record: RecordType, line: Line) -> dict[str, object]:
        """The checked value of every item that the line speaks of, derived ones included."""
        given = _given(record, line)
        values = {name: check_value(self.model, record.items[name], parts) for name, parts in given.items()}
        for item in record.item if line.operation is Operation.STATE else ():
            if item.required and (values.get(item.name) is None or is_unknown(values[item.name])):
                missing = ReasonCode.MISSING_KEY if item.name in record.identified_by else ReasonCode.MISSING_VALUE
                raise column_of(item).rejects(missing)
        return values | dict(_derived(record, values))

    def _record_key(self, record: RecordType, values: Mapping[str, object]) -> str:
        """The register's own key, hashed with the vault's key: it may be, or embed, what identifies a person."""
        if record.cardinality == "one":
            return ""
        for names in record.key:
            parts = [_key_text(value_at(values, name)) for name in names]
            if all(parts):
                return self.vault.token("record_key", *names, *parts)
        raise column_of_name(record, record.key[0][0]).rejects(ReasonCode.MISSING_KEY)

    def _digest(self, operation: Operation, payload: object, identity: Mapping[Path, Identifier]) -> bytes:
        """Stands for the whole content of a statement; identity enters by its keyed look-up only."""
        tokens = {
            ".".join(map(str, path)): self.vault.lookup(key.scheme, key.value).hex() for path, key in identity.items()
        }
        return blake2b(_canonical.encode([operation, _content(payload), tokens]), digest_size=16).digest()


def _content(value: object) -> object:
    """A payload without the spelling of known codes: 男 and 1 are one statement, and so are two words for unknown."""
    if isinstance(value, list):
        return [_content(entry) for entry in value]
    if not isinstance(value, Mapping):
        return value
    if is_unknown(value):
        return {"unknown": ""}
    coded = value.get("code") is not None
    return {name: _content(part) for name, part in value.items() if not (coded and name == "raw")}


def _given(record: RecordType, line: Line) -> dict[str, dict[str, object]]:
    """What the line gives of each item of the record type, by part; an empty text gives nothing."""
    given: dict[str, dict[str, object]] = {}
    for name, value in line.values.items():
        if record.columns.get(name) != name:
            raise Rejected(reason(ReasonCode.UNKNOWN_ITEM, column=name))
        if isinstance(value, str) and not value.strip():
            continue
        item_name, _, part = name.partition(".")
        given.setdefault(item_name, {})[part] = value
    return given


def column_of_name(record: RecordType, name: str) -> Column:
    """The column that carries ``item`` or ``item.part``."""
    item_name, _, part = name.partition(".")
    return column_of(record.items[item_name], part or None)


def value_at(values: Mapping[str, object], name: str) -> object:
    """The checked value of ``item`` or ``item.part``, None where the line does not speak of it."""
    item_name, _, part = name.partition(".")
    value = values.get(item_name)
    return value.get(part) if part and isinstance(value, Mapping) else value


def _identifiers(record: RecordType, values: Mapping[str, object]) -> tuple[Identifier, ...]:
    """The keys of the entity that the line gives or that these embed: those that may find it, the strongest first."""
    names = dict.fromkeys(record.identified_by)
    names |= dict.fromkeys(item.name for item in record.item if item.type is ItemType.IDENTIFIER and not item.former_of)
    given = [value for name in names if isinstance(value := value_at(values, name), Identifier)]
    keys = [key for key in given if SCHEMES[key.scheme].finds]
    keys.extend(implied(keys))
    return tuple(sorted(dict.fromkeys(keys), key=lambda key: _STRENGTH[key.scheme]))


def _formers(
    record: RecordType, values: Mapping[str, object], identifiers: tuple[Identifier, ...]
) -> dict[Identifier, Identifier]:
    """The numbers that the line says were the entity's before, what they embed included, with those of now."""
    given = [value for item in record.item if item.former_of and isinstance(value := values.get(item.name), Identifier)]
    present = {key.scheme: key for key in reversed(identifiers)}
    return {
        key: present[key.scheme]
        for key in (*given, *implied(given))
        if key.scheme in present and key not in identifiers
    }


def _derived(record: RecordType, values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for item in record.item:
        if item.derived is None:
            continue
        if item.derived.rule == "constant":
            yield item.name, _constant(item)
            continue
        value = RULES[item.derived.rule](*(value_at(values, name) for name in item.derived.of))
        if value is not SILENT:
            yield item.name, value


def _constant(item: Item) -> object:
    value = item.derived.value if item.derived else None
    return {"code": value} if item.type is ItemType.CODED else value


@dataclass(slots=True)
class _Parted:
    """What a line says, with references to other entities and secret numbers parted from the plain payload."""

    payload: dict[str, object] = field(default_factory=dict)
    references: dict[Path, Identifier] = field(default_factory=dict)
    sealed: dict[Path, Identifier] = field(default_factory=dict)

    def take(self, record: RecordType, values: Mapping[str, object]) -> None:
        """Take the values of a line; a secret or former key that only shows at the entity stays out of the payload."""
        for name, value in values.items():
            item = record.items[name]
            if not (item.placed == "entity" and isinstance(value, Identifier) and _stays_out(item, value)):
                self.payload[name] = self._plain(item, (name,), value)

    def _plain(self, item: Item, path: Path, value: object) -> object:
        if isinstance(value, Identifier):
            return self._number(path, value)
        if isinstance(value, Mapping) and item.type in _COMPOUND:
            return self._compound(item, path, value)
        if isinstance(value, list):
            return [self._members(item, (*path, place), entry) for place, entry in enumerate(value)]
        return self._members(item, path, value) if item.type in SHAPED and isinstance(value, Mapping) else value

    def _members(self, item: Item, path: Path, value: Mapping[str, object]) -> dict[str, object]:
        members = {member.name: member for member in item.members}
        return {name: self._plain(members[name], (*path, name), inner) for name, inner in value.items()}

    def _compound(self, item: Item, path: Path, value: Mapping[str, object]) -> dict[str, object]:
        """A person or an organisation: the number leads to the entity, unless it is the record's own."""
        for part in value.values():
            if isinstance(part, Identifier) and SCHEMES[part.scheme].finds and item.type is not ItemType.SUBJECT:
                self.references[path] = part
        return {
            name: self._number((*path, name), part) if isinstance(part, Identifier) else part
            for name, part in value.items()
        }

    def _number(self, path: Path, key: Identifier) -> object:
        """A credit code as it is, for it is no secret; for a number of a person the place of its id."""
        if not SCHEMES[key.scheme].identity:
            return key.value
        self.sealed[path] = key
        return None


def _stays_out(item: Item, key: Identifier) -> bool:
    return SCHEMES[key.scheme].identity or item.former_of is not None


def _effective_from(record: RecordType, line: Line, values: Mapping[str, object]) -> date | None:
    """The first effective date that the line gives, a reduced one from its first day; an end has none."""
    for name in () if line.operation is Operation.END else record.effective:
        value = values.get(name)
        if isinstance(value, str):
            return first_day(value)
    return None


def _key_text(value: object) -> str:
    if isinstance(value, Identifier):
        return value.value
    if isinstance(value, Mapping):
        return next((_key_text(value[name]) for name in ("creditCode", "code", "name") if value.get(name)), "")
    return "" if value is None else str(value)
