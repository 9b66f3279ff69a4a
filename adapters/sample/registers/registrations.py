"""What the registers that organisations are founded in say of them (GZ-Detail Art. 20, 24, 25)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random

from adapters.sample.days import Round
from adapters.sample.lives import Life
from adapters.sample.organizations import Kind, Numbering, Organization
from adapters.sample.places import DISTRICTS, address, phone
from adapters.sample.story import Line, Story, Values, World, reference


@dataclass(frozen=True, slots=True)
class _Form:
    """How the record type of a kind calls what all kinds have, and the codes and texts that only it has."""

    address: str = "address"
    representative: str = "legalRepresentative"
    founded_on: str = "registeredOn"
    number: str = "certificateNumber"
    office: str | None = "民政局"
    divided: bool = True
    supervised: bool = False
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_INDUSTRIES = ("C", "E", "F", "G", "H", "I", "K", "O", "6511", "5299")
_SCOPES = ("食品销售", "餐饮服务", "日用百货零售", "理发服务", "软件开发")
_FORMS = {
    Kind.ENTERPRISE: _Form(
        address="registeredAddress",
        founded_on="establishedOn",
        number="registrationNumber",
        office="市场监督管理局",
        codes={
            "enterpriseType": ("1130", "1151", "1190", "4540", "9999"),
            "industry": _INDUSTRIES,
            "businessScope": _SCOPES,
            "registeredCapital": ("10", "50", "100", "1000"),
            "capitalCurrency": ("CNY", "CNY", "HKD", "USD"),
        },
    ),
    Kind.INDIVIDUAL_BUSINESS: _Form(
        address="premises",
        representative="operator",
        founded_on="establishedOn",
        number="registrationNumber",
        office="市场监督管理局",
        codes={"industry": _INDUSTRIES, "businessScope": _SCOPES},
    ),
    Kind.PRIVATE_NON_ENTERPRISE: _Form(
        supervised=True,
        codes={
            "unitType": ("EDUCATION", "HEALTH", "CULTURE", "SPORTS", "CIVIL_AFFAIRS"),
            "businessScope": ("教育培训", "医疗服务", "社会工作服务"),
        },
    ),
    Kind.SOCIAL_GROUP: _Form(supervised=True, codes={"groupType": ("ACADEMIC", "INDUSTRY", "PROFESSIONAL", "JOINT")}),
    Kind.WELFARE_INSTITUTION: _Form(codes={"institutionType": ("ELDERLY", "DISABLED", "CHILDREN", "COMPREHENSIVE")}),
    Kind.PUBLIC_INSTITUTION: _Form(office=None, divided=False),
}
_KINDS = {kind.record: kind for kind in Kind}


def stories(world: World) -> Iterator[Story]:
    """One story for each organisation; some begin with a number of the register alone."""
    for organization in world.organizations:
        line = Line(organization.kind.record, organization.key, _registered(world, organization))
        unnumbered = {name: value for name, value in line.values.items() if name != "creditCode"}
        match organization.numbering:
            case Numbering.AT_ONCE:
                yield [line]
            case Numbering.LATER:
                yield [Line(line.record, line.entity, unnumbered), line.then(Round.SECOND)]
            case Numbering.NEVER:
                yield [Line(line.record, line.entity, unnumbered)]


def change(world: World, line: Line) -> Values | None:
    """A new name, a new representative or a new address."""
    kind = _KINDS[line.record]
    form = _FORMS[kind]
    district = world.random.choice(DISTRICTS)
    changes: list[Values] = [{form.address: address(world.random, district)}]
    if kind is not Kind.PUBLIC_INSTITUTION:
        changes.append({"name": world.founder.new_name(kind, district, None)})
    successor = world.representatives()
    if successor.is_citizen and f"{form.representative}.idType" not in line.values:
        changes.append(reference(form.representative, successor))
    return world.random.choice(changes)


def _registered(world: World, organization: Organization) -> Values:
    form, random = _FORMS[organization.kind], world.random
    district = organization.district
    values = {
        "creditCode": organization.credit_code,
        form.number: organization.number,
        "name": organization.name,
        **_represented(random, form, organization.represented_by()),
        form.address: organization.address,
        form.founded_on: _reduced(random, organization.founded_on),
        "registrationStatus": "CANCELLED" if organization.ended_on else "ACTIVE",
        **{item: random.choice(codes) for item, codes in form.codes.items()},
    }
    if organization.ended_on:
        values["cancelledOn"] = organization.ended_on.isoformat()
    if form.divided:
        values |= {"division.code": district.code, "division.name": district.name}
    if form.office:
        values["registrationAuthority"] = district.office(form.office)
    if form.supervised:
        values["supervisingUnit"] = _supervisor(world, organization)
    if not organization.kind.is_business:
        values["phone"] = phone(random)
    return values


def _supervisor(world: World, organization: Organization) -> str:
    """The supervising unit: an authority, or one in four times a public institution of the city by its code."""
    units = [found for found in world.organizations if found.kind is Kind.PUBLIC_INSTITUTION]
    return world.random.choice(units).credit_code if units and world.random.random() < 0.25 else organization.supervisor


def _reduced(random: Random, day: date) -> str:
    return day.isoformat()[: random.choice((10, 10, 10, 7))]


def _represented(random: Random, form: _Form, life: Life) -> Values:
    """The representative; of a citizen the kind of document is told at times."""
    told = {f"{form.representative}.idType": life.document.kind} if random.random() < 0.2 else {}
    return {**reference(form.representative, life), **told}
