"""Values of drivers become the cells that a file would hold."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.transports.cells import NoCell, cell


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", ""),
        (True, True),
        (date(2024, 1, 31), "2024-01-31"),
        (datetime.fromisoformat("2024-01-31 00:00"), "2024-01-31"),
        (datetime.fromisoformat("2024-01-31 08:30:01"), "2024-01-31 08:30:01"),
        (datetime(2024, 1, 30, 16, tzinfo=UTC), "2024-01-31"),
        (datetime(2024, 1, 30, 16, 30, tzinfo=UTC), "2024-01-31 00:30:00+08:00"),
        (time(8, 30), "08:30:00"),
        (7, 7),
        (7.0, 7),
        (0.1, 0.1),
        (float("nan"), "nan"),
        (Decimal("0.10"), "0.10"),
        (Decimal("NaN"), "NaN"),
        (Decimal("1E+999999999"), "1E+999999999"),
        (110105194912310021, "110105194912310021"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ({"a": [1.0, None]}, {"a": [1, None]}),
    ],
)
def test_a_value_is_the_cell_that_a_file_would_hold(value: object, expected: object) -> None:
    found = cell(value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("value", [b"", bytearray(b"x"), memoryview(b"x")])
def test_bytes_are_no_cell(value: object) -> None:
    with pytest.raises(NoCell):
        cell(value)


@given(st.decimals(allow_nan=False, allow_infinity=False) | st.integers() | st.floats(allow_nan=False))
def test_a_number_keeps_its_value(value: Decimal | float) -> None:
    assert Decimal(str(cell(value))) == Decimal(str(value))
