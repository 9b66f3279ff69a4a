"""What stands between entities: who represents a company has died, or two entities claim one number.

Whoever is written last, and however many write at once, the same stands in the end.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date
from itertools import permutations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from hub.catalog import Model
from hub.identifiers.schemes import Scheme
from hub.intake.locks import lock_key
from tests.conftest import Server
from tests.discrepancies import Found, ever, standing
from tests.intake.hubs import VAULT, assert_discrepancies_are_what_a_new_look_gives, offices
from tests.offices import Office
from tests.people import credit_code, id_number

ONE, OTHER = id_number(1), id_number(2)
COMPANY = credit_code(1)
RECORD = ("businessRegistration",)
ITEM = "businessRegistration.legalRepresentative"
DECEASED = Found("representativeDeceased", ITEM, "MARKET_REGULATION", RECORD)
CANCELLED = Found("representativeCancelled", ITEM, "MARKET_REGULATION", RECORD)
Say = Callable[[Office], Awaitable[object]]


def names(number: str, day: int = 1, code: str = COMPANY) -> Say:
    """A company names a representative."""
    line = {"creditCode": code, "legalRepresentative.idNumber": number}
    return lambda office: office.business(line, stated_on=date(2024, 1, day))


def registered(number: str, day: int = 1) -> Say:
    line = {"idNumber": number, "status": "正常"}
    return lambda office: office.household(line, stated_on=date(2024, 1, day))


def died(number: str, day: int = 2) -> Say:
    line = {"idNumber": number, "status": "注销", "cancelReason": "死亡", "cancelledOn": "2023-12-01"}
    return lambda office: office.household(line, stated_on=date(2024, 1, day))


async def between(office: Office) -> set[Found]:
    """What stands of legal entities, and of identifiers."""
    found = await standing(office.intake.database)
    return {one for one in found if one.check.startswith("representative") or one.check == "identifierClaimed"}


@pytest.mark.parametrize("order", list(permutations([registered(ONE), died(ONE), names(ONE)])))
async def test_r9_a_representative_who_has_died_is_found_whoever_says_what_first(
    office: Office, order: Sequence[Say]
) -> None:
    for say in order:
        await say(office)
    assert await between(office) == {DECEASED, CANCELLED}


async def test_r9_what_was_found_of_a_representative_is_settled_from_either_side(office: Office) -> None:
    await names(ONE)(office)
    await died(ONE)(office)
    assert await between(office) == {DECEASED, CANCELLED}
    await registered(ONE, 3)(office)
    assert await between(office) == set()
    await died(ONE, 4)(office)
    await registered(OTHER)(office)
    await names(OTHER, 5)(office)
    assert await between(office) == set()
    assert len(await ever(office.intake.database)) == 6  # two of the person's, twice two of the company's


async def test_r9_what_is_found_of_one_of_two_representatives_leaves_the_other_alone(office: Office) -> None:
    await names(ONE)(office)
    line = {"creditCode": COMPANY, "operator.idNumber": OTHER}
    await office.deliver("business_registration", "individualBusinessRegistration", [line])
    await died(ONE)(office)
    assert await between(office) >= {DECEASED, CANCELLED}
    await died(OTHER)(office)
    assert len([one for one in await between(office) if one.check == "representativeDeceased"]) == 2
    await registered(OTHER, 5)(office)
    assert await between(office) >= {DECEASED, CANCELLED}
    assert len([one for one in await between(office) if one.check == "representativeDeceased"]) == 1


async def test_r9_a_representative_known_by_a_passport_is_found_once_the_person_is_known(office: Office) -> None:
    permit = {"permitNumber": "GZ-1", "recordedSubject.name": "约翰"}
    passport = {"recordedSubject.idType": "护照", "recordedSubject.idNumber": "E12345678"}
    await office.deliver("migrant_services", "residencePermits", [permit | passport])
    line = {"creditCode": COMPANY, "operator.idType": "护照", "operator.idNumber": "E12345678"}
    await office.deliver("business_registration", "individualBusinessRegistration", [line])
    await died(ONE)(office)
    assert not await between(office)
    joins = permit | {"recordedSubject.idNumber": ONE}
    await office.deliver("migrant_services", "residencePermits", [joins], stated_on=date(2024, 1, 5))
    found = {one.check for one in await between(office)}
    assert found >= {"representativeDeceased", "representativeCancelled"}


def claims(code: str, number: str, day: int = 1) -> Say:
    """A company claims a registration number."""
    line = {"creditCode": code, "registrationNumber": number}
    return lambda office: office.business(line, stated_on=date(2024, 1, day))


NUMBER, FREE = "440106000012345", "440106000054321"
SHARED = Found("identifierClaimed", "businessRegistration.registrationNumber", "MARKET_REGULATION", RECORD)


@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 1)])
async def test_a_number_that_two_claim_stands_on_both_whoever_came_first(
    office: Office, first: int, second: int
) -> None:
    await claims(credit_code(first), NUMBER)(office)
    assert await standing(office.intake.database) == []
    await claims(credit_code(second), NUMBER)(office)
    assert await standing(office.intake.database) == [SHARED, SHARED]
    await claims(credit_code(1), FREE, 3)(office)
    assert await standing(office.intake.database) == []
    await claims(credit_code(1), NUMBER, 4)(office)
    assert await standing(office.intake.database) == [SHARED, SHARED]


async def test_an_organisation_code_in_two_credit_codes_is_claimed_by_both(office: Office) -> None:
    for prefix in ("91", "93"):
        await claims(credit_code(1, prefix), f"4401060000{prefix}345")(office)
    found = await standing(office.intake.database)
    assert [one.item for one in found if one.check == "identifierClaimed"] == ["creditCode", "creditCode"]


@pytest.fixture
async def desks(any_server: Server, model: Model) -> AsyncIterator[list[Office]]:
    """Three processes at one hub."""
    async with offices(any_server, model, 3) as desks:
        yield desks


async def both_at_once(desks: list[Office], held: Sequence[bytes], one: Say, other: Say) -> None:
    """Let two writers wait for the same locks, so that they go on together."""
    waiting = """select count(*) from pg_locks where locktype = 'advisory' and not granted
                 and database = (select oid from pg_database where datname = current_database())"""
    async with desks[0].intake.database.transaction() as connection:
        await connection.execute(
            "select pg_advisory_xact_lock(key) from unnest($1::bigint[]) key", [*map(lock_key, held)]
        )
        tasks = [asyncio.ensure_future(say(desk)) for say, desk in ((one, desks[1]), (other, desks[2]))]
        while await connection.fetchval(waiting) < 2:
            await connection.execute("select pg_sleep(0.01)")
    await asyncio.gather(*tasks)


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("is_known", [False, True])
async def test_a_death_and_a_naming_at_once_never_miss_each_other(
    desks: list[Office], *, swapped: bool, is_known: bool
) -> None:
    person = VAULT.lookup(Scheme.ID_NUMBER, ONE)
    if is_known:
        await registered(ONE)(desks[0])
        person = next(iter(await desks[0].views())).bytes
    writers = [names(ONE), died(ONE)]
    await both_at_once(desks, [person], *(writers[::-1] if swapped else writers))
    assert await between(desks[0]) == {DECEASED, CANCELLED}


@pytest.mark.parametrize("swapped", [False, True])
async def test_a_revival_and_a_change_of_representative_at_once_leave_nothing_standing(
    desks: list[Office], *, swapped: bool
) -> None:
    await died(ONE)(desks[0])
    person = next(iter(await desks[0].views())).bytes
    await names(ONE)(desks[0])
    await registered(OTHER)(desks[0])
    writers = [names(OTHER, 5), registered(ONE, 5)]
    await both_at_once(desks, [person], *(writers[::-1] if swapped else writers))
    assert await between(desks[0]) == set()


@pytest.mark.parametrize("swapped", [False, True])
async def test_two_who_give_up_and_take_up_a_number_at_once_agree_on_what_stands(
    desks: list[Office], *, swapped: bool
) -> None:
    await claims(credit_code(1), NUMBER)(desks[0])
    await claims(credit_code(2), NUMBER)(desks[0])
    async with desks[0].intake.database.connection() as connection:
        identifier = await connection.fetchval("select identifier_id from contest limit 1")
    writers = [claims(credit_code(1), FREE, 3), claims(credit_code(2), "440106000099999", 3)]
    await both_at_once(desks, [identifier.bytes], *(writers[::-1] if swapped else writers))
    assert await standing(desks[0].intake.database) == []


async def test_a_chunk_that_needs_too_many_locks_is_written_in_parts(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        {"creditCode": credit_code(place), "legalRepresentative.idNumber": id_number(place)} for place in range(1, 9)
    ]
    monkeypatch.setattr(office.intake.database, "_most_locks", 4)
    summary = await office.business(*lines)
    assert [result.place for result in summary.results] == list(range(1, 9))
    assert len(await office.views()) == 8


REPRESENTED = [
    names(ONE),
    names(OTHER, 2),
    names(ONE, 3),
    died(ONE, 2),
    registered(ONE, 4),
    registered(OTHER),
    claims(credit_code(2), NUMBER),
    claims(credit_code(3), NUMBER, 2),
    claims(credit_code(3), FREE, 3),
    names(ONE, 2, credit_code(3)),
]


ORDERS = st.lists(st.sampled_from(range(len(REPRESENTED))), min_size=3, max_size=8, unique=True).flatmap(
    lambda said: st.tuples(st.just(said), st.permutations(said))
)


@settings(max_examples=8, phases=[Phase.explicit, Phase.generate])
@given(orders=ORDERS)
async def test_the_order_of_arrival_never_matters_between_entities(
    embedded_server: Server, model: Model, orders: tuple[list[int], list[int]]
) -> None:
    told = []
    for order in orders:
        async with offices(embedded_server, model) as (office,):
            for place in order:
                await REPRESENTED[place](office)
            await assert_discrepancies_are_what_a_new_look_gives(office.intake)
            told.append(sorted(await standing(office.intake.database)))
    assert told[0] == told[1]
