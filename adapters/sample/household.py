"""What household registration says of the people of the city (GZ-Detail Art. 9)."""

from collections.abc import Iterator
from datetime import date

from adapters.sample import names
from adapters.sample.days import Round, any_day
from adapters.sample.people import Person
from adapters.sample.places import DISTRICTS, town
from adapters.sample.shares import DECEASED, MOVED_OUT
from adapters.sample.story import Line, Story, Values, World

_DEATH, _MOVED_OUT = "DEATH", "MOVED_OUT"


def stories(world: World) -> Iterator[Story]:
    """One story for each person with a household here."""
    return (_story(world, person) for person in world.persons if not person.migrant)


def change(world: World, line: Line) -> Values | None:
    """A new given name, or a move within the city; nothing once the registration is cancelled."""
    if line.values["status"] != "NORMAL":
        return None
    if world.random.random() < 0.3:
        return {"name": names.altered(world.random, line.values["name"])}
    district = world.random.choice(DISTRICTS)
    return {"townOrSubdistrict": town(world.random, district), "policeStation": district.police_station}


def _story(world: World, person: Person) -> Story:
    known = Line("household", person.id_number, _registered(world, person))
    reason = _cancel_reason(world)
    if reason is None:
        return [known]
    if world.random.random() < 0.5:
        cancelled_on = any_day(world.random, date(2022, 1, 1), date(2024, 12, 31)).isoformat()
        partial = cancelled_on[: world.random.choice((10, 10, 7, 4))]
        return [Line("household", person.id_number, _cancelled(person, reason, partial))]
    cancelled_on = any_day(world.random, date(2025, 1, 7), date(2025, 4, 1)).isoformat()
    return [known, Line("household", person.id_number, _cancelled(person, reason, cancelled_on), Round.SECOND)]


def _cancel_reason(world: World) -> str | None:
    roll = world.random.random()
    if roll < DECEASED:
        return _DEATH
    return _MOVED_OUT if roll < DECEASED + MOVED_OUT else None


def _person(person: Person) -> Values:
    return {"name": person.name, "idNumber": person.id_number, "sex": person.sex, "ethnicity": person.ethnicity}


def _registered(world: World, person: Person) -> Values:
    return {
        **_person(person),
        "townOrSubdistrict": town(world.random, person.district),
        "policeStation": person.district.police_station,
        "status": "NORMAL",
    }


def _cancelled(person: Person, reason: str, cancelled_on: str) -> Values:
    return {
        **_person(person),
        "status": "CANCELLED",
        "priorDivision": person.district.code,
        "priorPoliceStation": person.district.police_station,
        "cancelledOn": cancelled_on,
        "cancelReason": reason,
    }
