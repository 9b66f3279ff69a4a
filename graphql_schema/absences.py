"""Say why items of a record are null: not reported, none, unknown to the source, shredded, or not granted.

Takes a record and what was decided on the items asked for; gives one absence for each of these that has no value.
"""

from collections.abc import Iterator, Mapping

import strawberry

from graphql_schema.values import Absence
from hub.catalog import Item, RecordType
from hub.catalog.unknown import is_unknown
from hub.desk import Answer
from hub.desk.answer import sealed_number, sealed_path
from hub.merge import Record


@strawberry.type(description="Why an item that was asked for is null · 空值原因.")
class ItemAbsence:
    """Why an item of a record is null."""

    item: str = strawberry.field(description="The item, or the part of it, as mother.idNumber.")
    absence: Absence = strawberry.field(description="Why it is null.")
    raw: str | None = strawberry.field(description="What the source wrote, where it says that it does not know.")


def absences(answer: Answer, record: RecordType, held: Record) -> Iterator[ItemAbsence]:
    """The absences of the items of one record that were asked for."""
    for item in record.shown:
        path = f"{record.name}.{item.name}"
        if path in answer.decision.denied:
            yield ItemAbsence(item=item.name, absence=Absence.NOT_GRANTED, raw=None)
        elif answer.asked(path):
            yield from _of_item(item, held.values)
            yield from _shredded(answer, item, held.values.get(item.name))


def _of_item(item: Item, values: Mapping[str, object]) -> Iterator[ItemAbsence]:
    if item.name not in values:
        yield ItemAbsence(item=item.name, absence=Absence.NOT_REPORTED, raw=None)
    else:
        yield from _of_value(item.name, values[item.name])


def _shredded(answer: Answer, item: Item, value: object) -> Iterator[ItemAbsence]:
    """The absence of a number that was read and turned out to be shredded."""
    number = sealed_number(item, value)
    if number and answer.opened.get(number, "") is None:
        yield ItemAbsence(item=sealed_path(item) or item.name, absence=Absence.SHREDDED, raw=None)


def _of_value(name: str, value: object) -> Iterator[ItemAbsence]:
    """The absence of a value, or of values inside it."""
    if value is None:
        yield ItemAbsence(item=name, absence=Absence.NONE, raw=None)
    elif is_unknown(value) and isinstance(value, Mapping):
        yield ItemAbsence(item=name, absence=Absence.UNKNOWN_AT_SOURCE, raw=str(value["unknown"]))
    elif isinstance(value, Mapping):
        for part, inner in value.items():
            yield from _of_value(f"{name}.{part}", inner)
