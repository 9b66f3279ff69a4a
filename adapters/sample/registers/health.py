"""What health says: births, deaths and family planning certificates (GZ-Detail Art. 12, 13)."""

from collections.abc import Iterator
from datetime import date

from adapters.sample.days import Round, round_after
from adapters.sample.lives import Birth, Death, Life, Origin
from adapters.sample.organizations import Office
from adapters.sample.places import DISTRICTS, phone
from adapters.sample.story import Line, Story, Values, World, reference, spoken, subject

_REGISTER = "health"
_SEX_NAMES = {"1": "男", "2": "女"}
_HEALTH_NAMES = {"1": "健康", "2": "一般"}


def stories(world: World) -> Iterator[Story]:
    """The stories of all births and deaths that health knows, and of family planning certificates."""
    for life in world.lives:
        if life.birth:
            yield _birth(world, life, life.birth)
        if life.death and life.death.certificate:
            yield [_death(world, life, life.death, life.death.certificate)]
        if life.family_planning:
            yield [_family_planning(life, *life.family_planning)]


def change(world: World, line: Line) -> Values | None:
    """Another name for the newborn, another address of the dead, another district for a certificate."""
    match line.record:
        case "birthCertificate":
            return {"newbornName": f"{line.values['newbornName']}{world.random.choice('宝贝儿')}"}
        case "deathCertificate":
            return {"usualAddress": world.random.choice(DISTRICTS).office("福利院")}
        case _:
            district = world.random.choice(DISTRICTS)
            return {"issuingAuthorityDivision": district.code}


def _birth(world: World, life: Life, birth: Birth) -> Story:
    """A child is certified without a number; of those registered long ago, and some newborns, the number follows."""
    values = {
        "certificateNumber": birth.certificate,
        "newbornName": life.name,
        "sex.code": life.sex,
        "sex.name": _SEX_NAMES[life.sex],
        "healthStatus.code": birth.health,
        "healthStatus.name": _HEALTH_NAMES[birth.health],
        **(reference("mother", life.mother) if life.mother else {}),
        **(reference("father", life.father) if life.father and world.random.random() < 0.95 else {}),
        "bornOn": life.born.isoformat(),
        "issuedOn": birth.issued_at,
        "issuingUnit": birth.hospital,
    }
    number = {name: said for name, said in subject(life, _REGISTER).items() if name != "recordedSubject.name"}
    if life.born < date(2024, 7, 1):
        return [Line("birthCertificate", life.key, {**values, **number})]
    line = Line("birthCertificate", life.key, values, round_after(date.fromisoformat(birth.issued_at[:10])))
    followed = life.numbered and line.round is not Round.THIRD and world.random.random() < 0.5
    return [line, line.then(Round.THIRD, number)] if followed else [line]


def _death(world: World, life: Life, death: Death, certificate: str) -> Line:
    district, citizen = life.district, life.origin in (Origin.HERE, Origin.ELSEWHERE)
    kin = life.mother or life.head or life
    facts = {
        "divisionCode": district.code,
        "provinceName": "广东省",
        "cityName": "广州市",
        "countyName": district.name,
        "certificateNumber": certificate,
        "recordedSubject.sex": life.sex,
        "recordedSubject.ethnicity": life.ethnicity if citizen else None,
        "recordedSubject.birthDate": life.born.isoformat(),
        "recordedSubject.householdAddress": life.address if citizen else None,
        "recordedSubject.countryOrRegion": life.document.country,
        "ageAtDeath": str((death.died_on - life.born).days * 100 // 36525),
        "ageUnit": "YEAR",
        "usualAddress": life.address,
        "diedOn": f"{death.died_on.isoformat()} {death.at}",
        "deathPlace": death.place,
        "causeOfDeath.code": death.cause[0],
        "causeOfDeath.name": death.cause[1],
        "nextOfKin.name": kin.name,
        "nextOfKin.phone": phone(world.random),
        "nextOfKin.addressOrEmployer": kin.address,
        "physicianSignature": "医师甲",
        "medicalInstitution": world.courses.office(Office.HOSPITAL, district),
        "policeOfficerSignature": "民警乙",
        "policeStation": district.police_station,
    }
    values = {**subject(life, _REGISTER), **spoken(facts)}
    return Line("deathCertificate", life.key, values, round_after(death.died_on))


def _family_planning(life: Life, number: str, received_on: date) -> Line:
    item = "serviceCertNumber" if life.origin is Origin.HERE else "floatingPopulationCertNumber"
    values: Values = {
        **subject(life, _REGISTER),
        item: number,
        "receivedOn": received_on.isoformat(),
        "issuingAuthority": life.district.office("卫生和计划生育局"),
        "issuingAuthorityDivision": life.district.code,
    }
    return Line("familyPlanningCertificates", life.key, values)
