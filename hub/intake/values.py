"""Check one value of a line against its item and give it the form it is stored in.

Takes what the source wrote; gives a payload value or raises ``Rejected`` with a reason a clerk understands.
Never looks anything up: references stay ``Identifier``s until intake resolves them.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import msgspec

from hub.catalog import PARTS, SHAPED, CodeList, Item, ItemType, Model, Part
from hub.catalog.unknown import is_unknown, unknown
from hub.errors import InvalidIdentifier
from hub.identifiers import citizen_id
from hub.identifiers.crosswalk import read_document
from hub.identifiers.organization import WrongCharacter, credit_code
from hub.identifiers.schemes import Identifier, Scheme
from hub.intake import dates
from hub.reasons import Reason, ReasonCode, reason

_EMBEDDED_ID_NUMBER = re.compile(r"(?<!\d)[1-9]\d{5}[ -]?(?:19|20)\d{6}[ -]?\d{3}[\dXx](?!\d)")
_NO_DATE = re.compile(r"0000[-/.年]?(?:0?0[-/.月]?0?0日?|00[-/.月]?)?年?")
_YES, _NO = {"1", "true", "yes", "y", "是"}, {"0", "false", "no", "n", "否"}
_UNKNOWN = frozenset({"不详", "未知", "不明", "不清", "不清楚", "无法核实", "无法查明", "待查", "未查明", "UNKNOWN"})
"""Words by which registers say that they do not know, where a number, a date or a code is asked for."""


class Rejected(Exception):
    """A value cannot be taken in, for ``reason``."""

    def __init__(self, why: Reason) -> None:
        self.reason = why
        super().__init__(why.en)


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
        return _person(model, item, given)
    if item.type in SHAPED:
        return check_shaped(model, item, given)
    return _simple(item.type, item.scheme, item.max_length, given[""], column_of(item))


def _person(model: Model, item: Item, given: Mapping[str, object]) -> dict[str, object]:
    """A person as a record names them; the kind of document says what kind of number it bears."""
    value = {
        part or "name": _part(model, item, part or "name", stated)
        for part, stated in given.items()
        if part != "idNumber"
    }
    if "idNumber" in given:
        scheme = _document_scheme(model, item, value.get("idType"))
        number = _simple(ItemType.IDENTIFIER, scheme, item.max_length, given["idNumber"], column_of(item, "idNumber"))
        value["idNumber"] = number
    return value


def _document_scheme(model: Model, item: Item, id_type: object) -> Scheme:
    declared = item.parts.get("idType")
    codes = model.code_lists.get(declared.codes or "") if declared else None
    code = id_type.get("code") if isinstance(id_type, Mapping) else None
    return codes.schemes.get(str(code), Scheme.ID_NUMBER) if codes else Scheme.ID_NUMBER


def _part(model: Model, item: Item, part: str, value: object) -> object:
    if value is None:
        return None
    column = column_of(item, part)
    kind = item.part_type(part)
    declared = item.parts.get(part)
    if kind is ItemType.CODED:
        return _coded(model.code_lists[(declared.codes if declared else None) or ""], value, column)
    return _simple(kind, None, item.max_length, value, column)


def _simple(kind: ItemType, scheme: Scheme | None, max_length: int, value: object, column: Column) -> object:
    if value is None:
        return None
    if kind is ItemType.TEXT:
        return _text(value, column, max_length)
    if isinstance(value, str) and _says_unknown(value):
        return unknown(value.strip())
    if kind is ItemType.IDENTIFIER and scheme:
        return _identifier(scheme, value, column)
    if kind in _DATES:
        return _date(kind, value, column)
    return _integer(value, column) if kind is ItemType.INTEGER else _boolean(value, column)


def _says_unknown(text: str) -> bool:
    return unicodedata.normalize("NFKC", text).strip().upper() in _UNKNOWN


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
        return read_document(scheme, str(value))
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
        if part == "creditCode" and text and not _says_unknown(text):
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
    if is_unknown(value):
        return _coded(codes, name, column_of(item, "name"))
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
    if _says_unknown(text):
        return unknown(text)
    if not codes.open:
        raise column.rejects(ReasonCode.UNKNOWN_CODE, codes=codes.name)
    return {"code": text} if spelled.isascii() else {"name": text}


def _date(kind: ItemType, value: object, column: Column) -> object:
    text = dates.text_of(value) if isinstance(value, date) else unicodedata.normalize("NFKC", _text(value, column))
    if _NO_DATE.fullmatch(text.partition(" ")[0]):
        return unknown(text)
    try:
        return _DATES[kind](text)
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


_DATES: Mapping[ItemType, Callable[[str], str]] = {
    ItemType.DATE: dates.full_date,
    ItemType.PARTIAL_DATE: dates.partial_date,
    ItemType.PARTIAL_TIME: dates.partial_time,
}


def check_shaped(model: Model, item: Item, given: Mapping[str, object]) -> object:
    """The small record, or the list of them, that a line gives whole (``""``) or in columns of its own."""
    apart = {name: value for name, value in given.items() if name}
    if item.type is ItemType.OBJECT:
        whole = given.get("")
        return _object(model, item, {**(whole if isinstance(whole, Mapping) else {item.plain: whole}), **apart})
    entries = [_object(model, item, entry) for entry in _entries(item, given.get(""))]
    if any(value is not None for value in apart.values()):
        entries.append(_object(model, item, apart))
    return _in_order(item, entries)


def _entries(item: Item, whole: object) -> Iterator[Mapping[str, object]]:
    """The entries of a list as they are given: as a list, as a list in JSON, or as one plain text."""
    if isinstance(whole, str) and whole.lstrip().startswith("["):
        try:
            whole = msgspec.json.decode(whole)
        except msgspec.DecodeError:
            raise column_of(item).rejects(ReasonCode.NOT_A_LIST) from None
    for entry in whole if isinstance(whole, list) else () if whole is None else (whole,):
        yield entry if isinstance(entry, Mapping) else {item.plain: entry}


def _object(model: Model, item: Item, given: Mapping[str, object]) -> dict[str, object]:
    """A small record from its members by English name or Chinese title; what is blank is not said."""
    members = {title: member for member in item.members for title in (member.zh, *member.columns, member.name)}
    checked: dict[str, object] = {}
    for title, value in given.items():
        if title not in members:
            raise Rejected(reason(ReasonCode.UNKNOWN_ITEM, column=f"{item.zh}.{title}"))
        if not _is_blank(value):
            checked[members[title].name] = check_value(model, members[title], _stated(members[title], value))
    return checked


def _stated(member: Item, value: object) -> Mapping[str, object]:
    """What is said of a member: by the parts that its type has, or whole."""
    if isinstance(value, Mapping) and member.type in PARTS and value.keys() <= PARTS[member.type].keys():
        return {part: inner for part, inner in value.items() if not _is_blank(inner)}
    return {"": value}


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _in_order(item: Item, entries: list[dict[str, object]]) -> list[dict[str, object]]:
    """Entries in one order, whatever order they came in; two with one key are one too many."""
    if item.distinct:
        keys = [repr([entry.get(name) for name in item.distinct]) for entry in entries]
        if len(set(keys)) < len(keys):
            raise column_of(item).rejects(ReasonCode.REPEATED_ENTRY)
    return sorted(entries, key=lambda entry: repr(sorted(entry.items())))
