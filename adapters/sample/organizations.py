"""The organisations of the sample city: businesses, social organisations and welfare institutions.

Takes the people who may represent them; gives organisations with what is true of them. Knows no register's columns.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from random import Random

from adapters.sample import names
from adapters.sample.days import age, any_day
from adapters.sample.numbers import Numbers
from adapters.sample.people import People, Person
from adapters.sample.places import DISTRICTS, District, address
from adapters.sample.shares import OUTSIDERS


class Kind(Enum):
    """What an organisation is: the record type it is registered as, and how its credit code begins."""

    ENTERPRISE = ("businessRegistration", "91")
    INDIVIDUAL_BUSINESS = ("individualBusinessRegistration", "92")
    PRIVATE_NON_ENTERPRISE = ("privateNonEnterpriseRegistration", "52")
    SOCIAL_GROUP = ("socialGroupRegistration", "51")
    WELFARE_INSTITUTION = ("welfareInstitutionRegistration", "53")

    def __init__(self, record: str, prefix: str) -> None:
        self.record = record
        self.prefix = prefix

    @property
    def employs(self) -> bool:
        """Whether organisations of this kind are the employers of the city."""
        return self in (Kind.ENTERPRISE, Kind.PRIVATE_NON_ENTERPRISE)

    @property
    def is_business(self) -> bool:
        """Whether the kind is registered as a business."""
        return self in (Kind.ENTERPRISE, Kind.INDIVIDUAL_BUSINESS)


_SHARES = {
    Kind.ENTERPRISE: 60,
    Kind.INDIVIDUAL_BUSINESS: 25,
    Kind.PRIVATE_NON_ENTERPRISE: 6,
    Kind.SOCIAL_GROUP: 6,
    Kind.WELFARE_INSTITUTION: 3,
}
_NAMES: dict[Kind, Callable[[Random, str], str]] = {
    Kind.ENTERPRISE: lambda random, _: names.company(random),
    Kind.INDIVIDUAL_BUSINESS: names.shop,
    Kind.PRIVATE_NON_ENTERPRISE: names.school,
    Kind.SOCIAL_GROUP: names.group,
    Kind.WELFARE_INSTITUTION: names.home,
}


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation; ``number`` is its registration or certificate number."""

    kind: Kind
    credit_code: str
    number: str
    name: str
    representative: Person
    district: District
    address: str
    founded_on: date


class Organizations:
    """Founds organisations that people of the city, and a few outsiders, represent."""

    def __init__(self, random: Random, numbers: Numbers, people: People, persons: list[Person]) -> None:
        self._random = random
        self._numbers = numbers
        self._people = people
        self._grown_up = [person for person in persons if 22 <= age(person.born) <= 75]

    def found(self, count: int) -> list[Organization]:
        """``count`` organisations of all kinds."""
        kinds = self._random.choices(list(_SHARES), weights=list(_SHARES.values()), k=count)
        return [self._found(kind) for kind in kinds]

    def new_name(self, kind: Kind, district: District) -> str:
        """A name for an organisation of ``kind``."""
        return _NAMES[kind](self._random, district.name)

    def representative(self) -> Person:
        """Somebody to represent an organisation."""
        outsider = not self._grown_up or self._random.random() < OUTSIDERS
        return self._people.outsider() if outsider else self._random.choice(self._grown_up)

    def _found(self, kind: Kind) -> Organization:
        district = self._random.choice(DISTRICTS)
        founded_on = any_day(self._random, date(1995, 1, 1), date(2024, 11, 30))
        return Organization(
            kind=kind,
            credit_code=self._numbers.credit_code(kind.prefix, district.code),
            number=(
                self._numbers.registration_number(district.code)
                if kind.is_business
                else self._numbers.certificate("穗民证字", founded_on.year)
            ),
            name=self.new_name(kind, district),
            representative=self.representative(),
            district=district,
            address=address(self._random, district),
            founded_on=founded_on,
        )
