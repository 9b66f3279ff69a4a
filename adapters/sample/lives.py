"""A life, told once: who somebody is and what happened to them. Plain data; knows no register and no chance.

Codes are those of the standards, dates are whole; what a register knows of a life, and how, is its renderer's affair.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from adapters.sample.places import District

ID_CARD, PASSPORT, HONG_KONG_MACAO, TAIWAN = "1", "3", "6", "7"
"""Kinds of document (国卫规划发〔2013〕57号)."""
MALE, FEMALE = "1", "2"
FIRST_MARRIAGE, REMARRIAGE, WIDOWED, DIVORCED = "21", "22", "30", "40"
STUDENT, RETIRED = "31", "80"


class Origin(Enum):
    """Where somebody belongs: in a household here, elsewhere in the country, beyond the border or abroad."""

    HERE = "HERE"
    ELSEWHERE = "ELSEWHERE"
    BEYOND_THE_BORDER = "BEYOND_THE_BORDER"
    ABROAD = "ABROAD"


@dataclass(frozen=True, slots=True)
class Document:
    """An identity document: its kind, its number and the country or region that issued it (GB/T 2659)."""

    kind: str
    number: str
    country: str = "CHN"


@dataclass(frozen=True, slots=True, eq=False)
class Employer:
    """Where somebody works: an organisation of the city, or one that no register of it holds."""

    name: str
    district: District
    credit_code: str | None = None

    @property
    def social_security_number(self) -> str | None:
        """The number that social security knows the employer by."""
        return f"DW{self.credit_code[8:17]}" if self.credit_code else None


@dataclass(frozen=True, slots=True, eq=False)
class Marriage:
    """A marriage registered by a district; ``ends_on`` is a divorce or death that the first round does not know yet."""

    district: District
    status: str
    certificate: str
    married_on: date | None
    divorced_on: date | None = None
    ends_on: date | None = None
    ends_in: str = DIVORCED
    spouse: "Life | None" = None

    @property
    def registered_on(self) -> date:
        """The day of the first registration that is held here."""
        return next(day for day in (self.married_on, self.divorced_on) if day)


@dataclass(frozen=True, slots=True)
class Birth:
    """A birth that a hospital certified; ``registered`` tells whether the child was given a number since."""

    certificate: str
    issued_at: str
    health: str
    hospital: str
    registered: bool = True


@dataclass(frozen=True, slots=True)
class Death:
    """A death: health knows it by a certificate, the household by its cancellation, or only one of them does."""

    died_on: date
    at: str
    certificate: str | None
    cancelled: bool
    cause: tuple[str, str]
    place: str


@dataclass(frozen=True, slots=True)
class Permit:
    """A residence permit."""

    number: str
    issued_on: date
    cancelled_on: date | None


@dataclass(frozen=True, slots=True)
class Schooling:
    """A time at one school; one that ended says how."""

    school: str
    address: str
    student_number: str
    enrolled_on: date
    ended_on: date | None
    ending: str | None
    transferred_from: str | None = None
    suspended_on: date | None = None
    resumed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Study:
    """A course of higher education: a diploma and, where one was conferred, a degree."""

    level: str
    major: str
    diploma: str
    university: str
    finished_on: date
    degree: str | None
    degree_certificate: str | None


@dataclass(frozen=True, slots=True)
class Job:
    """Work for an employer; social security and the housing fund hear of it in words of their own."""

    employer: Employer
    since: date
    until: date | None
    fund_account: str | None
    title: str | None
    title_on: date | None
    appointed_on: date | None


@dataclass(frozen=True, slots=True)
class Licence:
    """A qualification, or the right to practise."""

    record: str
    name: str
    number: str
    issued_by: str
    issued_on: date
    cancelled_on: date | None


@dataclass(frozen=True, slots=True)
class Disability:
    """A certified disability: category, level and how often the certificate was renewed."""

    category: str
    level: str
    renewals: str
    issued_on: date
    cancelled_on: date | None


@dataclass(slots=True, eq=False)
class Life:
    """A person. ``names`` holds what single registers call them by mistake."""

    document: Document
    name: str
    sex: str
    ethnicity: str
    born: date
    district: District
    origin: Origin
    address: str
    names: dict[str, str] = field(default_factory=dict)
    earlier_document: Document | None = None
    household_number: str | None = None
    head: "Life | None" = None
    relationship: str = "02"
    mother: "Life | None" = None
    father: "Life | None" = None
    marriages: list[Marriage] = field(default_factory=list)
    adoption: str | None = None
    allowance: str | None = None
    family_planning: tuple[str, date] | None = None
    birth: Birth | None = None
    death: Death | None = None
    moved_out_on: date | None = None
    permit: Permit | None = None
    schooling: Schooling | None = None
    study: Study | None = None
    status: str | None = None
    job: Job | None = None
    social_security_number: str | None = None
    licence: Licence | None = None
    disability: Disability | None = None

    @property
    def key(self) -> str:
        """What the answer key calls the person: the number of the document, or a newborn's certificate."""
        return self.document.number if self.numbered or not self.birth else self.birth.certificate

    @property
    def numbered(self) -> bool:
        """Whether the person was given a number, as a newborn is only when the household is told."""
        return self.birth is None or self.birth.registered

    @property
    def is_citizen(self) -> bool:
        """Whether the document is an identity card."""
        return self.document.kind == ID_CARD

    def name_in(self, register: str) -> str:
        """The name under which a register knows the person."""
        return self.names.get(register, self.name)
