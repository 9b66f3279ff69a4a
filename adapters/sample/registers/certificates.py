"""What three registers say of papers people hold: disability, housing fund, licences (GZ-Detail Art. 16, 17, 18)."""

from collections.abc import Iterator
from datetime import date

from adapters.sample.days import iso, years_after
from adapters.sample.lives import Disability, Job, Licence, Life
from adapters.sample.places import DISTRICTS
from adapters.sample.story import Line, Story, Values, World, spoken, subject

_NORMAL, _FROZEN = "01", "06"


def stories(world: World) -> Iterator[Story]:
    """The stories of all certificates of disability, housing fund accounts and licences."""
    for life in world.lives:
        if life.disability:
            yield [_disability(world, life, life.disability)]
        if life.job and life.job.fund_account:
            yield [_account(world, life, life.job)]
        if life.licence:
            yield [_licence(world, life, life.licence)]


def change(world: World, line: Line) -> Values | None:
    """A frozen account, a new end of validity; what is cancelled stays so."""
    if "cancelledOn" in line.values:
        return None
    if line.record == "housingFundAccounts":
        return {"accountStatus": _FROZEN}
    return {"validUntil": f"{world.random.randrange(2030, 2036)}-12-31"}


def _disability(world: World, life: Life, paper: Disability) -> Line:
    office, cancelled = life.district.office("残疾人联合会"), paper.cancelled_on is not None
    facts = {
        "certificateNumber": f"{life.document.number}{paper.category}{paper.level}{paper.renewals}",
        "issuingAuthority": office,
        "issuingAuthorityDivision": life.district.code,
        "issuedOn": paper.issued_on.isoformat(),
        "validUntil": years_after(paper.issued_on, 10).isoformat(),
        "cancelReason": world.random.choice(("RECOVERED", "VOLUNTARY", "MOVED_OUT")) if cancelled else None,
        "cancellingAuthority": office if cancelled else None,
        "cancellingAuthorityDivision": world.random.choice(DISTRICTS).code if cancelled else None,
        "cancelledOn": iso(paper.cancelled_on),
    }
    return Line("disabilityCertificates", life.key, {**subject(life, "disabled_persons"), **spoken(facts)})


def _account(world: World, life: Life, job: Job) -> Line:
    facts = {
        "accountNumber": job.fund_account,
        "accountStatus": _NORMAL,
        "employerName": job.employer.name,
        "employer.creditCode": job.employer.credit_code if world.random.random() < 0.7 else None,
        "registeredOn": max(job.since, date(1999, 4, 3)).isoformat(),
    }
    return Line("housingFundAccounts", life.key, {**subject(life, "housing_fund"), **spoken(facts)})


def _licence(world: World, life: Life, licence: Licence) -> Line:
    facts = {
        "name": licence.name,
        "number": licence.number,
        "issuingDepartment": licence.issued_by,
        "issuingDepartmentDivision": life.district.code,
        "issuedOn": licence.issued_on.isoformat()[: world.random.choice((10, 10, 7, 4))],
        "cancelledOn": iso(licence.cancelled_on),
        "validUntil": years_after(licence.issued_on, 5).isoformat() if world.random.random() < 0.5 else None,
    }
    return Line(licence.record, life.key, {**subject(life, "licensing"), **spoken(facts)})
