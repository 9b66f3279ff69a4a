from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from hub.identifiers.entity_id import new_id

INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(INSTANTS)
def test_an_entity_id_is_a_uuid_of_version_7(at: datetime) -> None:
    made = new_id(at)
    assert (made.version, made.variant) == (7, RFC_4122)


def test_ids_of_one_instant_are_distinct() -> None:
    at = datetime(2024, 5, 1, tzinfo=UTC)
    assert len({new_id(at) for _ in range(10_000)}) == 10_000


@given(INSTANTS, st.integers(1, 10_000))
def test_an_id_made_a_millisecond_later_sorts_later(at: datetime, milliseconds: int) -> None:
    assert new_id(at) < new_id(at + timedelta(milliseconds=milliseconds))


def test_nothing_but_the_millisecond_is_told() -> None:
    at = datetime(2024, 5, 1, 12, 30, 0, 250_000, tzinfo=UTC)
    assert new_id(at).int >> 80 == round(at.timestamp() * 1000)
