"""The people of the sample city, family by family: who they are, whom they married, whose children they are.

Takes a source of chance and of numbers; gives lives. What else happens in one, ``adapters.sample.courses`` tells.
"""

from collections.abc import Iterator
from datetime import date
from random import Random

from adapters.sample import names
from adapters.sample.days import any_day, years_after
from adapters.sample.lives import DIVORCED, FIRST_MARRIAGE, ID_CARD, REMARRIAGE, Document, Life, Marriage, Origin
from adapters.sample.numbers import Numbers
from adapters.sample.places import DISTRICTS, ELSEWHERE, address
from adapters.sample.shares import CORRECTED_NUMBERS, NEWBORN, TWINS

OLDEST, YOUNGEST_PARENT, YOUNGEST = date(1930, 1, 1), date(2002, 12, 31), date(2020, 12, 31)
_HAN = "01"
_OTHER_ETHNICITIES = ("02", "03", "06", "08", "09", "11", "12", "13", "15")
_HEAD, _SPOUSE, _SON, _DAUGHTER = "02", "10", "20", "30"


class Family:
    """People who live together: one grown-up or a couple, and their children."""

    def __init__(self, random: Random, numbers: Numbers, origin: Origin = Origin.HERE) -> None:
        self._random = random
        self._numbers = numbers
        self._origin = origin
        self._district = random.choice(DISTRICTS)
        self._address = address(random, self._district)
        self._household = numbers.digits("H", 9)
        self._surname = names.surname(random)
        self._ethnicity = _HAN if random.random() < 0.95 else random.choice(_OTHER_ETHNICITIES)

    def found(self) -> list[Life]:
        """The members, of whom two per cent of the families draw the minimum living allowance."""
        head = self.member(any_day(self._random, OLDEST, YOUNGEST_PARENT))
        members = self._couple(head) if self._random.random() < 0.7 else [head]
        if len(members) == 1 and self._random.random() < 0.25:
            head.marriages.append(self._ended(head.born))
        allowance = self._numbers.certificate("穗低保", 2023) if self._random.random() < 0.02 else None
        for member in members:
            member.head, member.household_number, member.allowance = head, self._household, allowance
        return members

    def member(self, born: date, *, male: bool | None = None, surname: str | None = None) -> Life:
        """A person of the family."""
        male = self._random.random() < 0.5 if male is None else male
        elsewhere = self._origin is Origin.ELSEWHERE or self._random.random() < 0.2
        division = self._random.choice(list(ELSEWHERE)) if elsewhere else self._district.code
        corrected = self._origin is Origin.HERE and self._random.random() < CORRECTED_NUMBERS
        return Life(
            document=self._document(division, born, male=male),
            earlier_document=self._document(division, years_after(born, 0.1), male=male) if corrected else None,
            name=(surname or self._surname) + names.given_name(self._random, male=male),
            sex="1" if male else "2",
            ethnicity=self._ethnicity,
            born=born,
            district=self._district,
            origin=self._origin,
            address=self._address,
            relationship=_HEAD,
        )

    def _document(self, division: str, born: date, *, male: bool) -> Document:
        return Document(ID_CARD, self._numbers.id_number(division, born, male=male))

    def _couple(self, head: Life) -> list[Life]:
        near = any_day(self._random, years_after(head.born, -5), years_after(head.born, 5))
        born = min(max(near, OLDEST), YOUNGEST_PARENT)
        spouse = self.member(born, male=head.sex == "2", surname=names.surname(self._random))
        spouse.relationship = _SPOUSE
        if self._random.random() < 0.85:
            self._marry(head, spouse)
        children = list(self._children(head, spouse))
        if children and self._random.random() < 0.02:
            self._adopt(head, spouse, children[0])
        return [head, spouse, *children]

    def _adopt(self, head: Life, spouse: Life, child: Life) -> None:
        child.mother = child.father = None
        certificate = self._numbers.certificate("穗收养", child.born.year)
        for member in (head, spouse, child):
            member.adoption = certificate

    def _marry(self, head: Life, spouse: Life) -> None:
        """Register a marriage; one in eight is the second of one of them, one in twenty ends between the rounds."""
        youngest = max(head.born, spouse.born)
        married_on = any_day(self._random, years_after(youngest, 24), years_after(youngest, 34))
        married_on = min(married_on, any_day(self._random, date(2024, 6, 1), date(2025, 6, 30)))
        ends_on = any_day(self._random, date(2025, 1, 7), date(2025, 6, 30)) if self._random.random() < 0.05 else None
        if ends_on and ends_on <= married_on:
            ends_on = None
        again = self._random.choice((head, spouse)) if self._random.random() < 0.12 else None
        certificate = self._numbers.certificate("J4401", married_on.year)
        for person, other in ((head, spouse), (spouse, head)):
            if person is again:
                person.marriages.append(self._ended(youngest))
            status = REMARRIAGE if person is again else FIRST_MARRIAGE
            wedding = Marriage(self._district, status, certificate, married_on, ends_on=ends_on, spouse=other)
            person.marriages.append(wedding)

    def _ended(self, youngest: date) -> Marriage:
        """A marriage that ended in divorce before 24; of one in five only the divorce is held here."""
        married_on = any_day(self._random, years_after(youngest, 20), years_after(youngest, 21))
        divorced_on = any_day(self._random, years_after(youngest, 21.1), years_after(youngest, 22))
        held = self._random.random() < 0.8
        certificate = self._numbers.certificate("L4401", divorced_on.year)
        district = self._random.choice(DISTRICTS)
        return Marriage(district, DIVORCED, certificate, married_on if held else None, divorced_on)

    def _children(self, head: Life, spouse: Life) -> Iterator[Life]:
        mother, father = (head, spouse) if head.sex == "2" else (spouse, head)
        youngest = max(head.born, spouse.born)
        for _ in range(self._random.choice((0, 1, 1, 2))):
            born = any_day(self._random, years_after(youngest, 22), years_after(youngest, 38))
            if born <= YOUNGEST:
                yield from self._born(born, mother, father)
        if date(1984, 1, 1) <= youngest and self._random.random() < NEWBORN:
            yield from self._born(any_day(self._random, date(2024, 7, 1), date(2025, 6, 1)), mother, father)

    def _born(self, born: date, mother: Life, father: Life) -> Iterator[Life]:
        for _ in range(2 if self._random.random() < TWINS else 1):
            child = self.member(born)
            child.mother, child.father = mother, father
            child.relationship = _SON if child.sex == "1" else _DAUGHTER
            yield child
