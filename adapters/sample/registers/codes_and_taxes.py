"""What the registers that number organisations say of them: organisation codes and taxes (GZ-Detail Art. 21 to 23)."""

from collections.abc import Iterator

from adapters.sample.days import any_day, years_after
from adapters.sample.organizations import Kind, Numbering, Organization
from adapters.sample.places import DISTRICTS, District, address
from adapters.sample.story import Line, Story, Values, World

_TYPES = {Kind.ENTERPRISE: "1", Kind.INDIVIDUAL_BUSINESS: "1", Kind.PUBLIC_INSTITUTION: "3", Kind.SOCIAL_GROUP: "4"}
_OTHER_TYPE = "9"


def stories(world: World) -> Iterator[Story]:
    """Codes of two in five organisations that have a credit code, and the taxes of half of the businesses."""
    for organization in world.organizations:
        if organization.numbering is Numbering.NEVER:
            continue
        if world.random.random() < 0.4:
            yield [_coded(world, organization)]
        if organization.kind.is_business and world.random.random() < 0.5:
            yield [_taxed(world, organization, "localTaxRegistration", "地方税务局")]
            yield [_taxed(world, organization, "nationalTaxRegistration", "国家税务局")]


def change(world: World, line: Line) -> Values | None:
    """Another registered address."""
    return {"registeredAddress": address(world.random, world.random.choice(DISTRICTS))}


def _coded(world: World, organization: Organization) -> Line:
    """The registration of a code; an old one has no credit code beside it."""
    founded_on = organization.founded_on
    values = {
        "organizationCode": organization.organization_code,
        "approvalDocumentNumber": f"穗编字〔{founded_on.year}〕{world.random.randrange(1, 900)}号",
        "registrationType": _TYPES.get(organization.kind, _OTHER_TYPE),
        "registeredAddress": organization.address,
        "verifiedOn": any_day(world.random, founded_on, years_after(founded_on, 1)).isoformat(),
        "verificationResult": "PASSED" if world.random.random() < 0.95 else "FAILED",
        "establishedOn": founded_on.isoformat(),
        "certificateIssuedOn": years_after(founded_on, 0.1).isoformat()[: world.random.choice((10, 7))],
    }
    if world.random.random() < 0.6:
        values["creditCode"] = organization.credit_code
    return Line("organizationCodeRegistration", organization.key, values)


def _taxed(world: World, organization: Organization, record: str, office: str) -> Line:
    values = {
        "taxpayerId": _taxpayer_id(world, organization, organization.district),
        "registeredAddress": organization.address,
        "registeredOn": any_day(world.random, organization.founded_on, years_after(organization.founded_on, 0.1)),
        "registrationAuthority": organization.district.office(office),
    }
    return Line(record, organization.key, {name: str(value) for name, value in values.items()})


def _taxpayer_id(world: World, organization: Organization, district: District) -> str:
    """The credit code, or as before the three certificates became one, division and organisation code."""
    if world.random.random() < 0.7:
        return organization.credit_code
    return f"{district.code}{organization.organization_code}"
