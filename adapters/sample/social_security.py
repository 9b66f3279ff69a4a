"""What social security says of people: work, insurance, professional titles and appointments (GZ-Detail Art. 14)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from adapters.sample import names
from adapters.sample.days import age, any_day, iso, years_after
from adapters.sample.people import Person
from adapters.sample.places import DISTRICTS, District
from adapters.sample.story import Line, Story, Values, World, spoken, subject

_REGISTER = "social_security"
_EMPLOYED = ("11", "13", "17", "21", "24")
_UNEMPLOYED = ("27", "51", "54", "70", "90")
_STUDENT, _RETIRED = "31", "80"
_MEDICAL = "310"
_EMPLOYEE_INSURANCES = ("110", "210", _MEDICAL, "410")
_PAYING, _STOPPED = "1", "3"
_TITLES = ("012", "013", "083", "084", "123", "133", "233", "234", "0999")


@dataclass(frozen=True, slots=True)
class _Employer:
    """Where somebody works; only some employers are known by their credit code."""

    name: str
    district: District
    credit_code: str | None = None

    @property
    def social_security_number(self) -> str | None:
        return f"DW{self.credit_code[8:17]}" if self.credit_code else None


def stories(world: World) -> Iterator[Story]:
    """The stories of everybody whom social security knows."""
    for person in world.persons:
        if not person.social_security_number:
            continue
        status = _employment_status(world, person)
        employer = _employer(world) if status in _EMPLOYED else None
        if status:
            yield [Line("employment", person.id_number, {**subject(person, _REGISTER), "employmentStatus": status})]
        yield from ([line] for line in _insurances(world, person, employer))
        if employer and world.random.random() < 0.15:
            yield from ([line] for line in _career(world, person, employer))


def change(world: World, line: Line) -> Values | None:
    """Another employment status, or the end of an insurance; titles and appointments stay as they are."""
    if line.record == "employment":
        others = [status for status in (*_EMPLOYED, *_UNEMPLOYED) if status != line.values["employmentStatus"]]
        return {"employmentStatus": world.random.choice(others)}
    if line.record != "socialInsurances" or "stoppedOn" in line.values:
        return None
    stopped_on = any_day(world.random, date(2025, 1, 7), date(2025, 2, 8))
    return {"stoppedOn": stopped_on.isoformat(), "enrolmentStatus": _STOPPED}


def _employment_status(world: World, person: Person) -> str | None:
    years = age(person.born)
    if years < 16:
        return None
    if years >= 60:
        return _RETIRED
    if years < 22:
        return _STUDENT
    return world.random.choice(_EMPLOYED if world.random.random() < 0.7 else _UNEMPLOYED)


def _employer(world: World) -> _Employer:
    """An organisation of the city, or one in ten times one that no register has, with or without its code."""
    district = world.random.choice(DISTRICTS)
    if world.employers and world.random.random() < 0.9:
        known = world.random.choice(world.employers)
        return _Employer(known.name, known.district, known.credit_code)
    code = world.numbers.credit_code("91", district.code) if world.random.random() < 0.5 else None
    return _Employer(names.company(world.random), district, code)


def _insurances(world: World, person: Person, employer: _Employer | None) -> Iterator[Line]:
    """Four insurances of an employee, the medical one alone for everybody else."""
    earliest = max(years_after(person.born, 18 if employer else 0.1), date(1998, 1, 1))
    enrolled_on = any_day(world.random, earliest, date(2024, 11, 30))
    district = employer.district if employer else person.district
    for insurance in _EMPLOYEE_INSURANCES if employer else (_MEDICAL,):
        stopped_on = any_day(world.random, enrolled_on, date(2024, 12, 31)) if world.random.random() < 0.05 else None
        facts = {
            "enrolmentStatus": _STOPPED if stopped_on else _PAYING,
            "socialSecurityNumber": person.social_security_number,
            "insuranceType": insurance,
            "enrolledOn": enrolled_on.isoformat(),
            "stoppedOn": iso(stopped_on),
            "employerName": employer.name if employer else None,
            "employerSocialSecurityNumber": employer.social_security_number if employer else None,
            "employer.creditCode": employer.credit_code if employer else None,
            "registrationAuthority": district.office("社会保险基金管理中心"),
            "registrationAuthorityDivision": district.code,
            "registeredOn": any_day(world.random, enrolled_on, date(2024, 12, 31)).isoformat(),
        }
        yield Line("socialInsurances", person.id_number, {**subject(person, _REGISTER), **spoken(facts)})


def _career(world: World, person: Person, employer: _Employer) -> Iterator[Line]:
    """A professional title and, half of the time, an appointment to it."""
    title = world.random.choice(_TITLES)
    obtained_on = any_day(world.random, years_after(person.born, 21.5), date(2024, 6, 30))
    qualification = {"qualification": title, "obtainedOn": obtained_on.isoformat()[: world.random.choice((10, 7))]}
    yield Line("professionalTitles", person.id_number, {**subject(person, _REGISTER), **qualification})
    if world.random.random() < 0.5:
        appointment = {
            "positionName": title,
            "appointingUnit": employer.name,
            "appointingUnitDivision": employer.district.code,
            "appointedOn": any_day(world.random, obtained_on, date(2024, 12, 31)).isoformat(),
        }
        yield Line("professionalAppointments", person.id_number, {**subject(person, _REGISTER), **appointment})
