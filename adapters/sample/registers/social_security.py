"""What social security says of people: work, insurance, professional titles and appointments (GZ-Detail Art. 14)."""

from collections.abc import Iterator
from datetime import date

from adapters.sample.courses import EMPLOYED, UNEMPLOYED
from adapters.sample.days import Round, any_day, iso, years_after
from adapters.sample.lives import Job, Life
from adapters.sample.organizations import Office
from adapters.sample.story import Line, Story, Values, World, spoken, subject

_REGISTER = "social_security"
_MEDICAL = "310"
_OF_EMPLOYEES = ("110", "210", "410", "510")
_PAYING, _STOPPED = "1", "3"


def stories(world: World) -> Iterator[Story]:
    """The stories of everybody whom social security knows."""
    for life in world.lives:
        if life.status:
            yield [Line("employment", life.key, {**subject(life, _REGISTER), "employmentStatus": life.status})]
        if life.social_security_number:
            yield from _insured(world, life)
        if life.job:
            yield from ([line] for line in _career(world, life, life.job))


def change(world: World, line: Line) -> Values | None:
    """Another employment status, or the end of an insurance; titles and appointments stay as they are."""
    if line.record == "employment":
        others = [status for status in (*EMPLOYED, *UNEMPLOYED) if status != line.values["employmentStatus"]]
        return {"employmentStatus": world.random.choice(others)}
    if line.record != "socialInsurances" or "stoppedOn" in line.values:
        return None
    stopped_on = any_day(world.random, date(2025, 1, 7), date(2025, 2, 8))
    return {"stoppedOn": stopped_on.isoformat(), "enrolmentStatus": _STOPPED}


def _insured(world: World, life: Life) -> Iterator[Story]:
    """The medical insurance of everybody, which tells of a new document, and another one of some employees."""
    medical = _insurance(world, life, _MEDICAL)
    if life.earlier_document:
        earlier = subject(life, _REGISTER, life.earlier_document)
        yield [medical.then(Round.FIRST, earlier), medical.then(Round.SECOND)]
    else:
        yield [medical]
    if life.job and world.random.random() < 0.5:
        yield [_insurance(world, life, world.random.choice(_OF_EMPLOYEES))]


def _insurance(world: World, life: Life, insurance: str) -> Line:
    earliest = life.job.since if life.job else max(years_after(life.born, 0.1), date(1998, 1, 1))
    enrolled_on = any_day(world.random, earliest, date(2024, 11, 30))
    stopped_on = any_day(world.random, enrolled_on, date(2024, 12, 31)) if world.random.random() < 0.05 else None
    district = life.job.employer.district if life.job else life.district
    facts = {
        "enrolmentStatus": _STOPPED if stopped_on else _PAYING,
        "socialSecurityNumber": life.social_security_number,
        "insuranceType": insurance,
        "enrolledOn": enrolled_on.isoformat()[: world.random.choice((10, 10, 10, 7))],
        "stoppedOn": iso(stopped_on),
        **(_employer(world, life.job) if life.job else {}),
        "registrationAuthority": world.courses.office(Office.SOCIAL_INSURANCE, district),
        "registrationAuthorityDivision": district.code,
        "registeredOn": any_day(world.random, enrolled_on, date(2024, 12, 31)).isoformat(),
    }
    return Line("socialInsurances", life.key, {**subject(life, _REGISTER), **spoken(facts)})


def _employer(world: World, job: Job) -> dict[str, str | None]:
    """The employer by credit code, by the number that social security knows it by, or by name alone."""
    employer, roll = job.employer, world.random.random()
    return {
        "employerName": employer.name,
        "employerSocialSecurityNumber": employer.social_security_number if roll < 0.8 else None,
        "employer.creditCode": employer.credit_code if roll < 0.6 else None,
    }


def _career(world: World, life: Life, job: Job) -> Iterator[Line]:
    """A professional title and an appointment to it."""
    if not job.title or not job.title_on:
        return
    obtained_on = job.title_on.isoformat()[: world.random.choice((10, 7))]
    qualification: Values = {"qualification": job.title, "obtainedOn": obtained_on}
    yield Line("professionalTitles", life.key, {**subject(life, _REGISTER), **qualification})
    if job.appointed_on:
        known = job.employer.credit_code if world.random.random() < 0.3 else None
        appointment: Values = {
            "positionName": job.title,
            "appointingUnit": known or job.employer.name,
            "appointingUnitDivision": job.employer.district.code,
            "appointedOn": job.appointed_on.isoformat(),
        }
        yield Line("professionalAppointments", life.key, {**subject(life, _REGISTER), **appointment})
