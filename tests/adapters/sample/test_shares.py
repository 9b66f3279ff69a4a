"""The shares that a city states are about the shares that its files show."""

from math import sqrt

import pytest

from adapters.sample import shares
from hub.catalog import Model
from tests.adapters.sample.conftest import City, narrow

FIRST_MONTH = 1
CHANGING = {"household", "employment", "socialInsurances", "adoptionRegistrations", "minimumLivingAllowances"}


def near(share: float, count: int, of: int, spread: float = 4) -> bool:
    """Whether ``count`` is as far from its share as chance alone brings it."""
    return abs(count - share * of) <= spread * sqrt(of * share * (1 - share))


def test_migrants_are_known_to_other_registers_only(city: City) -> None:
    named = {line.key for line in city.lines if line.record.name == "household"}
    migrants = [key for key in city.persons if key not in named]
    assert near(shares.MIGRANTS, len(migrants), len(city.persons), spread=8)  # families migrate together
    named_otherwise = [city.persons[key] for key in migrants if city.persons[key]["name"]]
    assert named_otherwise
    assert {answer["provenance"]["name"]["standing"] for answer in named_otherwise} == {"FALLBACK"}


def test_names_differ_between_registers(city: City) -> None:
    names: dict[str, set[str]] = {}
    for line in city.good_lines:
        if line.record.name == "household":
            names.setdefault(narrow(line.values["idNumber"]), set()).add(line.values["name"])
    unchanged = [city.persons[key] for key, said in names.items() if len(said) == 1]
    differing = [
        answer
        for answer in unchanged
        if any(not other["agrees"] for other in answer["provenance"]["name"]["alternatives"])
    ]
    assert near(shares.CONFLICTS, len(differing), len(unchanged))


def test_some_have_died_and_some_have_moved_out(city: City) -> None:
    households = [answer for answer in city.persons.values() if answer["household"]]
    reasons = [(answer["household"]["cancelReason"] or {}).get("code") for answer in households]
    assert near(shares.DECEASED, reasons.count("DEATH"), len(households))
    assert near(shares.MOVED_OUT, reasons.count("MOVED_OUT"), len(households))
    dead = [answer for answer in households if answer["lifeStatus"] == {"code": "DECEASED"}]
    assert len(dead) == reasons.count("DEATH")


def test_some_businesses_come_with_a_registration_number_alone(city: City) -> None:
    businesses = [line for line in city.good_lines if line.record.register == "business_registration"]
    first = [line for line in businesses if line.stated_on.month == FIRST_MONTH]
    unnumbered = [line for line in first if "creditCode" not in line.values]
    assert near(shares.NUMBERED_FIRST, len(unnumbered), len(first))
    later = {line.values["registrationNumber"] for line in businesses if "creditCode" in line.values}
    assert {line.values["registrationNumber"] for line in unnumbered} <= later


@pytest.mark.parametrize("fate", ["changes", "corrections", "repeats", "late", "broken"])
def test_lines_meet_their_fates(city: City, model: Model, fate: str) -> None:
    first = [line for line in city.lines if line.stated_on.month == FIRST_MONTH]
    if fate == "changes":
        first = [line for line in first if line.record.name in CHANGING or line.record.entity == "LEGAL_ENTITY"]
        first = [line for line in first if "stoppedOn" not in line.values]
    if fate == "corrections":
        first = [line for line in first if line.record.effective]
    share = {name.lower(): value for name, value in vars(shares).items() if name.isupper()}[fate]
    assert near(share, city.summary.fates[fate], len(first), spread=5)


def test_some_representatives_have_no_record_of_their_own(city: City) -> None:
    known = [
        person["person"]
        for answer in city.entities.values()
        for record in answer.values()
        if isinstance(record, dict) and (person := record.get("legalRepresentative") or record.get("operator"))
    ]
    assert near(shares.OUTSIDERS, known.count(None), len(known))
    assert any(answer["positions"] for answer in city.persons.values())
