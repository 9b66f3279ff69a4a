"""Spoil a line so that the hub must refuse it, each time for one reason known beforehand.

Takes good values and the record type they are of; gives values with one flaw, or None where the flaw cannot be made.
"""

from collections.abc import Callable, Iterator, Mapping
from random import Random

from adapters.sample.story import Values
from hub.catalog import ItemType, Model, RecordType
from hub.reasons import ReasonCode

_DATES = (ItemType.DATE, ItemType.PARTIAL_DATE)
Flaw = Callable[[Random, Model, RecordType, Values], Values | None]


def wrong_check_digit(random: Random, _model: Model, _record: RecordType, values: Values) -> Values | None:
    """An ID number or credit code whose last character does not fit the others."""
    numbers = [name for name in values if name.endswith(("idNumber", "creditCode"))]
    if not numbers:
        return None
    name = random.choice(numbers)
    last = "0" if values[name][-1] != "0" else "1"
    return {**values, name: values[name][:-1] + last}


def impossible_date(random: Random, _model: Model, record: RecordType, values: Values) -> Values | None:
    """A day that no calendar has."""
    dates = [item.name for item in record.item if item.type in _DATES and item.name in values]
    return {**values, random.choice(dates): "2023-02-30"} if dates else None


def unknown_code(random: Random, model: Model, record: RecordType, values: Values) -> Values | None:
    """A code that its closed list does not have."""
    coded = [name for name, codes in code_lists(record) if name in values and not model.code_lists[codes].open]
    return {**values, random.choice(coded): "ZZ"} if coded else None


def missing_key(_random: Random, _model: Model, record: RecordType, values: Values) -> Values:
    """A line that names no entity."""
    keys = {*record.identified_by, *(item.name for item in record.item if item.type is ItemType.IDENTIFIER)}
    return {name: value for name, value in values.items() if name not in keys}


FLAWS: Mapping[ReasonCode, Flaw] = {
    ReasonCode.WRONG_CHECK_DIGIT: wrong_check_digit,
    ReasonCode.IMPOSSIBLE_DATE: impossible_date,
    ReasonCode.UNKNOWN_CODE: unknown_code,
    ReasonCode.MISSING_KEY: missing_key,
}


def code_lists(record: RecordType) -> Iterator[tuple[str, str]]:
    """The value names of a record type that hold a code in one column, each with its code list."""
    for item in record.item:
        if item.type is ItemType.CODED and item.codes and not item.parts:
            yield item.name, item.codes
        yield from ((f"{item.name}.{part}", column.codes) for part, column in item.parts.items() if column.codes)
