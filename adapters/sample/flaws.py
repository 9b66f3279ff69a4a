"""Spoil a line so that the hub must refuse it, each time for one reason known beforehand.

Takes good values and the record type they are of; gives values with one flaw, or None where the flaw cannot be made.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from random import Random

from adapters.sample.story import Values
from hub.catalog import ItemType, Model, RecordType
from hub.reasons import ReasonCode

_DATES = (ItemType.DATE, ItemType.PARTIAL_DATE, ItemType.PARTIAL_TIME)
_CHECKED_LENGTH = 18
_SHORT_TEXT = 300
Flaw = Callable[[Random, Model, RecordType, Values], Values | None]


def wrong_check_digit(random: Random, _model: Model, record: RecordType, values: Values) -> Values | None:
    """An ID number or credit code whose last character does not fit the others."""
    name = _checked_number(random, record, values)
    if not name:
        return None
    last = "0" if values[name][-1] != "0" else "1"
    return {**values, name: values[name][:-1] + last}


def malformed_number(random: Random, _model: Model, record: RecordType, values: Values) -> Values | None:
    """An ID number or credit code that lacks its last character."""
    name = _checked_number(random, record, values)
    return {**values, name: values[name][:-1]} if name else None


def impossible_date(random: Random, _model: Model, record: RecordType, values: Values) -> Values | None:
    """A day that no calendar has."""
    dates = _given(record, values, *_DATES)
    return {**values, random.choice(dates): "2023-02-30"} if dates else None


def unknown_code(random: Random, model: Model, record: RecordType, values: Values) -> Values | None:
    """A code that its closed list does not have."""
    coded = [name for name, codes in code_lists(record) if name in values and not model.code_lists[codes].open]
    return {**values, random.choice(coded): "ZZ"} if coded else None


def code_name_mismatch(_random: Random, model: Model, record: RecordType, values: Values) -> Values | None:
    """A code with the name of another one beside it."""
    for item in record.item:
        names = model.code_lists[item.codes].codes if item.codes and not model.code_lists[item.codes].open else {}
        if {"code", "name"} <= item.parts.keys() and f"{item.name}.code" in values and names:
            other = next(name for code, name in names.items() if code != values[f"{item.name}.code"])
            return {**values, f"{item.name}.name": other}
    return None


def missing_key(_random: Random, _model: Model, record: RecordType, values: Values) -> Values:
    """A line that names no entity."""
    keys = {*record.identified_by, *(item.name for item in record.item if item.type is ItemType.IDENTIFIER)}
    return {name: value for name, value in values.items() if name not in keys}


def not_a_number(random: Random, _model: Model, record: RecordType, values: Values) -> Values | None:
    """A count in words."""
    counts = _given(record, values, ItemType.INTEGER)
    return {**values, random.choice(counts): "七十有余"} if counts else None


def not_a_list(random: Random, _model: Model, record: RecordType, values: Values) -> Values | None:
    """A list that was cut off."""
    lists = _lists(record)
    return {**values, random.choice(lists): '[{"'} if lists else None


def unknown_item(random: Random, _model: Model, record: RecordType, values: Values) -> Values | None:
    """An entry of a list with a member that its shape does not have."""
    lists = _lists(record)
    return {**values, random.choice(lists): '[{"备注": "无"}]'} if lists else None


def repeated_entry(_random: Random, _model: Model, record: RecordType, values: Values) -> Values | None:
    """Two entries of a list with one key."""
    for item in record.item:
        if item.distinct:
            entry = dict.fromkeys(item.distinct, "2023-09-01")
            return {**values, item.name: json.dumps([entry, entry])}
    return None


def too_long(random: Random, _model: Model, record: RecordType, values: Values) -> Values | None:
    """A text of more characters than its item may have."""
    limits = {item.name: item.max_length for item in record.item if item.type is ItemType.TEXT}
    short = [name for name, limit in limits.items() if name in values and limit <= _SHORT_TEXT]
    if not short:
        return None
    name = random.choice(short)
    return {**values, name: "长" * (limits[name] + 1)}


def identity_in_text(random: Random, _model: Model, record: RecordType, values: Values) -> Values | None:
    """A text with an ID number in it."""
    texts = _given(record, values, ItemType.TEXT)
    numbers = [values[name] for name in values if name.endswith("idNumber") and len(values[name]) == _CHECKED_LENGTH]
    return {**values, random.choice(texts): f"身份证{numbers[0]}"} if texts and numbers else None


FLAWS: Mapping[ReasonCode, Flaw] = {
    ReasonCode.WRONG_CHECK_DIGIT: wrong_check_digit,
    ReasonCode.MALFORMED_NUMBER: malformed_number,
    ReasonCode.IMPOSSIBLE_DATE: impossible_date,
    ReasonCode.UNKNOWN_CODE: unknown_code,
    ReasonCode.CODE_NAME_MISMATCH: code_name_mismatch,
    ReasonCode.MISSING_KEY: missing_key,
    ReasonCode.NOT_A_NUMBER: not_a_number,
    ReasonCode.NOT_A_LIST: not_a_list,
    ReasonCode.UNKNOWN_ITEM: unknown_item,
    ReasonCode.REPEATED_ENTRY: repeated_entry,
    ReasonCode.TOO_LONG: too_long,
    ReasonCode.IDENTITY_IN_TEXT: identity_in_text,
}


def _checked_number(random: Random, record: RecordType, values: Values) -> str | None:
    """An item that holds an ID number or a credit code, and may hold nothing else."""
    names = [name for name in values if name.endswith(("idNumber", "creditCode")) and not _is_of_any(record, name)]
    checked = [name for name in names if len(values[name]) == _CHECKED_LENGTH]
    return random.choice(checked) if checked else None


def _is_of_any(record: RecordType, name: str) -> bool:
    """Whether the number may be of any document, so that none is wrong."""
    item_name, _, part = name.partition(".")
    declared = record.items[item_name].parts.get(part)
    return declared is not None and declared.any_document


def _given(record: RecordType, values: Values, *types: ItemType) -> list[str]:
    return [item.name for item in record.item if item.type in types and item.name in values]


def _lists(record: RecordType) -> list[str]:
    return [item.name for item in record.item if item.type is ItemType.LIST and not item.distinct]


def code_lists(record: RecordType) -> Iterator[tuple[str, str]]:
    """The value names of a record type that hold a code in one column, each with its code list."""
    for item in record.item:
        if item.type is ItemType.CODED and item.codes and not item.parts and not item.derived:
            yield item.name, item.codes
        if item.type is not ItemType.CODED:
            yield from ((f"{item.name}.{part}", column.codes) for part, column in item.parts.items() if column.codes)
