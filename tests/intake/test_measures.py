"""What is measured of a submission: valid, complete and timely, by record type, and no value of anybody."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import now, today
from hub.intake.delivery import BrokenLine, Line
from hub.intake.measures import Measured, Measures, decoded, together
from hub.intake.submission import Delivery, Summary
from hub.reasons import ReasonCode, reason
from tests.offices import Office, line_of
from tests.people import id_number

TODAY = today()
counters = st.dictionaries(st.sampled_from("abc"), st.integers(1, 9))
measures = st.builds(
    Measures,
    taken=st.integers(0, 9),
    refused=counters,
    filled=counters,
    news=st.integers(0, 9),
    timely=st.integers(0, 9),
    ahead=st.integers(0, 9),
)
measured = st.dictionaries(st.sampled_from(["household", "employment", ""]), measures)


async def kept(office: Office, summary: Summary) -> Measured:
    """What the submission keeps of its lines."""
    async with office.intake.database.connection() as connection:
        text = await connection.fetchval(
            "select measures from submission where submission_id = $1", summary.submission_id
        )
    assert decoded(text) == summary.measured
    return decoded(text)


async def test_what_is_refused_is_counted_by_reason_and_what_is_taken_by_column(office: Office) -> None:
    summary = await office.household(
        {"idNumber": id_number(1), "name": "甲", "sex": "男", "status": None},
        {"idNumber": id_number(2), "name": "乙", "sex": "不详"},
        {"idNumber": id_number(3), "name": "", "sex": "女"},
        {"idNumber": id_number(4), "sex": "未知的代码"},
        {"idNumber": id_number(4)[:17] + "?"},
        {"idNumber": id_number(1), "name": "重"},
    )
    of = (await kept(office, summary))["household"]
    assert (of.taken, of.refused) == (3, {"UNKNOWN_CODE": 1, "MALFORMED_NUMBER": 1, "DUPLICATE_KEY": 1})
    assert of.filled == {"idNumber": 3, "name": 2, "sex": 2}


async def test_only_what_is_new_can_be_late_and_it_is_late_by_its_own_day(office: Office) -> None:
    people = [{"idNumber": id_number(place), "name": "甲"} for place in range(3)]
    days = [{"_stated_at": now() - timedelta(days=ago)} for ago in (0, 2, 30)]
    lines = [person | day for person, day in zip(people, days, strict=True)]
    first = (await kept(office, await office.household(*lines, stated_on=TODAY)))["household"]
    again = (await kept(office, await office.household(*lines, stated_on=TODAY, key="again")))["household"]
    assert (first.news, first.timely) == (3, 2)
    assert (again.taken, again.news) == (3, 0)


async def test_a_certificate_is_late_after_a_day_and_other_data_after_three(office: Office) -> None:
    issued = (TODAY - timedelta(days=2)).isoformat()
    permit = {"recordedSubject.idNumber": id_number(1), "permitNumber": "GZ-1", "issuedOn": issued}
    summary = await office.deliver("migrant_services", "residencePermits", [permit], stated_on=TODAY)
    assert (summary.measured["residencePermits"].news, summary.measured["residencePermits"].timely) == (1, 0)
    account = {"recordedSubject.idNumber": id_number(1), "registeredOn": issued, "accountNumber": "1"}
    summary = await office.deliver("housing_fund", "housingFundAccounts", [account], stated_on=TODAY)
    assert summary.measured["housingFundAccounts"].news == summary.measured["housingFundAccounts"].timely == 1


async def test_a_source_whose_clock_is_ahead_is_measured(office: Office) -> None:
    ahead = {"idNumber": id_number(1), "_stated_at": now() + timedelta(hours=1)}
    summary = await office.household(ahead, {"idNumber": id_number(2)}, stated_on=TODAY)
    assert 3_500 < summary.measured["household"].ahead <= 3_600


async def test_lines_that_cannot_be_read_count_under_no_record_type(office: Office) -> None:
    broken = BrokenLine(1, reason(ReasonCode.INVALID_ENCODING, encoding="UTF-8"), b"\xff")
    strange = line_of(2, "nothing of ours", {"idNumber": id_number(1)})
    delivery = Delivery(
        register="household_registration",
        source_unit="",
        idempotency_key="broken",
        digest=b"1",
        stated_at=now(),
        sender="test",
    )
    lines: list[Line | BrokenLine] = [broken, strange]
    summary = await office.intake.take_in(delivery, lambda after: lines[after:])
    assert await kept(office, summary) == {"": Measures(refused={"INVALID_ENCODING": 1, "UNKNOWN_RECORD_TYPE": 1})}


async def test_parts_of_a_submission_add_up_and_one_taken_in_again_keeps_what_it_was_worth(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.intake.taking.MOST_LINES", 3)
    lines = [line_of(place, "household", {"idNumber": id_number(place), "name": "甲"}) for place in range(1, 11)]
    delivery = Delivery(
        register="household_registration",
        source_unit="",
        idempotency_key="ten",
        digest=b"10",
        stated_at=now(),
        sender="test",
    )
    first = await office.intake.take_in(delivery, lambda after: lines[after:])
    of = (await kept(office, first))["household"]
    assert (of.taken, of.news, of.filled) == (10, 10, {"idNumber": 10, "name": 10})
    again = await office.intake.take_in(delivery, lambda after: lines[after:])
    assert (again.measured["household"].taken, again.measured["household"].news) == (10, 0)
    assert (await kept(office, first))["household"] == of


async def test_a_source_is_heard_of_by_record_type_once_a_submission_is_finished(office: Office) -> None:
    await office.household({"idNumber": id_number(1)}, {"idNumber": ""}, unit="天河区")
    await office.household({"idNumber": id_number(2)}, unit="天河区", stated_on=date(2024, 2, 1))
    async with office.intake.database.connection() as connection:
        rows = await connection.fetch("select register, source_unit, record_type from source")
    assert [tuple(row) for row in rows] == [("household_registration", "天河区", "household")]


@given(measured, measured, measured)
def test_parts_of_a_submission_add_up_in_any_order(one: Measured, other: Measured, third: Measured) -> None:
    assert together(one, other) == together(other, one)
    assert together(together(one, other), third) == together(one, together(other, third))
    assert together(one, {}) == one
    assert decoded(msgspec.json.encode(one).decode()) == one
