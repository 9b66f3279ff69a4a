"""What civil affairs says of people: marriages, adoptions and minimum living allowances (GZ-Detail Art. 11, 14)."""

from collections.abc import Iterator

from adapters.sample.days import iso, round_after
from adapters.sample.people import DIVORCED, Marriage, Person
from adapters.sample.places import DISTRICTS, District
from adapters.sample.story import Line, Story, Values, World, spoken, subject

_REGISTER = "civil_affairs"


def stories(world: World) -> Iterator[Story]:
    """The stories of all marriages, adoptions and allowances, person by person."""
    for person in world.persons:
        yield from (_marriage(person, marriage) for marriage in person.marriages)
        if person.adoption:
            yield [_certificate(person, "adoptionRegistrations", "adoptionCertNumber", person.adoption)]
        if person.allowance:
            yield [_certificate(person, "minimumLivingAllowances", "certNumber", person.allowance)]


def change(world: World, line: Line) -> Values | None:
    """Another district takes over a certificate; marriages only end, which is part of their story."""
    if line.record == "marriageRegistrations":
        return None
    return _issuer(world.random.choice(DISTRICTS))


def _marriage(person: Person, marriage: Marriage) -> Story:
    facts = {
        "marriedOn": iso(marriage.married_on),
        "divorcedOn": iso(marriage.divorced_on),
        "maritalStatus": marriage.status,
    }
    values = {**subject(person, _REGISTER), **spoken(facts), **_issuer(marriage.district)}
    line = Line("marriageRegistrations", person.id_number, values, round_after(marriage.registered_on))
    if not marriage.ends_on:
        return [line]
    divorce = {"divorcedOn": marriage.ends_on.isoformat(), "maritalStatus": DIVORCED}
    return [line, line.then(round_after(marriage.ends_on), divorce)]


def _certificate(person: Person, record: str, item: str, number: str) -> Line:
    return Line(record, person.id_number, {**subject(person, _REGISTER), item: number, **_issuer(person.district)})


def _issuer(district: District) -> Values:
    return {"issuingAuthority": district.office("民政局"), "issuingAuthorityDivision": district.code}
