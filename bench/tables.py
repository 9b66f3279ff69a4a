"""Lay the city's persons out as an ordinary application would: `python -m bench.tables`, keys on standard input.

Takes what the hand-written service shows of each person; fills a database of its own on the same server. It is what the
peer serves, so its tables are those of an application that knows its questions: every look-up is by a key.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec

from bench.floor import Floor
from bench.shown import Json
from hub.settings import load_settings

DATABASE = "peer"
AT_ONCE = 1_000
CODED = ("sex", "ethnicity", "lifeStatus", "maritalStatus", "employmentStatus")
SCHEMA = """
create table coded (id integer primary key, code text, name text);
create table source (id integer primary key, register text not null, valid_from text);
create table organization (id integer primary key, name text);
create table person (
    id integer primary key, id_number text not null unique, name text,
    sex_id integer references coded, ethnicity_id integer references coded, birth_date text,
    life_status_id integer references coded, marital_status_id integer references coded,
    employment_status_id integer references coded, social_security_number text
);
create table household (
    person_id integer primary key references person, town_id integer references coded,
    police_station_id integer references coded, status_id integer references coded, cancelled_on text,
    source_id integer references source
);
create table marriage_registration (
    person_id integer references person, place integer, married_on text, divorced_on text,
    authority_id integer references organization, division_id integer references coded,
    source_id integer references source, primary key (person_id, place)
);
create table social_insurance (
    person_id integer references person, place integer, insurance_type_id integer references coded,
    enrolment_status_id integer references coded, enrolled_on text, stopped_on text, employer_name text,
    registered_on text, source_id integer references source, primary key (person_id, place)
);
create table professional_title (
    person_id integer references person, place integer, qualification_id integer references coded, obtained_on text,
    source_id integer references source, primary key (person_id, place)
);
create table provenance (
    person_id integer references person, item text, standing text, basis text, absence text,
    source_id integer references source, primary key (person_id, item)
);
create table alternative (
    person_id integer, item text, place integer, agrees boolean not null, source_id integer references source,
    primary key (person_id, item, place), foreign key (person_id, item) references provenance
);
create function people_by_numbers(numbers text[]) returns setof person language sql stable as $$
    select person.* from unnest(numbers) with ordinality as asked (number, place)
    join person on person.id_number = asked.number order by asked.place
$$;
"""


class Tables:
    """The rows of every table, as they come together."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[Any, ...]]] = {}
        self._ids: dict[tuple[Any, ...], int] = {}
        self._added: set[str] = set()

    def taken(self) -> dict[str, list[tuple[Any, ...]]]:
        """The rows that came together since the last call."""
        rows, self.rows = self.rows, {}
        return rows

    def add(self, person: Json) -> None:
        """Add a person as Q2 shows one; who is found by two numbers is added once."""
        if person["idNumber"] in self._added:
            return
        self._added.add(person["idNumber"])
        number = len(self._added)
        coded = {name: self._coded(person[name]) for name in CODED}
        self._row(
            "person",
            *(number, person["idNumber"], person["name"], coded["sex"], coded["ethnicity"], person["birthDate"]),
            *(coded["lifeStatus"], coded["maritalStatus"], coded["employmentStatus"], person["socialSecurityNumber"]),
        )
        if held := person["household"]:
            places = (self._coded(held[name]) for name in ("townOrSubdistrict", "policeStation", "status"))
            self._row("household", number, *places, held["cancelledOn"], self._source(held["source"]))
        for table, rows in self._lists(person):
            for place, row in enumerate(rows):
                self._row(table, number, place, *row)
        for item, reason in person["provenance"].items():
            self._reason(number, item, reason)

    def _lists(self, person: Json) -> Iterator[tuple[str, Iterable[tuple[Any, ...]]]]:
        yield (
            "marriage_registration",
            (
                (
                    *(one["marriedOn"], one["divorcedOn"], self._named(one["issuingAuthority"])),
                    *(self._coded(one["issuingAuthorityDivision"]), self._source(one["source"])),
                )
                for one in person["marriageRegistrations"]
            ),
        )
        yield (
            "social_insurance",
            (
                (
                    *(self._coded(one["insuranceType"]), self._coded(one["enrolmentStatus"]), one["enrolledOn"]),
                    *(one["stoppedOn"], one["employerName"], one["registeredOn"], self._source(one["source"])),
                )
                for one in person["socialInsurances"]
            ),
        )
        yield (
            "professional_title",
            (
                (self._coded(one["qualification"]), one["obtainedOn"], self._source(one["source"]))
                for one in person["professionalTitles"]
            ),
        )

    def _reason(self, number: int, item: str, reason: Json) -> None:
        told = (reason["standing"], reason["basis"], reason["absence"])
        self._row("provenance", number, item, *told, self._source(reason["source"]))
        for place, other in enumerate(reason["alternatives"]):
            self._row("alternative", number, item, place, other["agrees"], self._source(other["source"]))

    def _coded(self, value: Json | None) -> int | None:
        return self._known("coded", value["code"], value["name"]) if value else None

    def _source(self, source: Json | None) -> int | None:
        return self._known("source", source["register"], source.get("validFrom")) if source else None

    def _named(self, value: Json | None) -> int | None:
        return self._known("organization", value["name"]) if value else None

    def _known(self, table: str, *values: Any) -> int:  # noqa: ANN401
        """The id of a row that many refer to, which is added when it is first met."""
        key = (table, *values)
        if key not in self._ids:
            self._ids[key] = len(self._ids) + 1
            self._row(table, self._ids[key], *values)
        return self._ids[key]

    def _row(self, table: str, *values: Any) -> None:  # noqa: ANN401
        self.rows.setdefault(table, []).append(values)


@asynccontextmanager
async def made(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """The database, empty; one that there is already is replaced. Its statistics are gathered in the end."""
    connection = await asyncpg.connect(url)
    await connection.execute(f"drop database if exists {DATABASE}")
    await connection.execute(f"create database {DATABASE}")
    await connection.close()
    connection = await asyncpg.connect(url, database=DATABASE)
    try:
        await connection.execute(SCHEMA)
        await connection.execute("set session_replication_role = replica")  # rows that refer come before what they name
        yield connection
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


async def main(keys: list[str]) -> None:
    """Lay out the persons of ``keys`` as the hub has them."""
    settings = load_settings()
    tables = Tables()
    floor = Floor(settings)
    async with floor.opened(), made(str(settings.database_url)) as connection:
        for at in range(0, len(keys), AT_ONCE):
            for person in await floor.long_of(keys[at : at + AT_ONCE]):
                tables.add(person)
            for table, rows in tables.taken().items():
                await connection.copy_records_to_table(table, records=rows)


if __name__ == "__main__":
    asyncio.run(main(msgspec.json.decode(sys.stdin.buffer.read(), type=list[str])))
