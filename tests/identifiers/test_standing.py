"""When a number is current, former or another's."""

from datetime import UTC, date, datetime

from hub.identifiers.standing import Status, status_on

TODAY = date(2024, 6, 1)


def test_a_number_is_former_from_the_day_another_took_its_place() -> None:
    assert status_on(TODAY, None) is Status.CURRENT
    assert status_on(TODAY, TODAY) is Status.FORMER
    assert status_on(TODAY, date(2024, 6, 2)) is Status.CURRENT


def test_a_number_that_turned_out_to_be_anothers_is_revoked_whatever_else_is_known() -> None:
    assert status_on(TODAY, TODAY, datetime(2024, 1, 1, tzinfo=UTC)) is Status.REVOKED
