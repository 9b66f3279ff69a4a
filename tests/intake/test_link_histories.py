"""Loads, links and partings in any order, and at once: in the end what was said is told, and the links that stand."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from hub.catalog import Model
from hub.errors import InvalidArgument, LinkedAlready, NotLinked
from hub.identifiers.schemes import Identifier, Scheme
from hub.store.splits import RecordName
from tests.city.snapshot import everything_told
from tests.conftest import ONE_SERVER_IN_CI, Server
from tests.intake.hubs import (
    VAULT,
    assert_discrepancies_are_what_a_new_look_gives,
    assert_versions_have_no_gaps,
    assert_views_are_what_a_new_merge_gives,
    offices,
)
from tests.links import link_to, part, person, split_off
from tests.offices import Office, Values
from tests.people import credit_code, id_number
from tests.properties import tried

PERSONS = [id_number(place) for place in range(1, 5)]
FIRST_DAY = date(2024, 1, 1)
WRITERS = 8


@dataclass(frozen=True)
class Said:
    """What a department says of one of the persons on a day."""

    kind: str
    place: int
    name: str
    operation: str
    valid: int
    stated: int

    async def to(self, office: Office) -> None:
        await office.deliver(*self.line, stated_on=self.stated_on, key=repr(self))

    @property
    def line(self) -> tuple[str, str, list[Values]]:
        """The register, the list and the line that says it."""
        register, record_type, values = LINES[self.kind]
        itself = {"_operation": self.operation, "_valid_from": FIRST_DAY + timedelta(days=self.valid)}
        return register, record_type, [{**values(self), **itself}]

    @property
    def stated_on(self) -> date:
        """The day on which it is said."""
        return FIRST_DAY + timedelta(days=self.stated)


@dataclass(frozen=True)
class Ordered:
    """What the office orders: to link one of the persons into another, or to part it."""

    place: int
    into: int | None

    async def to(self, office: Office) -> None:
        one = await person(office, PERSONS[self.place])
        try:
            if self.into is None:
                await part(office, one)
            else:
                await link_to(office, one, await person(office, PERSONS[self.into]))
        except (LinkedAlready, NotLinked, InvalidArgument):
            return


@dataclass(frozen=True)
class Divided:
    """What the office orders: to split what was said of a person's household or marriage off it, or its number too."""

    place: int
    kind: str
    with_number: bool

    async def to(self, office: Office) -> None:
        one, number = await person(office, PERSONS[self.place]), Identifier(Scheme.ID_NUMBER, PERSONS[self.place])
        record_type = LINES[self.kind][1]
        async with office.intake.database.connection() as connection:
            keys = await connection.fetch("select distinct record_key from state where record_type = $1", record_type)
        names = [RecordName(record_type, "city", key) for (key,) in keys]
        try:
            await split_off(office, one, *names, numbers=[number] if self.with_number else [])
        except InvalidArgument:
            return


def household(said: Said) -> Values:
    return {"idNumber": PERSONS[said.place], "name": said.name, "status": "正常"}


def marriage(said: Said) -> Values:
    return {
        "recordedSubject.idNumber": PERSONS[said.place],
        "recordedSubject.name": said.name,
        "marriedOn": "2020-05-20",
        "issuingAuthority": "天河区民政局",
        "maritalStatus": "20",
        "spouse.idNumber": PERSONS[(said.place + 1) % len(PERSONS)],
    }


def business(said: Said) -> Values:
    keys = {"creditCode": credit_code(said.place), "legalRepresentative.idNumber": PERSONS[said.place]}
    return keys | {"name": f"{said.name}公司"}


LINES = {
    "household": ("household_registration", "household", household),
    "marriage": ("civil_affairs", "marriageRegistrations", marriage),
    "business": ("business_registration", "businessRegistration", business),
}
SAYINGS = st.builds(
    Said,
    st.sampled_from(["household", "household", "marriage", "business"]),
    st.integers(0, len(PERSONS) - 1),
    st.sampled_from("甲乙"),
    st.sampled_from(["STATE", "STATE", "STATE", "END", "WITHDRAW"]),
    st.integers(0, 1),
    st.integers(0, 5),
)
ORDERS = st.builds(Ordered, st.integers(0, len(PERSONS) - 1), st.none() | st.integers(0, len(PERSONS) - 1))
DIVISIONS = st.builds(
    Divided, st.integers(0, len(PERSONS) - 1), st.sampled_from(["household", "marriage"]), st.booleans()
)
DIVIDED = st.lists(SAYINGS | SAYINGS | ORDERS | DIVISIONS, min_size=6, max_size=24)
HISTORIES = st.lists(SAYINGS | ORDERS, min_size=4, max_size=16)


async def begin(office: Office) -> None:
    """Let everybody be known, so that everybody can be linked."""
    await office.household(*({"idNumber": number} for number in PERSONS))


async def linked(office: Office) -> list[Ordered]:
    """The links that stand."""
    places = {VAULT.lookup(Scheme.ID_NUMBER, number): place for place, number in enumerate(PERSONS)}
    async with office.intake.database.connection() as connection:
        rows = await connection.fetch(
            "select one.lookup as one, other.lookup as other from link "
            "join vault.identifier as one on one.entity_id = link.entity_id and one.superseded_at is null "
            "join vault.identifier as other on other.entity_id = link.into_id and other.superseded_at is null "
            "where link.unlinked_at is null"
        )
    return [Ordered(places[row["one"]], places[row["other"]]) for row in rows]


async def assert_all_is_well(office: Office) -> None:
    await assert_versions_have_no_gaps(office.intake.database)
    await assert_views_are_what_a_new_merge_gives(office.intake)
    await assert_discrepancies_are_what_a_new_look_gives(office.intake)


async def assert_tells_what_was_said(office: Office, server: Server, model: Model, said: Sequence[Said]) -> None:
    """What the hub tells is what another does that heard everything first, and then of the links that stand."""
    async with offices(server, model) as (plain,):
        await begin(plain)
        history: list[Said | Ordered] = [*said, *await linked(office)]
        for one in history:
            await one.to(plain)
        assert await everything_told(office.intake.database) == await everything_told(plain.intake.database)


@tried(5, 150)
@given(history=HISTORIES)
async def test_in_the_end_the_links_that_stand_are_all_that_is_left_of_orders(
    embedded_server: Server, model: Model, history: list[Said | Ordered]
) -> None:
    async with offices(embedded_server, model) as (office,):
        await begin(office)
        for one in history:
            await one.to(office)
        await assert_all_is_well(office)
        said = [one for one in history if isinstance(one, Said)]
        await assert_tells_what_was_said(office, embedded_server, model, said)


@tried(4, 150)
@given(history=DIVIDED)
async def test_whatever_is_split_linked_and_parted_the_same_files_again_change_nothing(
    embedded_server: Server, model: Model, history: list[Said | Ordered | Divided]
) -> None:
    async with offices(embedded_server, model) as (office,):
        await begin(office)
        for one in history:
            await one.to(office)
        await assert_all_is_well(office)
        stood = await office.views()
        for one in history:
            if isinstance(one, Said):
                await office.deliver(*one.line, stated_on=one.stated_on, key=f"again {one}")
        assert await office.views() == stood


def work_of(writer: int) -> list[Said]:
    """What one of the writers says."""
    random = Random(writer)  # noqa: S311 - the same each time

    def something(stated: int) -> Said:
        kind, name = random.choice(sorted(LINES)), random.choice("甲乙")
        return Said(kind, random.randrange(2), name, "STATE", random.randrange(3), stated)

    return [something(turn * WRITERS + writer) for turn in range(12)]


@ONE_SERVER_IN_CI
async def test_links_are_made_and_undone_while_eight_write(any_server: Server, model: Model) -> None:
    async with offices(any_server, model, WRITERS + 1) as (steward, *desks):
        await begin(steward)

        heard = asyncio.Semaphore(0)

        async def write(writer: int, office: Office) -> None:
            for said in work_of(writer):
                await said.to(office)
                heard.release()

        async def order() -> None:
            for into in [1, None] * 12 + [1]:
                for _ in range(WRITERS // 2 - 1):
                    await heard.acquire()
                await Ordered(0, into).to(steward)

        await asyncio.gather(order(), *(write(writer, desk) for writer, desk in enumerate(desks)))
        await assert_all_is_well(steward)
        said = [one for writer in range(WRITERS) for one in work_of(writer)]
        await assert_tells_what_was_said(steward, any_server, model, said)
