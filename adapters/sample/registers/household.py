"""What household registration says of the people of the city (GZ-Detail Art. 9)."""

from collections.abc import Iterator
from datetime import date

from adapters.sample import names
from adapters.sample.days import Round, any_day, round_after
from adapters.sample.lives import Life, Origin
from adapters.sample.places import DISTRICTS, town
from adapters.sample.story import Line, Story, Values, World, reference

_DEATH, _MOVED_OUT = "DEATH", "MOVED_OUT"
_TO_THE_DAY_MONTH_OR_YEAR = (10, 10, 7, 4)


def stories(world: World) -> Iterator[Story]:
    """One story for each person with a household here and a number."""
    return (_story(world, life) for life in world.lives if life.origin is Origin.HERE and life.numbered)


def change(world: World, line: Line) -> Values | None:
    """A new given name, or a move within the city; nothing once the registration is cancelled."""
    if line.values["status"] != "NORMAL":
        return None
    if world.random.random() < 0.3:
        return {"name": names.altered(world.random, line.values["name"])}
    district = world.random.choice(DISTRICTS)
    return {"townOrSubdistrict": town(world.random, district), "policeStation": district.police_station}


def _story(world: World, life: Life) -> Story:
    known = Line("household", life.key, _registered(world, life), _first_round(life))
    reason, day = _cancellation(world, life)
    if life.earlier_document:
        former = life.earlier_document.number
        return [known.then(Round.FIRST, {"idNumber": former}), known.then(Round.SECOND, {"formerIdNumber": former})]
    if day is None:
        return [known]
    when = round_after(day)
    if when is Round.FIRST and world.random.random() < 0.8:
        partial = day.isoformat()[: world.random.choice(_TO_THE_DAY_MONTH_OR_YEAR)]
        return [Line("household", life.key, _cancelled(life, reason, partial))]
    later = when if when is not Round.FIRST else Round.SECOND
    return [known, Line("household", life.key, _cancelled(life, reason, day.isoformat()), later)]


def _first_round(life: Life) -> Round:
    """A newborn is registered one round after the hospital certified the birth."""
    if life.birth is None or life.born < date(2024, 7, 1):
        return Round.FIRST
    return Round.SECOND if round_after(life.born) is Round.FIRST else Round.THIRD


def _cancellation(world: World, life: Life) -> tuple[str, date | None]:
    """Why a registration is cancelled, and when; not every household hears of a death."""
    if life.death and life.death.cancelled:
        return _DEATH, any_day(world.random, life.death.died_on, date(2025, 7, 1))
    return _MOVED_OUT, life.moved_out_on


def _person(life: Life) -> Values:
    return {"name": life.name, "idNumber": life.document.number, "sex": life.sex, "ethnicity": life.ethnicity}


def _registered(world: World, life: Life) -> Values:
    values = {
        **_person(life),
        "townOrSubdistrict": town(world.random, life.district),
        "policeStation": life.district.police_station,
        "photo": f"PHOTO-{world.random.randrange(10**9):09}",
        "status": "NORMAL",
        "householdAddress": life.address,
        "relationshipToHead": life.relationship,
    }
    if life.household_number and life.head and life.head.numbered:
        values |= {"householdNumber": life.household_number, **reference("headOfHousehold", life.head)}
    if life.birth:
        values["birthCertificateNumber"] = life.birth.certificate
    if world.random.random() < 0.1:
        values["recordedBirthDate"] = _recorded_birth_date(world, life)
    return values


def _recorded_birth_date(world: World, life: Life) -> str:
    """The date of birth in the register's own book: at times less precise than the number, or another one."""
    if world.random.random() < 0.2:
        return any_day(world.random, life.born.replace(month=1, day=1), life.born).isoformat()
    return life.born.isoformat()[: world.random.choice(_TO_THE_DAY_MONTH_OR_YEAR)]


def _cancelled(life: Life, reason: str, cancelled_on: str) -> Values:
    return {
        **_person(life),
        "status": "CANCELLED",
        "priorDivision": life.district.code,
        "priorPoliceStation": life.district.police_station,
        "cancelledOn": cancelled_on,
        "cancelReason": reason,
    }
