"""Check one value of a line against its item and give it the form it is stored in.

Takes what the source wrote; gives a payload value or raises ``Rejected`` with a reason a clerk understands.
Never looks anything up: references stay ``Identifier``s until intake resolves them.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hub.catalog import CodeList, Item, ItemType, Model, Part
from hub.errors import InvalidIdentifier
from hub.identifiers import citizen_id
from hub.identifiers.organization import WrongCharacter, credit_code
from hub.identifiers.schemes import SCHEMES, Scheme
from hub.reasons import Reason, ReasonCode, reason

_EMBEDDED_ID_NUMBER = re.compile(r"(?<!\d)[1-9]\d{5}[ -]?(?:19|20)\d{6}[ -]?\d{3}[\dXx](?!\d)")
_FULL_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:[ T].*)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})月?|(\d{2}))", re.ASCII)
_YEAR = re.compile(r"(\d{4})年?", re.ASCII)
_YES, _NO = {"1", "true", "yes", "y", "是"}, {"0", "false", "no", "n", "否"}


class Rejected(Exception):
    """A value cannot be taken in, for ``reason``."""

    def __init__(self, why: Reason) -> None:
        self.reason = why
        super().__init__(why.en)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A normalised key of some entity."""

    scheme: Scheme
    value: str


@dataclass(frozen=True, slots=True)
class Column:
    """Where a value stands, in the words of the delivery: for reasons."""

    zh: str
    title: str

    def rejects(self, code: ReasonCode, **particulars: object) -> Rejected:
        """The rejection of this column's value."""
        return Rejected(reason(code, column=self.zh, title=self.title, **particulars))


def column_of(item: Item, part: str | None = None) -> Column:
    """The column that carries an item or one part of it."""
    declared: Part | None = item.parts.get(part) if part else None
    if part is None:
        return Column(item.zh, item.title)
    return Column(declared.zh if declared else f"{item.zh}.{part}", f"{item.title} ({part})")


def check_value(model: Model, item: Item, given: Mapping[str, object]) -> object:
    """The payload value of an item; ``given`` holds what the line says under ``""`` or under the names of parts."""
    if set(given) == {""} and given[""] is None:
        return None
    if item.type is ItemType.CODED:
        return _coded_from_parts(model.code_lists[item.codes or ""], item, given)
    if item.type is ItemType.ORGANIZATION:
        return _organization(item, given)
    if item.type in (ItemType.PERSON, ItemType.SUBJECT):
        return {part or "name": _part(model, item, part or "name", value) for part, value in given.items()}
    return _simple(item.type, item.scheme, item.max_length, given[""], column_of(item))


def _part(model: Model, item: Item, part: str, value: object) -> object:
    if value is None:
        return None
    column = column_of(item, part)
    kind = item.part_type(part)
    declared = item.parts.get(part)
    if kind is ItemType.CODED:
        return _coded(model.code_lists[(declared.codes if declared else None) or ""], value, column)
    scheme = Scheme.ID_NUMBER if kind is ItemType.IDENTIFIER else None
    return _simple(kind, scheme, item.max_length, value, column)


def _simple(kind: ItemType, scheme: Scheme | None, max_length: int, value: object, column: Column) -> object:
    if value is None:
        return None
    if kind is ItemType.IDENTIFIER and scheme:
        return _identifier(scheme, value, column)
    if kind is ItemType.TEXT:
        return _text(value, column, max_length)
    return _CHECKS[kind](value, column)


def _text(value: object, column: Column, max_length: int = 2_000) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        raise column.rejects(ReasonCode.NOT_TEXT)
    text = str(value).strip()
    if "\x00" in text:
        raise column.rejects(ReasonCode.CONTAINS_NUL)
    if len(text) > max_length:
        raise column.rejects(ReasonCode.TOO_LONG, limit=max_length)
    if any(citizen_id_in(match[0]) for match in _EMBEDDED_ID_NUMBER.finditer(unicodedata.normalize("NFKC", text))):
        raise column.rejects(ReasonCode.IDENTITY_IN_TEXT)
    return text


def citizen_id_in(text: str) -> bool:
    """Whether ``text`` is a valid ID number, which no plain item may hold."""
    try:
        citizen_id.normalise(text)
    except InvalidIdentifier:
        return False
    return True


def _identifier(scheme: Scheme, value: object, column: Column) -> Identifier:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise column.rejects(ReasonCode.MALFORMED_NUMBER)
    try:
        return Identifier(scheme, SCHEMES[scheme].normalise(str(value)))
    except (citizen_id.WrongCheckDigit, WrongCharacter):
        raise column.rejects(ReasonCode.WRONG_CHECK_DIGIT) from None
    except citizen_id.ImpossibleBirthDate:
        raise column.rejects(ReasonCode.IMPOSSIBLE_DATE) from None
    except InvalidIdentifier:
        raise column.rejects(ReasonCode.MALFORMED_NUMBER) from None


def _organization(item: Item, given: Mapping[str, object]) -> dict[str, object]:
    """A reference to an organisation: one column may hold its name or its credit code."""
    reference: dict[str, object] = {}
    for part, value in given.items():
        column = column_of(item, part or None)
        text = None if value is None else _text(value, column)
        if part == "creditCode" and text:
            reference["creditCode"] = _identifier(Scheme.CREDIT_CODE, text, column)
        elif part or text is None:
            reference[part or "name"] = text
        else:
            reference |= _name_or_code(text)
    return reference


def _name_or_code(text: str) -> dict[str, object]:
    try:
        return {"creditCode": Identifier(Scheme.CREDIT_CODE, credit_code(text))}
    except InvalidIdentifier:
        return {"name": text}


def _coded_from_parts(codes: CodeList, item: Item, given: Mapping[str, object]) -> object:
    stated = {part: value for part, value in given.items() if value is not None}
    if not stated:
        return None
    first = "" if "" in stated else "code" if "code" in stated else "name"
    value = _coded(codes, stated[first], column_of(item, first or None))
    name = stated.get("name") if first == "code" else None
    if name is None:
        return value
    text = _text(name, column_of(item, "name"))
    known = codes.codes.get(str(value.get("code")))
    if known is None:
        return value | {"name": text}
    if not codes.open and codes.code_of(text) != value["code"]:
        raise column_of(item, "name").rejects(ReasonCode.CODE_NAME_MISMATCH)
    return value if known == text else value | {"raw": text}


def _coded(codes: CodeList, value: object, column: Column) -> dict[str, object]:
    """A code, or its name, of a list; an open list keeps what it does not know as it came."""
    text = _text(value, column)
    spelled = unicodedata.normalize("NFKC", text)
    code = codes.code_of(spelled) or codes.code_of(text)
    if code is not None:
        return {"code": code} if text == code else {"code": code, "raw": text}
    if not codes.open:
        raise column.rejects(ReasonCode.UNKNOWN_CODE, codes=codes.name)
    return {"code": text} if spelled.isascii() else {"name": text}


def _full_date(value: object, column: Column) -> str:
    text = _date_text(value, column)
    if match := _FULL_DATE.fullmatch(text):
        return _real_date(match[1], match[2] or match[4], match[3] or match[5], column)
    raise column.rejects(ReasonCode.IMPOSSIBLE_DATE)


def _partial_date(value: object, column: Column) -> str:
    """A date as precise as the source gave it: yyyy, yyyy-MM or yyyy-MM-dd."""
    text = _date_text(value, column)
    if match := _MONTH.fullmatch(text):
        return _real_date(match[1], match[2] or match[3], "1", column)[:7]
    if match := _YEAR.fullmatch(text):
        return _real_date(match[1], "1", "1", column)[:4]
    return _full_date(text, column)


def _date_text(value: object, column: Column) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return unicodedata.normalize("NFKC", _text(value, column))


def _real_date(year: str, month: str, day: str, column: Column) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise column.rejects(ReasonCode.IMPOSSIBLE_DATE) from None


def _integer(value: object, column: Column) -> int:
    try:
        return int(unicodedata.normalize("NFKC", _text(value, column)))
    except ValueError:
        raise column.rejects(ReasonCode.NOT_A_NUMBER) from None


def _boolean(value: object, column: Column) -> bool:
    text = str(value).strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise column.rejects(ReasonCode.NOT_A_BOOLEAN)


_CHECKS: Mapping[ItemType, Callable[[object, Column], object]] = {
    ItemType.DATE: _full_date,
    ItemType.PARTIAL_DATE: _partial_date,
    ItemType.INTEGER: _integer,
    ItemType.BOOLEAN: _boolean,
}
