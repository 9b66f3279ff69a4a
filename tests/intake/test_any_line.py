"""Whatever a line holds, it lands or goes to quarantine with a reason, and no line stops the others."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from hub.catalog import ItemType, Model, RecordType
from hub.identifiers.schemes import Scheme
from hub.intake.delivery import BrokenLine, Line
from hub.intake.submission import Delivery, Summary
from hub.reasons import ReasonCode, reason
from hub.timeline import Outcome
from tests.offices import Office
from tests.people import credit_code, id_number

ODDITIES: Sequence[object] = [
    *(None, "", " ", "0", "-1", "1e400", "9" * 1_999, 10**400, -(2**70), 1.5, float("nan"), float("inf"), True),
    *("\x00", "a\x00b", "\U0001f600", "\u202e", "ﷺ" * 50, "张" * 3_000, "|", "a|b", "'; drop table view; --", "%s{0}"),
    *("2024-02-30", "2024", "2024-02", "20240229", "0000-00-00", "0001-01-01", "9999-12-31", "9999", "0001"),
    *(date.min, date.max, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
    *(id_number(7), id_number(7).lower(), credit_code(7), "440106900101001", "是", "男", "1"),
    *({"code": "1"}, {"": ""}, ["1"], b"1", {}),
]
LEAST_VALUES: Mapping[ItemType, object] = {
    ItemType.DATE: "2020-05-20",
    ItemType.PARTIAL_DATE: "2020-05",
    ItemType.CODED: "10",
    ItemType.IDENTIFIER: "440106000012345",
}
LEAST_NUMBERS: Mapping[Scheme | None, object] = {Scheme.DISABILITY_CERTIFICATE: f"{id_number(1)}43"}


def least(record: RecordType, place: int) -> dict[str, object]:
    """The fewest values that a record of the type can be taken in with, about an entity of its own."""
    wanted = [record.identified_by[0], *(record.key[0] if record.key else ())]
    items = {name: record.items[name.partition(".")[0]] for name in wanted}
    values = {
        name: LEAST_NUMBERS.get(item.scheme) or LEAST_VALUES.get(item.type, "天河区") for name, item in items.items()
    }
    birth = date(1950, 1, 1) + timedelta(days=place // 900)
    number = credit_code(place) if wanted[0] == "creditCode" else id_number(place % 900, f"{birth:%Y%m%d}")
    return values | {wanted[0]: number}


def every_column(model: Model) -> Mapping[str, Sequence[str]]:
    """The columns of every record type."""
    return {record.name: sorted(set(record.columns.values())) for record in model.records.values()}


def one_column_of_a_kind(model: Model) -> Mapping[str, Sequence[str]]:
    """For every record type those of its columns whose kind of value no record type before it has."""
    first: dict[object, tuple[str, str]] = {}
    for record, names in every_column(model).items():
        for name in names:
            item = model.records[record].items[name.partition(".")[0]]
            first.setdefault((item.type, item.scheme, "." in name), (record, name))
    return {record: [name for of, name in first.values() if of == record] for record in model.records}


def odd_lines(record: RecordType, names: Sequence[str]) -> Iterator[Line]:
    """Every oddity in each of the columns, each in a line of its own, and a good one in the end."""
    oddities = [(name, oddity) for name in names for oddity in ODDITIES]
    for place, (name, oddity) in enumerate(oddities, start=1):
        values = least(record, place) | {name: oddity}
        yield Line(place, record.name, values, values)
    good = least(record, len(oddities) + 1)
    yield Line(len(oddities) + 1, record.name, good, good)


async def take_in(office: Office, register: str, lines: Sequence[Line | BrokenLine]) -> Summary:
    delivery = Delivery(
        register=register,
        source_unit="",
        idempotency_key=f"{register} {lines[0]}",
        digest=b"1",
        stated_at=datetime(2024, 1, 1, tzinfo=UTC),
        sender="test",
    )
    return await office.intake.take_in(delivery, lambda after: lines, keep_results=True)


@pytest.mark.parametrize("columns", [one_column_of_a_kind, pytest.param(every_column, marks=pytest.mark.slow)])
async def test_no_value_in_any_column_of_any_record_stops_a_delivery(
    office: Office, model: Model, columns: Callable[[Model], Mapping[str, Sequence[str]]]
) -> None:
    for name, names in columns(model).items():
        record = model.records[name]
        lines = list(odd_lines(record, names))
        summary = await take_in(office, record.register, lines)
        assert [result.place for result in summary.results] == [line.place for line in lines]
        assert summary.results[-1].outcome is Outcome.CREATED
        assert summary.counts[Outcome.QUARANTINED] < len(lines)


GOOD = {"idNumber": id_number(1), "name": "甲"}
CHINA = timezone(timedelta(hours=8))
ODD_LINES: Mapping[str, Line | BrokenLine] = {
    "said before the calendar": Line(1, "household", GOOD, GOOD, stated_at=datetime.min.replace(tzinfo=CHINA)),
    "said as the calendar begins": Line(1, "household", GOOD, GOOD, stated_at=datetime.min.replace(tzinfo=UTC)),
    "said as the calendar ends": Line(1, "household", GOOD, GOOD, stated_at=datetime.max.replace(tzinfo=UTC)),
    "no record type": Line(1, "", GOOD, GOOD),
    "a record type with NUL": Line(1, "household\0", GOOD, GOOD),
    "another register's record type": Line(1, "employment", GOOD, GOOD),
    "a column without a name": Line(1, "household", GOOD | {"": "1"}, GOOD),
    "a column with NUL in its name": Line(1, "household", GOOD | {"name\0": "1"}, GOOD),
    "a column with an endless name": Line(1, "household", GOOD | {"a" * 100_000: "1"}, GOOD),
    "a column with braces in its name": Line(1, "household", GOOD | {"{column} {0}": "1"}, GOOD),
    "a part that the item has not": Line(1, "household", GOOD | {"name.first": "1"}, GOOD),
    "a broken line whose column has NUL": BrokenLine(1, reason(ReasonCode.CONTAINS_NUL, column="a\0b"), b"\0"),
}


@pytest.mark.parametrize("line", ODD_LINES.values(), ids=ODD_LINES)
async def test_a_line_that_is_odd_in_itself_goes_to_quarantine_and_the_next_lands(
    office: Office, line: Line | BrokenLine
) -> None:
    summary = await take_in(office, "household_registration", [line, Line(2, "household", GOOD, GOOD)])
    assert [result.outcome for result in summary.results] == [Outcome.QUARANTINED, Outcome.CREATED]
    why = summary.results[0].reason
    assert why is not None
    assert len(why.zh) < 500
    assert why.zh.isprintable()


@pytest.mark.parametrize("day", [date.min, date.max])
async def test_the_first_and_the_last_day_of_the_calendar_are_days(office: Office, day: date) -> None:
    for place in (1, 2):
        line = Line(place, "household", GOOD | {"name": f"甲{place}"}, GOOD, valid_from=day)
        summary = await take_in(office, "household_registration", [line])
        assert summary.counts[Outcome.QUARANTINED] == 0
    _, items, _ = await office.only_view()
    assert items.get("name") == ("甲2" if day == date.min else None)
