"""Few keys, much said, entities that turn out to be one: whatever arrives first, the hub tells the same in the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalog import Model
from tests.city.snapshot import everything_told
from tests.conftest import Server
from tests.intake.hubs import (
    assert_cards_are_those_of_the_views,
    assert_discrepancies_are_what_a_new_look_gives,
    assert_versions_have_no_gaps,
    assert_views_are_what_a_new_merge_gives,
    offices,
)
from tests.offices import Office
from tests.people import credit_code, id_number
from tests.properties import tried

FIRST_DAY = date(2024, 1, 1)
NUMBERED: dict[str, object] = {"registrationNumber": "440106000012345"}
CODED: dict[str, object] = {"creditCode": credit_code(1)}
INSURED: dict[str, object] = {"socialSecurityNumber": "S1", "insuranceType": "310", "enrolledOn": "2022-01-01"}
KNOWN: dict[str, object] = {"recordedSubject.idNumber": id_number(1)}
BUSINESS, HOUSEHOLD, INSURANCE = "businessRegistration", "household", "socialInsurances"
REGISTERS = {BUSINESS: "business_registration", HOUSEHOLD: "household_registration", INSURANCE: "social_security"}
NAMES = {BUSINESS: "name", HOUSEHOLD: "name", INSURANCE: "recordedSubject.name"}
ENTITIES: dict[str, list[tuple[str, dict[str, object]]]] = {
    "a business with two keys": [(BUSINESS, keys) for keys in (NUMBERED, CODED, NUMBERED | CODED)],
    "a person with two keys": [
        (INSURANCE, INSURED),
        (HOUSEHOLD, {"idNumber": id_number(1)}),
        (INSURANCE, INSURED | KNOWN),
    ],
}
"""What may be said of one entity: record types, and the keys that a line of each may give."""


@dataclass(frozen=True)
class Saying:
    """One line, which a unit of a department delivers on its own on the day ``stated``."""

    record_type: str
    values: tuple[tuple[str, object], ...]
    stated: int
    unit: str

    async def to(self, office: Office) -> None:
        await office.deliver(
            REGISTERS[self.record_type],
            self.record_type,
            [dict(self.values)],
            stated_on=FIRST_DAY + timedelta(days=self.stated),
            unit=self.unit,
            key=repr(self),
        )


def saying(
    record_type: str, keys: dict[str, object], name: str, operation: str, day: int, stated: int, unit: str = "east"
) -> Saying:
    values = keys | {
        NAMES[record_type]: name,
        "_operation": operation,
        "_valid_from": FIRST_DAY + timedelta(days=day),
    }
    return Saying(record_type, tuple(values.items()), stated, unit)


@st.composite
def sayings(draw: st.DrawFn) -> tuple[list[Saying], list[Saying]]:
    """What is said of one entity, in two orders."""
    entity = ENTITIES[draw(st.sampled_from(list(ENTITIES)))]
    said = draw(
        st.lists(
            st.builds(
                lambda target, *rest: saying(*target, *rest),
                st.sampled_from(entity),
                st.sampled_from(["甲", "乙"]),
                st.sampled_from(["STATE", "STATE", "STATE", "END", "WITHDRAW"]),
                st.integers(0, 1),
                st.integers(0, 3),
                st.sampled_from(["east", "east", "west"]),
            ),
            min_size=3,
            max_size=7,
            unique=True,
        )
    )
    return said, draw(st.permutations(said))


async def told_after(server: Server, model: Model, said: Sequence[Saying]) -> dict[str, tuple[str, ...]]:
    async with offices(server, model) as (office,):
        for one in said:
            await one.to(office)
        await assert_versions_have_no_gaps(office.intake.database)
        await assert_views_are_what_a_new_merge_gives(office.intake)
        await assert_discrepancies_are_what_a_new_look_gives(office.intake)
        await assert_cards_are_those_of_the_views(office.intake)
        return await everything_told(office.intake.database)


@tried(6, 150)
@given(orders=sayings())
async def test_the_order_of_arrival_never_matters(
    embedded_server: Server, model: Model, orders: tuple[list[Saying], list[Saying]]
) -> None:
    one, other = orders
    assert await told_after(embedded_server, model, one) == await told_after(embedded_server, model, other)


LINKED = {
    "a withdrawal of what was said of both": [
        saying(BUSINESS, NUMBERED, "甲", "STATE", 0, 0),
        saying(BUSINESS, CODED, "乙", "STATE", 0, 1),
        saying(BUSINESS, NUMBERED | CODED, "", "WITHDRAW", 0, 2),
    ],
    "a last word that was said of one, between words of the other": [
        saying(BUSINESS, NUMBERED, "甲", "STATE", 0, 0),
        saying(BUSINESS, CODED, "乙", "STATE", 0, 1),
        saying(BUSINESS, NUMBERED | CODED, "丙", "STATE", 0, 2),
    ],
}


@pytest.mark.parametrize("said", LINKED.values(), ids=LINKED)
async def test_the_order_of_linking_does_not_matter(any_server: Server, model: Model, said: list[Saying]) -> None:
    first, *others = permutations(said)
    expected = await told_after(any_server, model, first)
    assert len(expected) == 1
    for order in others:
        assert await told_after(any_server, model, order) == expected
