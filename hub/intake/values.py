"""Check one value of a line against its item and give it the form it is stored in.

Takes what the source wrote; gives a payload value or raises ``Rejected`` with a reason a clerk understands.
Never looks anything up: references stay ``Identifier``s until intake resolves them.
"""

from collections.abc import Iterator, Mapping

import msgspec

from hub.catalog import PARTS, SHAPED, Item, ItemType, Model
from hub.errors import InvalidIdentifier
from hub.identifiers.documents import of_country
from hub.identifiers.organization import credit_code
from hub.identifiers.schemes import Identifier, Scheme
from hub.intake.codes import coded, coded_from_parts
from hub.intake.rejection import Rejected, column_of
from hub.intake.scalars import identifier_of, plain_text, says_unknown, scalar
from hub.reasons import ReasonCode, reason


def check_value(model: Model, item: Item, given: Mapping[str, object]) -> object:
    """The payload value of an item; ``given`` holds what the line says under ``""`` or under the names of parts."""
    if set(given) == {""} and given[""] is None:
        return None
    if item.type is ItemType.CODED:
        return coded_from_parts(model.code_lists[item.codes or ""], item, given)
    if item.type is ItemType.ORGANIZATION:
        return _organization(item, given)
    if item.type in (ItemType.PERSON, ItemType.SUBJECT):
        return _person(model, item, given)
    if item.type in SHAPED:
        return check_shaped(model, item, given)
    return scalar(item.type, item.scheme, item.max_length, given[""], column_of(item))


def _person(model: Model, item: Item, given: Mapping[str, object]) -> dict[str, object]:
    """A person as a record names them; the kind of document says what kind of number it bears."""
    value = {
        part or "name": _part(model, item, part or "name", stated)
        for part, stated in given.items()
        if part != "idNumber"
    }
    if "idNumber" in given:
        value["idNumber"] = _document_number(model, item, given["idNumber"], value)
    return value


def _document_number(model: Model, item: Item, stated: object, said: Mapping[str, object]) -> object:
    """The number of a document whose kind and country are said beside it, if they are."""
    column, declared = column_of(item, "idNumber"), item.parts.get("idNumber")
    scheme = _document_scheme(model, item, said.get("idType"))
    country = _code(said.get("countryOrRegion"))
    if scheme is Scheme.PASSPORT and country and isinstance(stated, str):
        stated = of_country(stated, country)
    try:
        return scalar(ItemType.IDENTIFIER, scheme, item.max_length, stated, column)
    except Rejected:
        if not (declared and declared.any_document) or _code(said.get("idType")):
            raise
        return scalar(ItemType.IDENTIFIER, Scheme.UNKNOWN_DOCUMENT, item.max_length, stated, column)


def _document_scheme(model: Model, item: Item, id_type: object) -> Scheme:
    declared = item.parts.get("idType")
    codes = model.code_lists.get(declared.codes or "") if declared else None
    return codes.schemes.get(_code(id_type), Scheme.ID_NUMBER) if codes else Scheme.ID_NUMBER


def _code(value: object) -> str:
    """The code of a coded part; nothing where none is known."""
    return str(value.get("code") or "") if isinstance(value, Mapping) else ""


def _part(model: Model, item: Item, part: str, value: object) -> object:
    if value is None:
        return None
    column = column_of(item, part)
    kind = item.part_type(part)
    declared = item.parts.get(part)
    if kind is ItemType.CODED:
        return coded(model.code_lists[(declared.codes if declared else None) or ""], value, column)
    return scalar(kind, None, item.max_length, value, column)


def _organization(item: Item, given: Mapping[str, object]) -> dict[str, object]:
    """A reference to an organisation: one column may hold its name or its credit code."""
    reference: dict[str, object] = {}
    for part, value in given.items():
        column = column_of(item, part or None)
        text = None if value is None else plain_text(value, column)
        if part == "creditCode" and text and not says_unknown(text):
            reference["creditCode"] = identifier_of(Scheme.CREDIT_CODE, text, column)
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
        except (msgspec.DecodeError, RecursionError):
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
