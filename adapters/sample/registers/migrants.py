"""What the services for migrants say of people without a household here: residence permits (GZ-Detail Art. 10)."""

from collections.abc import Iterator

from adapters.sample.days import iso, years_after
from adapters.sample.lives import Life, Origin, Permit
from adapters.sample.places import ELSEWHERE, address, community, subdistrict
from adapters.sample.story import Line, Story, Values, World, spoken, subject

_REGISTER = "migrant_services"


def stories(world: World) -> Iterator[Story]:
    """One story for each permit."""
    for life in world.lives:
        if life.permit:
            yield [_line(world, life, life.permit)]


def change(world: World, line: Line) -> Values | None:
    """A move to another address."""
    if "cancelledOn" in line.values:
        return None
    return {"addressDetail": f"{line.values['addressDetail']}{world.random.randrange(2, 30)}房"}


def _line(world: World, life: Life, permit: Permit) -> Line:
    district = life.district
    has_household = life.origin is Origin.ELSEWHERE
    facts = {
        "recordedSubject.sex": life.sex,
        "recordedSubject.ethnicity": life.ethnicity if has_household else None,
        "recordedSubject.birthDate": life.born.isoformat(),
        "recordedSubject.householdAddress": _home(world) if has_household else None,
        "recordedSubject.countryOrRegion": life.document.country,
        "permitNumber": permit.number,
        "addressDetail": address(world.random, district),
        "residence.district": district.code,
        "residence.town": f"{district.code}103" if world.random.random() < 0.2 else None,
        "residence.subdistrict": subdistrict(world.random),
        "residence.village": f"{district.code}103201" if world.random.random() < 0.1 else None,
        "neighborhoodCommittee": community(world.random),
        "policeStation": district.police_station,
        "issuedOn": permit.issued_on.isoformat(),
        "registrationAuthority": district.office("来穗人员服务管理局"),
        "registrationAuthorityDivision": district.code,
        "registeredOn": permit.issued_on.isoformat()[: world.random.choice((10, 10, 7))],
        "cancelledOn": iso(permit.cancelled_on),
        "validUntil": years_after(permit.issued_on, 5).isoformat(),
    }
    return Line("residencePermits", life.key, {**subject(life, _REGISTER), **spoken(facts)})


def _home(world: World) -> str:
    place = world.random.choice(list(ELSEWHERE.values()))
    return f"{place}{subdistrict(world.random)}{world.random.randrange(1, 200)}号"
