"""The shares that a city states are about the shares that its files show."""

from math import sqrt

import pytest

from adapters.sample import shares
from tests.adapters.sample.conftest import City, FileLine, narrow

FIRST_MONTH = 1
BEYOND_THE_BORDER = {"81", "82", "83"}
STAYING = {"marriageRegistrations", "professionalTitles", "professionalAppointments"}
ENDING = {"minimumLivingAllowances", "employment", "housingFundAccounts", "localTaxRegistration"}


def near(share: float, count: int, of: int, spread: float = 4) -> bool:
    """Whether ``count`` is as far from its share as chance alone brings it."""
    return abs(count - share * of) <= spread * sqrt(of * share * (1 - share))


def test_migrants_are_known_to_other_registers_only(city: City) -> None:
    named = {line.key for line in city.lines if line.record.name == "household"}
    migrants = [key for key in city.persons if key not in named and key[:2] not in BEYOND_THE_BORDER]
    assert near(shares.MIGRANTS, len(migrants), len(city.persons), spread=8)  # families migrate together
    named_otherwise = [city.persons[key] for key in migrants if city.persons[key]["name"]]
    assert len(named_otherwise) > len(migrants) / 2
    assert {answer["provenance"]["name"]["standing"] for answer in named_otherwise} == {"FALLBACK"}


def test_names_differ_between_registers(city: City) -> None:
    names: dict[str, set[str]] = {}
    for line in city.good_lines:
        if line.record.name == "household":
            names.setdefault(narrow(line.values["idNumber"]), set()).add(line.values["name"])
    unchanged = [city.persons[key] for key, said in names.items() if len(said) == 1 and key in city.persons]
    differing = [
        answer
        for answer in unchanged
        if any(not other["agrees"] for other in answer["provenance"]["name"]["alternatives"])
    ]
    assert near(shares.CONFLICTS, len(differing), len(unchanged))


def test_some_have_died_and_some_have_moved_out(city: City) -> None:
    people = city.persons.values()
    households = [answer for answer in people if answer["household"]]
    reasons = [(answer["household"]["cancelReason"] or {}).get("code") for answer in households]
    dead = [answer for answer in people if answer["lifeStatus"] and answer["lifeStatus"]["code"] == "DECEASED"]
    old = [key for key in city.persons if key[6:10] < "1980"]
    assert near(shares.DECEASED, len(dead), len(old), spread=5)
    assert len(dead) > reasons.count("DEATH")
    assert near(shares.MOVED_OUT, reasons.count("MOVED_OUT"), len(households), spread=5)


def test_some_organisations_come_with_a_number_of_the_register_alone(city: City) -> None:
    businesses = [line for line in city.good_lines if line.record.register == "business_registration"]
    first = [line for line in businesses if line.stated_on.month == FIRST_MONTH]
    unnumbered = {line.values["registrationNumber"] for line in first if "creditCode" not in line.values}
    assert near(shares.NUMBERED_FIRST + shares.NEVER_NUMBERED, len(unnumbered), len(first))
    later = {line.values["registrationNumber"] for line in businesses if "creditCode" in line.values}
    assert unnumbered & later
    assert unnumbered - later


@pytest.mark.parametrize(
    "fate", ["changes", "corrections", "repeats", "late", "ended", "announced", "withdrawn", "unknown", "broken"]
)
def test_lines_meet_their_fates(city: City, fate: str) -> None:
    first = [line for line in city.lines if line.stated_on.month == FIRST_MONTH and may_meet(line, fate)]
    share = {name.lower(): value for name, value in vars(shares).items() if name.isupper()}[fate]
    met = city.summary.fates[fate]
    assert met < share * len(first) or near(share, met, len(first), spread=5)
    assert met > share * len(first) / 2 - 5


def may_meet(line: FileLine, fate: str) -> bool:
    """Whether lines of this type may meet a fate at all."""
    if fate == "ended":
        return line.record.name in ENDING
    if fate == "corrections":
        return bool(line.record.effective)
    if fate in ("announced", "withdrawn"):
        return not line.record.effective
    return fate != "changes" or line.record.name not in STAYING


def test_some_representatives_have_no_record_of_their_own(city: City) -> None:
    known = [
        person["person"]
        for answer in city.entities.values()
        for record in answer.values()
        if isinstance(record, dict) and (person := record.get("legalRepresentative") or record.get("operator"))
    ]
    assert near(shares.OUTSIDERS, known.count(None), len(known))
    assert any(answer["positions"] for answer in city.persons.values())
