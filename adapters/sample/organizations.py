"""The organisations of the sample city, told once: businesses, social organisations and public institutions.

Takes a source of chance and of numbers; gives organisations with what is true of them. Knows no register's columns.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from random import Random

from adapters.sample import names
from adapters.sample.days import any_day
from adapters.sample.lives import Life
from adapters.sample.numbers import Numbers
from adapters.sample.places import DISTRICTS, District, address
from adapters.sample.shares import NEVER_NUMBERED, NUMBERED_FIRST


class Kind(Enum):
    """What an organisation is: the record type it is registered as, and how its credit code begins."""

    ENTERPRISE = ("businessRegistration", "91")
    INDIVIDUAL_BUSINESS = ("individualBusinessRegistration", "92")
    PRIVATE_NON_ENTERPRISE = ("privateNonEnterpriseRegistration", "52")
    SOCIAL_GROUP = ("socialGroupRegistration", "51")
    WELFARE_INSTITUTION = ("welfareInstitutionRegistration", "53")
    PUBLIC_INSTITUTION = ("publicInstitutionRegistration", "12")

    def __init__(self, record: str, prefix: str) -> None:
        self.record = record
        self.prefix = prefix

    @property
    def employs(self) -> bool:
        """Whether organisations of this kind are the employers of the city."""
        return self in (Kind.ENTERPRISE, Kind.PRIVATE_NON_ENTERPRISE, Kind.PUBLIC_INSTITUTION)

    @property
    def is_business(self) -> bool:
        """Whether the kind is registered as a business."""
        return self in (Kind.ENTERPRISE, Kind.INDIVIDUAL_BUSINESS)


class Office(Enum):
    """What a public institution does; other registers name it as a school, a hospital or an authority."""

    SCHOOL = "学校"
    UNIVERSITY = "大学"
    HOSPITAL = "医院"
    SOCIAL_INSURANCE = "社会保险基金管理中心"
    EXAMINATIONS = "考试院"


class Numbering(Enum):
    """When a credit code came: with the first registration, in a later delivery or not yet."""

    AT_ONCE = "AT_ONCE"
    LATER = "LATER"
    NEVER = "NEVER"


_SHARES = {
    Kind.ENTERPRISE: 52,
    Kind.INDIVIDUAL_BUSINESS: 22,
    Kind.PRIVATE_NON_ENTERPRISE: 7,
    Kind.SOCIAL_GROUP: 6,
    Kind.WELFARE_INSTITUTION: 3,
    Kind.PUBLIC_INSTITUTION: 10,
}
_NAMES: dict[Kind, Callable[[Random, str], str]] = {
    Kind.ENTERPRISE: lambda random, _: names.company(random),
    Kind.INDIVIDUAL_BUSINESS: names.shop,
    Kind.PRIVATE_NON_ENTERPRISE: names.school,
    Kind.SOCIAL_GROUP: names.group,
    Kind.WELFARE_INSTITUTION: names.home,
}
_CERTIFICATES = {
    Kind.PRIVATE_NON_ENTERPRISE: "穗民非证字",
    Kind.SOCIAL_GROUP: "穗社证字",
    Kind.WELFARE_INSTITUTION: "穗福证字",
    Kind.PUBLIC_INSTITUTION: "事证第",
}
_OFFICES = (*(Office.SCHOOL,) * 4, *(Office.HOSPITAL,) * 3, Office.UNIVERSITY, *Office)


@dataclass(slots=True, eq=False)
class Organization:
    """An organisation; ``number`` is its registration or certificate number, ``ended_on`` the day it was cancelled."""

    kind: Kind
    credit_code: str
    number: str
    name: str
    district: District
    address: str
    founded_on: date
    numbering: Numbering
    ended_on: date | None
    office: Office | None
    supervisor: str
    representative: Life | None = None

    @property
    def key(self) -> str:
        """What the answer key calls the organisation."""
        return self.number if self.numbering is Numbering.NEVER else self.credit_code

    @property
    def organization_code(self) -> str:
        """The organisation code that the credit code embeds (GB 32100)."""
        return self.credit_code[8:17]

    def represented_by(self) -> Life:
        """Who represents it, once somebody was appointed."""
        if self.representative is None:
            raise LookupError("an organisation is registered after somebody was appointed to represent it")
        return self.representative


class Organizations:
    """Founds organisations; somebody is appointed to represent them later."""

    def __init__(self, random: Random, numbers: Numbers) -> None:
        self._random = random
        self._numbers = numbers

    def found(self, count: int) -> Iterator[Organization]:
        """``count`` organisations of all kinds."""
        kinds = self._random.choices(list(_SHARES), weights=list(_SHARES.values()), k=count)
        return (self._found(kind) for kind in kinds)

    def new_name(self, kind: Kind, district: District, office: Office | None) -> str:
        """A name for an organisation of ``kind``."""
        if office:
            return names.institution(self._random, district.name, office.value)
        return _NAMES[kind](self._random, district.name)

    def _found(self, kind: Kind) -> Organization:
        district = self._random.choice(DISTRICTS)
        founded_on = any_day(self._random, date(1995, 1, 1), date(2024, 11, 30))
        office = self._random.choice(_OFFICES) if kind is Kind.PUBLIC_INSTITUTION else None
        ended = self._random.random() < 0.02 and not kind.employs
        return Organization(
            kind=kind,
            credit_code=self._numbers.credit_code(kind.prefix, district.code),
            number=(
                self._numbers.registration_number(district.code)
                if kind.is_business
                else self._numbers.certificate(_CERTIFICATES[kind], founded_on.year)
            ),
            name=self.new_name(kind, district, office),
            district=district,
            address=address(self._random, district),
            founded_on=founded_on,
            numbering=self._numbering(kind),
            ended_on=any_day(self._random, founded_on, date(2024, 12, 31)) if ended else None,
            office=office,
            supervisor=district.office(self._random.choice(("教育局", "卫生健康局", "文化广电旅游体育局"))),
        )

    def _numbering(self, kind: Kind) -> Numbering:
        """Old licences and certificates came without a code."""
        if kind in (Kind.SOCIAL_GROUP, Kind.WELFARE_INSTITUTION, Kind.PUBLIC_INSTITUTION):
            return Numbering.AT_ONCE
        roll = self._random.random()
        if roll < NUMBERED_FIRST:
            return Numbering.LATER
        return Numbering.NEVER if roll < NUMBERED_FIRST + NEVER_NUMBERED else Numbering.AT_ONCE
