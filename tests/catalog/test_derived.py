import pytest

from hub.catalog.derived import (
    RULES,
    SILENT,
    birth_date_of_id_number,
    disability_category,
    disability_level,
    life_status_of_household,
)
from hub.identifiers.schemes import Identifier, Scheme


def test_the_birth_date_is_in_the_id_number() -> None:
    assert birth_date_of_id_number(Identifier(Scheme.ID_NUMBER, "11010519491231002X")) == "1949-12-31"


def test_without_an_id_number_nothing_is_said_of_the_birth_date() -> None:
    assert birth_date_of_id_number(None) is SILENT
    assert birth_date_of_id_number(Identifier(Scheme.PASSPORT, "E12345678")) is SILENT


def test_category_and_level_of_disability_are_in_the_certificate_number() -> None:
    certificate = Identifier(Scheme.DISABILITY_CERTIFICATE, "11010519491231002X43B1")
    assert (disability_category(certificate), disability_level(certificate)) == ({"code": "4"}, {"code": "3"})
    assert (disability_category(None), disability_level(None)) == (SILENT, SILENT)


@pytest.mark.parametrize(
    ("status", "reason", "life_status"),
    [
        ("NORMAL", None, {"code": "ALIVE"}),
        ("CANCELLED", "DEATH", {"code": "DECEASED"}),
        (None, "DEATH", {"code": "DECEASED"}),
        ("CANCELLED", "MOVED_OUT", SILENT),
        ("CANCELLED", None, SILENT),
        (None, None, SILENT),
    ],
)
def test_only_death_makes_a_cancelled_registration_mean_deceased(
    status: str | None, reason: str | None, life_status: object
) -> None:
    def coded(code: str | None) -> object:
        return {"code": code} if code else None

    assert life_status_of_household(coded(status), coded(reason)) == life_status


def test_a_rule_is_known_to_model_files_by_the_name_of_its_function() -> None:
    assert {name: rule.__name__ for name, rule in RULES.items()} == {name: name for name in RULES}
