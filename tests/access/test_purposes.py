"""What the law forbids for a purpose is given to nobody who names it, whatever grants say (rule R13)."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from msgspec.structs import replace

from hub.access import Decision, Role, Viewer, decide, refusal
from hub.catalog import Catalog, EntityKind, Model, SharingMode, load_model
from hub.errors import FieldForbidden, FieldNotForPurpose, FieldNotGranted, InvalidModel
from tests.catalog.published import as_modelled
from tests.granted import NOW, access, grant, opened

PERSON = EntityKind.NATURAL_PERSON
FORBIDDEN = [
    "birthCertificate.healthStatus",
    "deathCertificate.causeOfDeath",
    "schoolEnrolments.physicalHealthChecks",
    "schoolEnrolments.vaccinations",
    "disabilityCertificates",
    "disabilityCertificates.issuingAuthority",
    "ethnicity",
    "residencePermits.recordedSubject.ethnicity",
]


def viewer(purpose: str) -> Viewer:
    return Viewer(agency="a", officer="o", roles=frozenset({Role.QUERY_OFFICER}), purpose=purpose)


def asked(model: Model, purpose: str, items: Iterable[str]) -> Decision:
    return decide(access(opened(as_modelled(model)), viewer(purpose)), PERSON, items)


@pytest.mark.parametrize(
    "purpose", ["CREDIT", "credit-7; case=1", "CITY_CREDIT; case=2", "信用评价", "ＣＲＥＤＩＴ；case=3", "CRE\u200bDIT"]
)
def test_r13_a_credit_purpose_is_refused_illness_and_origin_even_with_a_grant(model: Model, purpose: str) -> None:
    items = [*FORBIDDEN, "name", "deathCertificate", "deathCertificate.diedOn"]
    assert asked(model, purpose, items).denied == frozenset(FORBIDDEN)


@pytest.mark.parametrize("purpose", ["", "WELFARE; case=CREDIT", "ACCREDITATION", "救助"])
def test_r13_another_purpose_is_given_what_its_grant_says(model: Model, purpose: str) -> None:
    assert asked(model, purpose, FORBIDDEN).denied == frozenset()


def test_r13_the_refusal_says_which_law_forbids_it(model: Model) -> None:
    asking = access(as_modelled(model), viewer("CREDIT"))
    forbidden = refusal(asking, PERSON, "deathCertificate.causeOfDeath")
    assert isinstance(forbidden, FieldForbidden)
    assert "Shaanxi Art. 19" in forbidden.message
    assert isinstance(refusal(asking, PERSON, "household.photo"), FieldNotGranted)


def test_the_refusal_says_where_the_terms_of_the_catalog_forbid_it(model: Model) -> None:
    catalog = as_modelled(model)
    terms = replace(catalog.sharing[PERSON]["name"], forbidden=("CREDIT",), basis="City Rules Art. 9")
    sharing = catalog.content.sharing | {PERSON: catalog.content.sharing[PERSON] | {"name": terms}}
    forbidding = Catalog(model, 1, replace(catalog.content, sharing=sharing))
    held = grant(PERSON, ["name", "birthDate"])
    refused = refusal(access(forbidding, viewer("CREDIT"), held), PERSON, "name")
    assert isinstance(refused, FieldForbidden)
    assert "City Rules Art. 9" in refused.message
    assert isinstance(refusal(access(forbidding, viewer("WELFARE")), PERSON, "name"), FieldNotGranted)


@pytest.mark.parametrize("mode", [SharingMode.QUERY, SharingMode.SEARCH])
def test_the_refusal_says_where_grants_are_for_another_purpose(model: Model, mode: SharingMode) -> None:
    catalog = as_modelled(model)
    held = grant(PERSON, ["name", "household.townOrSubdistrict"], purpose="WELFARE")
    asking = access(catalog, viewer("TENDER; case=1"), held)
    for item in ("name", "household", None):
        assert isinstance(refusal(asking, PERSON, item, mode), FieldNotForPurpose), item
    assert isinstance(refusal(asking, PERSON, "birthDate", mode), FieldNotGranted)
    auditor = Viewer(agency="a", officer="o", roles=frozenset({Role.AUDITOR}), purpose="TENDER")
    assert isinstance(refusal(access(catalog, auditor, held), PERSON, "name", mode), FieldNotGranted)
    over = grant(PERSON, ["name"], purpose="WELFARE", valid_to=NOW)
    assert isinstance(refusal(access(catalog, viewer("TENDER"), over), PERSON, "name", mode), FieldNotGranted)


PURPOSES = """[[purpose]]
name = "TENDER"
title = "Public tenders"
zh = "招标"
words = ["TENDER"]

[[purpose.forbids]]
entity = "NATURAL_PERSON"
item = "maritalStatus"
basis = "City Rules Art. 5"
"""


def test_r13_a_deployment_adds_purposes_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "tender.toml").write_text(PURPOSES, encoding="utf-8")
    model = load_model(tmp_path)
    assert asked(model, "TENDER; case=1", ["maritalStatus", "ethnicity"]).denied == {"maritalStatus"}
    assert [purpose.name for purpose in model.purposes] == ["CREDIT", "TENDER"]


def test_r13_a_purpose_that_forbids_what_there_is_not_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "tender.toml").write_text(PURPOSES.replace("maritalStatus", "religion"), encoding="utf-8")
    with pytest.raises(InvalidModel, match=r"tender.toml:\d+: there is no governed item religion"):
        load_model(tmp_path)
