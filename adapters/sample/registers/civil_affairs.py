"""What civil affairs says of people: marriages, adoptions and minimum living allowances (GZ-Detail Art. 11, 14)."""

from collections.abc import Iterator

from adapters.sample.days import iso, round_after
from adapters.sample.lives import DIVORCED, Life, Marriage
from adapters.sample.places import DISTRICTS, District
from adapters.sample.story import Line, Story, Values, World, reference, spoken, subject

_REGISTER = "civil_affairs"


def stories(world: World) -> Iterator[Story]:
    """The stories of all marriages, adoptions and allowances, person by person."""
    for life in world.lives:
        yield from (_marriage(life, marriage) for marriage in life.marriages)
        if life.numbered and life.adoption:
            yield [_certificate(life, "adoptionRegistrations", "adoptionCertNumber", life.adoption)]
        if life.numbered and life.allowance:
            yield [_certificate(life, "minimumLivingAllowances", "certNumber", life.allowance)]


def change(world: World, line: Line) -> Values | None:
    """Another district takes over a certificate; marriages only end, which is part of their story."""
    if line.record == "marriageRegistrations":
        return None
    return _issuer(world.random.choice(DISTRICTS))


def _marriage(life: Life, marriage: Marriage) -> Story:
    facts = {
        "marriedOn": iso(marriage.married_on),
        "divorcedOn": iso(marriage.divorced_on),
        "maritalStatus": marriage.status,
        "certificateNumber": marriage.certificate,
        **(reference("spouse", marriage.spouse) if marriage.spouse else {}),
    }
    values = {**subject(life, _REGISTER), **spoken(facts), **_issuer(marriage.district)}
    line = Line("marriageRegistrations", life.key, values, round_after(marriage.registered_on))
    if not marriage.ends_on:
        return [line]
    end = {"maritalStatus": marriage.ends_in}
    if marriage.ends_in == DIVORCED:
        end["divorcedOn"] = marriage.ends_on.isoformat()
    ended = line.then(round_after(marriage.ends_on), end)
    return [ended] if ended.round is line.round else [line, ended]


def _certificate(life: Life, record: str, item: str, number: str) -> Line:
    return Line(record, life.key, {**subject(life, _REGISTER), item: number, **_issuer(life.district)})


def _issuer(district: District) -> Values:
    return {"issuingAuthority": district.office("民政局"), "issuingAuthorityDivision": district.code}
