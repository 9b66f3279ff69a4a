"""The people of the sample city, family by family.

Takes a source of chance and of numbers; gives persons with what is true of them. Knows no register's columns.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from random import Random

from adapters.sample import names
from adapters.sample.days import any_day, years_after
from adapters.sample.numbers import Numbers
from adapters.sample.places import DISTRICTS, ELSEWHERE, District
from adapters.sample.shares import CONFLICTS, MIGRANTS

OLDEST, YOUNGEST_PARENT, YOUNGEST = date(1930, 1, 1), date(2002, 12, 31), date(2020, 12, 31)
_HAN = "01"
_OTHER_ETHNICITIES = ("02", "03", "06", "08", "09", "11", "12", "13", "15")
_FIRST_MARRIAGE, _REMARRIAGE, DIVORCED = "21", "22", "40"


@dataclass(frozen=True, slots=True)
class Marriage:
    """A marriage registered by a district; ``ends_on`` is a divorce that the first round does not know yet."""

    district: District
    status: str
    married_on: date | None
    divorced_on: date | None = None
    ends_on: date | None = None

    @property
    def registered_on(self) -> date:
        """The day of the first registration that is held here."""
        return next(day for day in (self.married_on, self.divorced_on) if day)


@dataclass(slots=True)
class Person:
    """A person; ``names`` holds what single registers call them by mistake, codes are those of the standards."""

    id_number: str
    name: str
    sex: str
    ethnicity: str
    born: date
    district: District
    migrant: bool
    names: dict[str, str] = field(default_factory=dict)
    marriages: list[Marriage] = field(default_factory=list)
    adoption: str | None = None
    allowance: str | None = None
    social_security_number: str | None = None

    def name_in(self, register: str) -> str:
        """The name under which a register knows the person."""
        return self.names.get(register, self.name)


class People:
    """Brings people into the world."""

    def __init__(self, random: Random, numbers: Numbers) -> None:
        self._random = random
        self._numbers = numbers

    def settle(self, count: int) -> list[Person]:
        """``count`` persons in families; the last family may be cut short."""
        persons = list(islice(self._families(), count))
        for person in persons:
            self._know(person)
        return persons

    def outsider(self) -> Person:
        """A grown-up whom no register of the city holds a record of."""
        stranger = Family(self._random, self._numbers, migrant=True)
        return stranger.member(any_day(self._random, date(1955, 1, 1), date(1998, 1, 1)))

    def _families(self) -> Iterator[Person]:
        while True:
            family = Family(self._random, self._numbers, migrant=self._random.random() < MIGRANTS)
            yield from family.found()

    def _know(self, person: Person) -> None:
        """Decide whether social security knows the person, as it does all migrants, and who writes a wrong name."""
        mistaken = not person.migrant and self._random.random() < CONFLICTS
        if person.migrant or mistaken or self._random.random() < 0.85:
            person.social_security_number = self._numbers.social_security_number()
        if mistaken:
            married = person.marriages and self._random.random() < 0.5
            register = "civil_affairs" if married else "social_security"
            person.names[register] = names.altered(self._random, person.name)


class Family:
    """People who live together: one grown-up or a couple, and their children."""

    def __init__(self, random: Random, numbers: Numbers, *, migrant: bool) -> None:
        self._random = random
        self._numbers = numbers
        self._migrant = migrant
        self._district = random.choice(DISTRICTS)
        self._surname = names.surname(random)
        self._ethnicity = _HAN if random.random() < 0.95 else random.choice(_OTHER_ETHNICITIES)

    def found(self) -> list[Person]:
        """The members, of whom two per cent of the families draw the minimum living allowance."""
        head = self.member(any_day(self._random, OLDEST, YOUNGEST_PARENT))
        members = self._couple(head) if self._random.random() < 0.7 else [head]
        if len(members) == 1 and self._random.random() < 0.25:
            head.marriages.append(self._ended(head.born))
        if self._random.random() < 0.02:
            certificate = self._numbers.certificate("穗低保", 2023)
            for member in members:
                member.allowance = certificate
        return members

    def member(self, born: date, *, male: bool | None = None, surname: str | None = None) -> Person:
        """A person of the family."""
        male = self._random.random() < 0.5 if male is None else male
        elsewhere = self._migrant or self._random.random() < 0.2
        division = self._random.choice(ELSEWHERE) if elsewhere else self._district.code
        return Person(
            id_number=self._numbers.id_number(division, born, male=male),
            name=(surname or self._surname) + names.given_name(self._random, male=male),
            sex="1" if male else "2",
            ethnicity=self._ethnicity,
            born=born,
            district=self._district,
            migrant=self._migrant,
        )

    def _couple(self, head: Person) -> list[Person]:
        near = any_day(self._random, years_after(head.born, -5), years_after(head.born, 5))
        born = min(max(near, OLDEST), YOUNGEST_PARENT)
        spouse = self.member(born, male=head.sex == "2", surname=names.surname(self._random))
        if self._random.random() < 0.85:
            self._marry(head, spouse)
        children = list(self._children(max(head.born, spouse.born)))
        if children and self._random.random() < 0.02:
            certificate = self._numbers.certificate("穗收养", children[0].born.year)
            for member in (head, spouse, children[0]):
                member.adoption = certificate
        return [head, spouse, *children]

    def _marry(self, head: Person, spouse: Person) -> None:
        """Register a marriage; one in eight is the second of one of them, one in twenty ends between the rounds."""
        youngest = max(head.born, spouse.born)
        married_on = any_day(self._random, years_after(youngest, 24), years_after(youngest, 34))
        married_on = min(married_on, any_day(self._random, date(2024, 6, 1), date(2025, 6, 30)))
        ends_on = any_day(self._random, date(2025, 1, 7), date(2025, 6, 30)) if self._random.random() < 0.05 else None
        if ends_on and ends_on <= married_on:
            ends_on = None
        again = self._random.choice((head, spouse)) if self._random.random() < 0.12 else None
        for person in (head, spouse):
            if person is again:
                person.marriages.append(self._ended(youngest))
            status = _REMARRIAGE if person is again else _FIRST_MARRIAGE
            person.marriages.append(Marriage(self._district, status, married_on, ends_on=ends_on))

    def _ended(self, youngest: date) -> Marriage:
        """A marriage that ended in divorce before 24; of one in five only the divorce is held here."""
        married_on = any_day(self._random, years_after(youngest, 20), years_after(youngest, 21))
        divorced_on = any_day(self._random, years_after(youngest, 21.1), years_after(youngest, 22))
        held = self._random.random() < 0.8
        return Marriage(self._random.choice(DISTRICTS), DIVORCED, married_on if held else None, divorced_on)

    def _children(self, youngest: date) -> Iterator[Person]:
        for _ in range(self._random.choice((0, 1, 1, 2))):
            born = any_day(self._random, years_after(youngest, 22), years_after(youngest, 38))
            if born <= YOUNGEST:
                yield self.member(born)
