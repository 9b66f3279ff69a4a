"""What a source delivers anew, mended, needs nobody's attention in quarantine any more; nothing else is settled."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from hub.clock import shanghai_midnight
from hub.intake.delivery import Delivery, Line
from hub.intake.submission import Summary
from hub.store.quarantine import LineId, LineStatus, RefusedLine, WantedLines, page
from tests.offices import Office, Values, line_of
from tests.people import id_number

JANUARY, FEBRUARY, MARCH = (date(2024, month, 1) for month in (1, 2, 3))


def insured(place: int, insurance: str = "310", *, is_good: bool = True) -> Values:
    return {
        "recordedSubject.idNumber": id_number(place),
        "socialSecurityNumber": f"S{place}",
        "insuranceType": insurance,
        "enrolledOn": "2020-05-01",
        **({} if is_good else {"recordedSubject.idType": "never heard of"}),
    }


async def deliver(
    office: Office, day: date, *lines: Values, unit: str = "city", replaces: str | None = None
) -> Summary:
    """Enrolments, said on a day; the first of them may name a line in quarantine."""
    given: list[Line] = [line_of(place, "socialInsurances", values) for place, values in enumerate(lines, 1)]
    given[0] = Line(**{name: getattr(given[0], name) for name in Line.__struct_fields__} | {"replaces": replaces})
    key = f"{day}{lines}{unit}{replaces}"
    delivery = Delivery(
        register="social_security",
        source_unit=unit,
        idempotency_key=str(hash(key)),
        digest=key.encode(),
        stated_at=shanghai_midnight(day),
        sender="sender of the month",
    )
    return await office.intake.take_in(delivery, lambda after: [line for line in given if line.place > after])


async def refused(office: Office, status: LineStatus = LineStatus.OPEN) -> list[RefusedLine]:
    async with office.intake.database.connection() as connection:
        return await page(connection, WantedLines(status=status), None, None, 100)


async def settled_as(office: Office) -> list[tuple[UUID | None, str | None]]:
    """The submissions that delivered refused lines anew, and who sent them."""
    return [(line.retried_as, line.settled_by) for line in await refused(office, LineStatus.REDELIVERED)]


async def test_a_line_is_settled_by_a_later_one_about_its_record_that_is_taken_in(office: Office) -> None:
    await deliver(
        office, FEBRUARY, insured(1, is_good=False), insured(2, is_good=False), insured(1, "110", is_good=False)
    )
    summary = await deliver(office, MARCH, insured(1))
    assert await settled_as(office) == [(summary.submission_id, "sender of the month")]
    assert len(await refused(office)) == 2


async def test_what_was_said_before_or_elsewhere_or_is_refused_too_settles_nothing(office: Office) -> None:
    await deliver(office, FEBRUARY, insured(1, is_good=False))
    await deliver(office, JANUARY, insured(1))
    await deliver(office, MARCH, insured(1), unit="county")
    await deliver(office, MARCH, insured(1, is_good=False))
    assert await settled_as(office) == []
    assert len(await refused(office)) == 2


async def test_words_that_were_heard_before_settle_what_was_refused_meanwhile(office: Office) -> None:
    again = {**insured(1), "_stated_at": shanghai_midnight(MARCH), "_valid_from": JANUARY}
    await deliver(office, JANUARY, again)
    await deliver(office, FEBRUARY, insured(1, is_good=False))
    summary = await deliver(office, MARCH, again)
    assert summary.counts == {"UNCHANGED": 1}
    assert len(await settled_as(office)) == 1


async def test_a_line_that_is_named_is_settled_whatever_becomes_of_the_one_that_names_it(office: Office) -> None:
    await deliver(office, FEBRUARY, {**insured(1), "recordedSubject.idNumber": "1"})
    (first,) = await refused(office)
    again = await deliver(
        office, FEBRUARY, {**insured(1), "recordedSubject.idNumber": "2"}, replaces=str(first.line_id)
    )
    assert await settled_as(office) == [(again.submission_id, "sender of the month")]
    (second,) = await refused(office)
    await deliver(office, FEBRUARY, insured(1), replaces=str(second.line_id))
    assert await refused(office) == []


async def test_names_of_lines_that_are_not_the_units_own_or_none_settle_nothing(office: Office) -> None:
    await deliver(office, FEBRUARY, {**insured(1), "recordedSubject.idNumber": "1"})
    await office.household({"idNumber": "1", "name": "甲"})
    own, other = sorted(await refused(office), key=lambda line: line.register == "household_registration")
    unknown = replace(own.line_id, place=77)
    for named in ("nothing", str(other.line_id), str(unknown)):
        await deliver(office, FEBRUARY, insured(2), replaces=named)
    await deliver(office, FEBRUARY, insured(2), unit="county", replaces=str(own.line_id))
    assert {line.line_id for line in await refused(office)} == {own.line_id, other.line_id}
    assert isinstance(own.line_id, LineId)
