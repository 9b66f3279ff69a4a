"""Check a line against the model: the first step of intake.

Takes a ``Line``; gives a ``Checked`` record, ready to be identified, or raises ``Rejected``.
Identity values leave the payload here: what stays is named by ``references`` (other entities) and ``sealed`` (numbers
of the entity itself), to be filled in when they are resolved.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b

import msgspec

from hub.catalog import Item, ItemType, Model, RecordType
from hub.catalog.derived import RULES, SILENT
from hub.clock import shanghai_date
from hub.identifiers.schemes import SCHEMES
from hub.intake.delivery import Line, Operation
from hub.intake.values import Column, Identifier, Rejected, check_value, column_of
from hub.reasons import ReasonCode, reason
from hub.vault.cipher import Vault

EARLIEST, LATEST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Instants beyond these are mistakes, and near the ends of the calendar no database can order them."""
_canonical = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class Checked:
    """A line that can be taken in.

    ``identifiers`` lead with the ones that may find the entity, best first. ``references`` and ``sealed`` map paths in
    the payload to the identifiers whose ids belong there.
    """

    line: Line
    record: RecordType
    record_key: str
    valid_from: date
    stated_at: datetime
    identifiers: tuple[Identifier, ...]
    payload: dict[str, object]
    references: Mapping[str, Identifier]
    sealed: Mapping[str, Identifier]
    digest: bytes


@dataclass(frozen=True)
class Checker:
    """Checks the lines of deliveries to one register."""

    model: Model
    vault: Vault
    register: str

    def check(self, line: Line, stated_at: datetime) -> Checked:
        """Check ``line``, which was said at ``stated_at``; raise ``Rejected`` with the first reason found."""
        record = self.model.records.get(line.record_type)
        if record is None or record.register != self.register:
            raise Rejected(reason(ReasonCode.UNKNOWN_RECORD_TYPE, record_type=line.record_type))
        if not EARLIEST <= stated_at <= LATEST:
            raise Rejected(reason(ReasonCode.IMPOSSIBLE_DATE, column="变更时间", title="stated at"))
        values = self._values(record, line)
        identifiers = tuple(_identifiers(record, values))
        if not identifiers:
            raise column_of_name(record, record.identified_by[0]).rejects(ReasonCode.MISSING_KEY)
        payload, references, sealed = _split(record, values)
        if line.operation is not Operation.STATE:
            payload, references, sealed = {}, {}, {}
        return Checked(
            line=line,
            record=record,
            record_key=self._record_key(record, values),
            valid_from=line.valid_from or _effective_from(record, line, values) or shanghai_date(stated_at),
            stated_at=stated_at,
            identifiers=identifiers,
            payload=payload,
            references=references,
            sealed=sealed,
            digest=self._digest(line.operation, payload, references | sealed),
        )

    def _values(self, record: RecordType, line: Line) -> dict[str, object]:
        """The checked value of every item that the line speaks of, derived ones included."""
        given: dict[str, dict[str, object]] = {}
        for name, value in line.values.items():
            if record.columns.get(name) != name:
                raise Rejected(reason(ReasonCode.UNKNOWN_ITEM, column=name))
            if isinstance(value, str) and not value.strip():
                continue
            item_name, _, part = name.partition(".")
            given.setdefault(item_name, {})[part] = value
        values = {name: check_value(self.model, record.items[name], parts) for name, parts in given.items()}
        for item in record.item:
            if item.required and values.get(item.name) is None:
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

    def _digest(self, operation: Operation, payload: object, identity: Mapping[str, Identifier]) -> bytes:
        """Stands for the whole content of a statement; identity enters by its keyed look-up only."""
        tokens = {path: self.vault.lookup(key.scheme, key.value).hex() for path, key in identity.items()}
        return blake2b(_canonical.encode([operation, _content(payload), tokens]), digest_size=16).digest()


def _content(value: object) -> object:
    """A payload without the spelling of known codes: 男 and 1 are one statement."""
    if not isinstance(value, Mapping):
        return value
    coded = value.get("code") is not None
    return {name: _content(part) for name, part in value.items() if not (coded and name == "raw")}


def column_of_name(record: RecordType, name: str) -> Column:
    """The column that carries ``item`` or ``item.part``."""
    item_name, _, part = name.partition(".")
    return column_of(record.items[item_name], part or None)


def value_at(values: Mapping[str, object], name: str) -> object:
    """The checked value of ``item`` or ``item.part``, None where the line does not speak of it."""
    item_name, _, part = name.partition(".")
    value = values.get(item_name)
    return value.get(part) if part and isinstance(value, Mapping) else value


def _identifiers(record: RecordType, values: Mapping[str, object]) -> Iterator[Identifier]:
    """The keys of the entity that the line gives, those that may find it first."""
    names = dict.fromkeys(record.identified_by)
    names |= dict.fromkeys(item.name for item in record.item if item.type is ItemType.IDENTIFIER)
    for name in names:
        value = value_at(values, name)
        if isinstance(value, Identifier):
            yield value


def _derived(record: RecordType, values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for item in record.item:
        if item.derived is None:
            continue
        if item.derived.rule == "constant":
            yield item.name, _constant(item)
            continue
        inputs = (value_at(values, name) for name in item.derived.of)
        plain = (value.value if isinstance(value, Identifier) else value for value in inputs)
        value = RULES[item.derived.rule](*plain)
        if value is not SILENT:
            yield item.name, value


def _constant(item: Item) -> object:
    value = item.derived.value if item.derived else None
    return {"code": value} if item.type is ItemType.CODED else value


def _split(
    record: RecordType, values: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, Identifier], dict[str, Identifier]]:
    """Part the plain payload from references to other entities and from the entity's own secret numbers."""
    payload: dict[str, object] = {}
    references: dict[str, Identifier] = {}
    sealed: dict[str, Identifier] = {}
    for name, value in values.items():
        kind = record.items[name].type
        if isinstance(value, Identifier):
            if not SCHEMES[value.scheme].identity:
                payload[name] = value.value
            elif record.items[name].placed == "record":
                sealed[name] = value
        elif isinstance(value, Mapping) and kind in (ItemType.PERSON, ItemType.ORGANIZATION, ItemType.SUBJECT):
            plain, key = _without_key(value)
            payload[name] = plain
            if key and kind is not ItemType.SUBJECT:
                references[name] = key
        else:
            payload[name] = value
    return payload, references, sealed


def _without_key(value: Mapping[str, object]) -> tuple[dict[str, object], Identifier | None]:
    """A compound value without the ID number in it; a credit code stays, for it is no secret."""
    key = next((part for part in value.values() if isinstance(part, Identifier)), None)
    plain = {
        name: part.value if isinstance(part, Identifier) else part
        for name, part in value.items()
        if not (isinstance(part, Identifier) and SCHEMES[part.scheme].identity)
    }
    return plain, key


def _effective_from(record: RecordType, line: Line, values: Mapping[str, object]) -> date | None:
    """The first effective date that the line gives, a reduced one from its first day; an end has none."""
    for name in () if line.operation is Operation.END else record.effective:
        value = values.get(name)
        if isinstance(value, str):
            return date.fromisoformat(value + "-01-01"[len(value) - 4 :] if len(value) < 10 else value)
    return None


def _key_text(value: object) -> str:
    if isinstance(value, Identifier):
        return value.value
    if isinstance(value, Mapping):
        return next((_key_text(value[name]) for name in ("creditCode", "code", "name") if value.get(name)), "")
    return "" if value is None else str(value)
