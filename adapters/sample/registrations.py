"""What business registration and civil affairs say of organisations (GZ-Detail Art. 20, 24)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from adapters.sample.days import Round
from adapters.sample.organizations import Kind, Organization
from adapters.sample.people import Person
from adapters.sample.places import DISTRICTS, address, phone
from adapters.sample.shares import NUMBERED_FIRST
from adapters.sample.story import Line, Story, Values, World


@dataclass(frozen=True, slots=True)
class _Form:
    """How the record type of a kind calls what all kinds have, and the codes and texts that only it has."""

    address: str
    representative: str = "legalRepresentative"
    founded_on: str = "registeredOn"
    number: str | None = "certificateNumber"
    office: str = "民政局"
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_INDUSTRIES = ("C", "E", "F", "G", "H", "I", "K", "O", "6511", "5299")
_FORMS = {
    Kind.ENTERPRISE: _Form(
        address="registeredAddress",
        founded_on="establishedOn",
        number="registrationNumber",
        office="市场监督管理局",
        codes={"enterpriseType": ("1130", "1151", "1190", "4540", "9999"), "industry": _INDUSTRIES},
    ),
    Kind.INDIVIDUAL_BUSINESS: _Form(
        address="premises",
        representative="operator",
        founded_on="establishedOn",
        number="registrationNumber",
        office="市场监督管理局",
        codes={"industry": _INDUSTRIES, "businessScope": ("食品销售", "餐饮服务", "日用百货零售", "理发服务")},
    ),
    Kind.PRIVATE_NON_ENTERPRISE: _Form(
        address="address",
        number=None,
        codes={
            "unitType": ("EDUCATION", "HEALTH", "CULTURE", "SPORTS", "CIVIL_AFFAIRS"),
            "supervisingUnit": ("广州市教育局", "广州市卫生健康委员会", "广州市体育局"),
            "businessScope": ("教育培训", "医疗服务", "社会工作服务"),
        },
    ),
    Kind.SOCIAL_GROUP: _Form(
        address="address",
        codes={
            "groupType": ("ACADEMIC", "INDUSTRY", "PROFESSIONAL", "JOINT"),
            "supervisingUnit": ("广州市工商业联合会", "广州市文化广电旅游局", "广州市体育局"),
        },
    ),
    Kind.WELFARE_INSTITUTION: _Form(
        address="address",
        codes={"institutionType": ("ELDERLY", "DISABLED", "CHILDREN", "COMPREHENSIVE")},
    ),
}
_KINDS = {kind.record: kind for kind in Kind}


def stories(world: World) -> Iterator[Story]:
    """One story for each organisation; a few businesses begin with a registration number alone."""
    for organization in world.organizations:
        line = Line(organization.kind.record, organization.credit_code, _registered(world.random, organization))
        if organization.kind.is_business and world.random.random() < NUMBERED_FIRST:
            unnumbered = {name: value for name, value in line.values.items() if name != "creditCode"}
            yield [Line(line.record, line.entity, unnumbered), line.then(Round.SECOND)]
        else:
            yield [line]


def change(world: World, line: Line) -> Values | None:
    """A new name, a new representative or a new address."""
    kind = _KINDS[line.record]
    form = _FORMS[kind]
    district = world.random.choice(DISTRICTS)
    return world.random.choice(
        (
            {"name": world.founder.new_name(kind, district)},
            _represented(form, world.founder.representative()),
            {form.address: address(world.random, district)},
        )
    )


def _registered(random: Random, organization: Organization) -> Values:
    form = _FORMS[organization.kind]
    district = organization.district
    values = {
        "creditCode": organization.credit_code,
        "name": organization.name,
        **_represented(form, organization.representative),
        "division.code": district.code,
        "division.name": district.name,
        form.address: organization.address,
        form.founded_on: organization.founded_on.isoformat()[: random.choice((10, 10, 10, 7))],
        "registrationAuthority": district.office(form.office),
        **{item: random.choice(codes) for item, codes in form.codes.items()},
    }
    if form.number:
        values[form.number] = organization.number
    if not organization.kind.is_business:
        values["phone"] = phone(random)
    return values


def _represented(form: _Form, person: Person) -> Values:
    return {f"{form.representative}.name": person.name, f"{form.representative}.idNumber": person.id_number}
