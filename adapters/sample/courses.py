"""What happens in the lives of the sample city: births certified, schools, work, licences, illness and death.

Takes lives and the organisations they meet; tells each life on. Knows no register's columns.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from random import Random

from adapters.sample import names
from adapters.sample.days import age, any_day, years_after
from adapters.sample.lives import (
    RETIRED,
    STUDENT,
    WIDOWED,
    Birth,
    Death,
    Disability,
    Employer,
    Job,
    Licence,
    Life,
    Origin,
    Permit,
    Schooling,
    Study,
)
from adapters.sample.numbers import Numbers
from adapters.sample.organizations import Office, Organization
from adapters.sample.places import DISTRICTS, District, address
from adapters.sample.shares import CONFLICTS, DECEASED, MOVED_OUT

EMPLOYED = ("11", "13", "17", "21", "24")
UNEMPLOYED = ("27", "51", "54", "70", "90")
_TITLES = ("012", "013", "083", "084", "123", "133", "233", "234", "0999")
_LICENCES = (
    ("qualificationCertificates", "教师资格证书", "教育局"),
    ("qualificationCertificates", "注册会计师全国统一考试全科合格证", "财政局"),
    ("practiceCertificates", "医师执业证书", "卫生健康局"),
    ("practiceCertificates", "律师执业证", "司法局"),
)
_MAJORS = ("080901", "050101", "临床医学", "会计学", "100201")
_CAUSES = (("I21.9", "急性心肌梗死"), ("I64", "脑卒中"), ("C34.9", "支气管或肺恶性肿瘤"), ("J44.9", "慢性阻塞性肺病"))
_NEWBORN, _OLD_ENOUGH = 2024, 45
_SCHOOL_ENDINGS = ("GRADUATION", "GRADUATION", "GRADUATION", "TRANSFER", "WITHDRAWAL", "GOING_ABROAD")


class Courses:
    """Tells what happens in a life; ``organizations`` are where it happens."""

    def __init__(self, random: Random, numbers: Numbers, organizations: Iterable[Organization]) -> None:
        self._random = random
        self._numbers = numbers
        known = [found for found in organizations if not found.ended_on]
        self._employers = [found for found in known if found.kind.employs]
        self._offices = {office: [found for found in known if found.office is office] for office in Office}

    def tell(self, life: Life) -> None:
        """Tell what happened in ``life``."""
        self._be_born(life)
        self._learn(life)
        self._work(life)
        self._live(life)
        self._leave(life)
        self._be_known(life)

    def office(self, office: Office, district: District) -> str:
        """How registers name a school, a hospital or an authority: by name, or one in three times by credit code."""
        known: Sequence[Organization] = self._offices[office]
        if not known:
            return names.institution(self._random, district.name, office.value)
        chosen = self._random.choice(known)
        return chosen.credit_code if self._random.random() < 0.3 else chosen.name

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _be_born(self, life: Life) -> None:
        """Certify the births of the last years; one newborn in five has no number yet."""
        if life.mother is None or life.origin is not Origin.HERE or life.born < date(2012, 1, 1):
            return
        issued_at = f"{any_day(self._random, life.born, years_after(life.born, 0.02)).isoformat()} 09:30"
        life.birth = Birth(
            certificate=self._numbers.birth_certificate(life.born.year),
            issued_at=issued_at,
            health=self._random.choice(("1", "1", "1", "2")),
            hospital=self.office(Office.HOSPITAL, life.district),
            registered=life.born < date(2024, 7, 1) or not self._chance(0.2),
        )

    def _learn(self, life: Life) -> None:
        years = age(life.born)
        if life.numbered and 6 <= years < 24 and self._chance(0.55):
            life.schooling = self._schooling(life, years)
        if 23 <= years < 70 and self._chance(0.12):
            life.study = self._studied(life)

    def _schooling(self, life: Life, years: int) -> Schooling:
        enrolled_on = date(min(life.born.year + (6 if years < 15 else 15), 2024), 9, 1)
        ended = years >= 18 or self._chance(0.1)
        letter = self._random.choice("GLJ")
        plain = not life.is_citizen or self._chance(0.2)
        suspended_on = years_after(enrolled_on, 0.3) if self._chance(0.1) else None
        return Schooling(
            school=self.office(Office.SCHOOL, life.district),
            address=address(self._random, life.district),
            student_number=self._numbers.digits("XS", 12) if plain else letter + life.document.number,
            enrolled_on=enrolled_on,
            ended_on=any_day(self._random, years_after(enrolled_on, 0.8), date(2024, 12, 20)) if ended else None,
            ending=self._random.choice(_SCHOOL_ENDINGS) if ended else None,
            transferred_from=self.office(Office.SCHOOL, life.district) if self._chance(0.1) else None,
            suspended_on=suspended_on,
            resumed_on=years_after(suspended_on, 0.4) if suspended_on and self._chance(0.7) else None,
        )

    def _studied(self, life: Life) -> Study:
        finished_on = date(life.born.year + 22, 6, 30)
        level, degree = self._random.choice((("31", None), ("21", None), ("21", "4"), ("21", "4"), ("14", "3")))
        university = self.office(Office.UNIVERSITY, life.district)
        return Study(
            level=level,
            major=self._random.choice(_MAJORS),
            diploma=self._numbers.digits("10558", 13),
            university=university,
            finished_on=finished_on,
            degree=degree,
            degree_certificate=self._numbers.digits("10558", 11) if degree else None,
        )

    def _work(self, life: Life) -> None:
        """Decide the employment status, a job, a title and a licence."""
        years = age(life.born)
        if years < 16 or not self._chance(0.75):
            return
        if years >= 60 or years < 22:
            life.status = RETIRED if years >= 60 else STUDENT
            return
        life.status = self._random.choice(EMPLOYED if self._chance(0.7) else UNEMPLOYED)
        if life.status in EMPLOYED:
            life.job = self._employed(life)
        if self._chance(0.06):
            life.licence = self._licensed(life)

    def _employed(self, life: Life) -> Job:
        since = any_day(self._random, max(years_after(life.born, 18), date(1998, 1, 1)), date(2024, 11, 30))
        title = self._random.choice(_TITLES) if self._chance(0.1) else None
        title_on = any_day(self._random, years_after(life.born, 21.5), date(2024, 6, 30)) if title else None
        appointed = title_on is not None and self._chance(0.5)
        return Job(
            employer=self._employer(),
            since=since,
            until=any_day(self._random, since, date(2024, 12, 31)) if self._chance(0.05) else None,
            fund_account=self._numbers.digits("GJJ", 12) if self._chance(0.2) else None,
            title=title,
            title_on=title_on,
            appointed_on=any_day(self._random, title_on, date(2024, 12, 31)) if appointed and title_on else None,
        )

    def _employer(self) -> Employer:
        """An organisation of the city, or one in ten times one that no register has, with or without its code."""
        district = self._random.choice(DISTRICTS)
        if self._employers and self._chance(0.9):
            known = self._random.choice(self._employers)
            return Employer(known.name, known.district, known.credit_code)
        code = self._numbers.credit_code("91", district.code) if self._chance(0.5) else None
        return Employer(names.company(self._random), district, code)

    def _licensed(self, life: Life) -> Licence:
        record, name, office = self._random.choice(_LICENCES)
        issued_on = any_day(self._random, years_after(life.born, 22), date(2024, 10, 1))
        cancelled_on = any_day(self._random, issued_on, date(2024, 12, 20)) if self._chance(0.1) else None
        issuer = life.district.office(office)
        return Licence(record, name, self._numbers.digits("ZS", 14), issuer, issued_on, cancelled_on)

    def _live(self, life: Life) -> None:
        if life.origin is not Origin.HERE and (life.is_citizen or self._chance(0.5)):
            issued_on = any_day(self._random, date(2020, 1, 1), date(2024, 12, 20))
            cancelled_on = any_day(self._random, issued_on, date(2025, 1, 1)) if self._chance(0.1) else None
            life.permit = Permit(self._numbers.digits(life.district.code, 9), issued_on, cancelled_on)
        if life.is_citizen and life.numbered and self._chance(0.02):
            self._be_disabled(life)
        if life.marriages and life.sex == "2" and self._chance(0.15):
            prefix = "穗计" if life.origin is Origin.HERE else "流计"
            received_on = any_day(self._random, years_after(life.born, 21), date(2024, 12, 31))
            life.family_planning = (self._numbers.certificate(prefix, received_on.year), received_on)

    def _be_disabled(self, life: Life) -> None:
        issued_on = any_day(self._random, max(years_after(life.born, 1), date(2009, 1, 1)), date(2024, 12, 1))
        life.disability = Disability(
            category=self._random.choice("1234567"),
            level=self._random.choice("1234"),
            renewals=self._random.choice(("", "", "B1")),
            issued_on=issued_on,
            cancelled_on=any_day(self._random, issued_on, date(2025, 1, 1)) if self._chance(0.15) else None,
        )

    def _leave(self, life: Life) -> None:
        """Die, which widows whoever is married to the person, or move out; newborns stay."""
        if life.born.year >= _NEWBORN:
            life.earlier_document = None
            return
        if age(life.born) >= _OLD_ENOUGH and self._chance(DECEASED):
            self._die(life)
        elif life.origin is Origin.HERE and self._chance(MOVED_OUT):
            life.moved_out_on = any_day(self._random, date(2022, 1, 1), date(2025, 4, 1))
        if life.origin is Origin.HERE and (life.death or life.moved_out_on):
            life.earlier_document = None

    def _die(self, life: Life) -> None:
        died_on = any_day(self._random, date(2022, 1, 1), date(2025, 6, 20))
        certified, cancelled = self._random.choice(((True, True), (True, True), (True, False), (False, True)))
        life.death = Death(
            died_on=died_on,
            at=self._random.choice(("03:15", "14:40", "22:05")),
            certificate=self._numbers.digits("44", 13) if certified or life.origin is not Origin.HERE else None,
            cancelled=cancelled and life.origin is Origin.HERE,
            cause=self._random.choice(_CAUSES),
            place=self._random.choice("1239"),
        )
        for marriage in life.marriages:
            if marriage.spouse and not marriage.ends_on and marriage.married_on and marriage.married_on < died_on:
                self._widow(marriage.spouse, life, died_on)

    def _widow(self, widow: Life, of: Life, died_on: date) -> None:
        widow.marriages = [
            replace(marriage, ends_on=died_on, ends_in=WIDOWED) if marriage.spouse is of else marriage
            for marriage in widow.marriages
        ]

    def _be_known(self, life: Life) -> None:
        """Decide whether social security knows the person, and which register writes a wrong name."""
        elsewhere = life.origin in (Origin.BEYOND_THE_BORDER, Origin.ABROAD)
        mistaken = life.origin is Origin.HERE and life.numbered and self._chance(CONFLICTS)
        if elsewhere or mistaken or life.job or (life.numbered and self._chance(0.3)):
            life.social_security_number = self._numbers.social_security_number()
        if mistaken:
            register = "civil_affairs" if life.marriages and self._chance(0.5) else "social_security"
            life.names[register] = names.altered(self._random, life.name)
