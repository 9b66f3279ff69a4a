"""What education says: enrolments at schools, diplomas and degrees (GZ-Detail Art. 15)."""

import json
from collections.abc import Iterator

from adapters.sample.days import any_day, iso, years_after
from adapters.sample.lives import Life, Schooling, Study
from adapters.sample.places import DISTRICTS
from adapters.sample.story import Line, Story, Values, World, spoken, subject

_REGISTER = "education"
_NOTES = {
    "academicExams": ("期末考试", "语文 优 数学 良"),
    "sportsAndArtsSkills": ("艺术特长", "合唱"),
    "communityService": ("社会实践", "图书馆志愿服务"),
    "physicalHealthChecks": ("体质健康测试", "良好"),
    "vaccinations": ("预防接种", "流感疫苗"),
    "awards": ("获奖", "校运动会接力第一名"),
    "financialAids": ("助学金", "生活补助"),
}
"""What schools note of their pupils: a kind and a text."""


def stories(world: World) -> Iterator[Story]:
    """The stories of all enrolments, diplomas and degrees."""
    for life in world.lives:
        if life.schooling:
            yield [_enrolment(world, life, life.schooling)]
        if life.study:
            yield from ([line] for line in _studied(world, life, life.study))


def change(world: World, line: Line) -> Values | None:
    """Another division of the registration authority."""
    return {"registrationAuthorityDivision": world.random.choice(DISTRICTS).code}


def _enrolment(world: World, life: Life, schooling: Schooling) -> Line:
    random = world.random
    ended_on = iso(schooling.ended_on)
    finished = schooling.ending == "GRADUATION"
    notes = {item: _noted(world, schooling, *note) for item, note in _NOTES.items() if random.random() < 0.3}
    facts = {
        "studentNumber": schooling.student_number,
        "recordedSubject.sex": life.sex,
        "recordedSubject.birthDate": life.born.isoformat()[: random.choice((10, 10, 7))],
        "recordedSubject.birthPlace": life.document.number[:6] if life.is_citizen else None,
        "recordedSubject.householdPlace": life.district.code,
        "enrolledOn": schooling.enrolled_on.isoformat()[: random.choice((10, 7))],
        "school": schooling.school,
        "schoolAddress": schooling.address,
        "completedOn": ended_on if finished else None,
        "completionKind": "GRADUATED" if finished else None,
        "completedSchool": schooling.school if finished else None,
        "transfers.transferredOn": iso(years_after(schooling.enrolled_on, 0.2)) if schooling.transferred_from else None,
        "transfers.fromSchool": schooling.transferred_from,
        "transfers.toSchool": schooling.school if schooling.transferred_from else None,
        "suspensions.suspendedOn": iso(schooling.suspended_on),
        "suspensions.resumedOn": iso(schooling.resumed_on),
        "withdrewOn": ended_on if schooling.ending == "WITHDRAWAL" else None,
        "leftOn": ended_on,
        "leaveReason": schooling.ending,
        "registeredOn": schooling.enrolled_on.isoformat(),
        **_registered_by(life),
        **notes,
    }
    return Line("schoolEnrolments", life.key, {**subject(life, _REGISTER), **spoken(facts)})


def _noted(world: World, schooling: Schooling, kind: str, text: str) -> str:
    """One to three notes, as a list in JSON."""
    days = {any_day(world.random, schooling.enrolled_on, years_after(schooling.enrolled_on, 1)) for _ in range(3)}
    notes = [{"on": day.isoformat(), "kind": kind, "text": text} for day in sorted(days)]
    return json.dumps(notes[: world.random.randrange(1, 4)], ensure_ascii=False)


def _studied(world: World, life: Life, study: Study) -> Iterator[Line]:
    registered = {"registeredOn": study.finished_on.isoformat(), **_registered_by(life)}
    diploma = {"level": study.level, "major": study.major, "diplomaNumber": study.diploma}
    yield Line("academicQualifications", life.key, {**subject(life, _REGISTER), **diploma, **registered})
    if study.degree and study.degree_certificate:
        degree = {
            "degree": study.degree,
            "conferredOn": study.finished_on.isoformat()[: world.random.choice((10, 7, 4))],
            "conferringInstitution": study.university,
            "degreeCertNumber": study.degree_certificate,
        }
        yield Line("degrees", life.key, {**subject(life, _REGISTER), **degree, **registered})


def _registered_by(life: Life) -> Values:
    return {
        "registrationAuthority": life.district.office("教育局"),
        "registrationAuthorityDivision": life.district.code,
    }
