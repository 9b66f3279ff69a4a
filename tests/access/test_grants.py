"""Grants, condition by condition: each one alone keeps a value back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.access import Access, Approval, Decision, GrantBasis, GrantState, Role, Viewer, compiled, decide
from hub.access.reasons import Withheld, why_not
from hub.catalog import Catalog, EntityKind, Model, Need, ObjectionPolicy, SharingMode, SharingType, Terms
from tests.catalog.published import as_modelled
from tests.granted import NOW, access, grant

PERSON, LEGAL = EntityKind
OFFICER = Viewer("民政局", "o", frozenset({Role.QUERY_OFFICER}), purpose="WELFARE; case=7", divisions=())
NEEDING = "deathCertificate.causeOfDeath"
A_DAY = timedelta(days=1)


def asked(model: Model, viewer: Viewer = OFFICER, at: datetime = NOW, items: Any = ("name",), **said: Any) -> Decision:  # noqa: ANN401
    """What a viewer is given by one grant of the name and a few things more."""
    terms = said.pop("terms", {})
    catalog = with_terms(as_modelled(model), terms)
    held = grant(PERSON, said.pop("of", ["name", NEEDING, "household.townOrSubdistrict"]), **said)
    return decide(access(catalog, viewer, held, at=at), PERSON, items)


def with_terms(catalog: Catalog, terms: dict[str, Terms]) -> Catalog:
    said = catalog.content.sharing | {PERSON: catalog.content.sharing[PERSON] | terms}
    return Catalog(catalog.model, catalog.number, replace(catalog.content, sharing=said))


PLAIN = Terms(type=SharingType.CONDITIONAL)


def test_a_grant_gives_what_it_names_and_nothing_beside(model: Model) -> None:
    assert asked(model, items=["name", "birthDate"]).given == {"name"}
    assert asked(model, items=["household", "household.registeredOn"]).given == {"household"}


@pytest.mark.parametrize(
    "said",
    [
        {"agency": "公安局"},
        {"of": ["birthDate"]},
        {"modes": frozenset({SharingMode.SEARCH})},
        {"purpose": "CREDIT"},
        {"valid_from": NOW + A_DAY},
        {"valid_to": NOW},
        {"revoked_at": NOW},
        {"department": "CIVIL_AFFAIRS"},
        {"terms": {"name": Terms(type=SharingType.NOT_SHARED)}},
        {"terms": {"name": replace(PLAIN, scope=("公安局",))}},
        {"terms": {"name": replace(PLAIN, modes=(SharingMode.VERIFY,))}},
        {"terms": {"name": replace(PLAIN, needs=(Need.UNIT_HEAD,))}},
        {"viewer": Viewer("民政局", "o", frozenset({Role.VERIFIER}))},
        {"viewer": Viewer("民政局", "o", frozenset({Role.DEVELOPER}))},
        {"viewer": Viewer("民政局", "o", frozenset({Role.SECURITY_ADMINISTRATOR}))},
    ],
)
def test_whatever_is_not_as_the_grant_says_keeps_the_item_back(model: Model, said: dict[str, Any]) -> None:
    assert asked(model).given == {"name"}
    assert asked(model, **said).denied == {"name"}


@pytest.mark.parametrize(
    "said",
    [
        {"agency": "民政局"},
        {"purpose": "WELFARE"},
        {"valid_from": NOW, "valid_to": NOW + A_DAY},
        {"revoked_at": NOW + A_DAY},
        {"terms": {"name": replace(PLAIN, scope=("民政局",))}},
    ],
)
def test_whatever_is_as_the_grant_says_lets_it_through(model: Model, said: dict[str, Any]) -> None:
    assert asked(model, **said).given == {"name"}


def test_terms_may_forbid_a_purpose_that_the_law_does_not(model: Model) -> None:
    credit = Viewer("银行", "o", frozenset({Role.QUERY_OFFICER}), purpose="CREDIT-1")
    assert asked(model, credit).given == {"name"}
    assert asked(model, credit, terms={"name": replace(PLAIN, forbidden=("CREDIT",))}).denied == {"name"}


def test_the_head_of_the_unit_approves_items_for_a_case_and_not_for_another(model: Model) -> None:
    approval = Approval(
        agency="民政局",
        entity=PERSON,
        items=frozenset({NEEDING}),
        purpose="WELFARE; case=7",
        approved_by="head",
        valid_to=NOW + A_DAY,
    )
    catalog, held = as_modelled(model), grant(PERSON, [NEEDING, "adoptionRegistrations.adoptiveMother"])
    assert decide(access(catalog, OFFICER, held), PERSON, [NEEDING]).denied == {NEEDING}
    items = [NEEDING, "adoptionRegistrations.adoptiveMother"]
    assert decide(access(catalog, OFFICER, held, approvals=(approval,)), PERSON, items).given == {NEEDING}
    for other in (
        replace(approval, agency="公安局"),
        replace(approval, purpose="WELFARE; case=8"),
        replace(approval, valid_to=NOW),
        replace(approval, approved_by=OFFICER.officer),
        replace(approval, entity=LEGAL),
    ):
        assert decide(access(catalog, OFFICER, held, approvals=(other,)), PERSON, items).given == frozenset()


def test_what_needs_consent_is_given_of_those_who_consent(model: Model) -> None:
    decision = asked(model, terms={"name": replace(PLAIN, needs=(Need.CONSENT,))})
    assert not decision.given
    assert decision.perhaps == decision.consent_items == {"name"}
    assert decision.of(None).given == frozenset()
    assert decision.of(None, {"birthDate"}).given == frozenset()
    assert decision.of("440106", {"name"}).given == {"name"}


def test_rows_are_those_of_the_divisions_of_grant_and_viewer_together(model: Model) -> None:
    catalog = as_modelled(model)
    district = grant(PERSON, ["household.townOrSubdistrict"], divisions=("440106",))
    city = grant(PERSON, ["name"])
    items = ["name", "household.townOrSubdistrict"]
    decision = decide(access(catalog, OFFICER, city, district), PERSON, items)
    assert decision.areas == ("",)
    assert decision.given == {"name"}
    assert decision.perhaps == {"household.townOrSubdistrict"}
    assert decision.of("440106009").given == set(items)
    assert decision.of("440105").denied | decision.of("440105").perhaps == {"household.townOrSubdistrict"}
    assert decision.of(None).given == {"name"}
    street = Viewer("街道", "o", frozenset({Role.QUERY_OFFICER}), divisions=("440106009000", "440105"))
    alone = decide(access(catalog, street, district), PERSON, items)
    assert alone.areas == ("440106009",)
    elsewhere = Viewer("街道", "o", frozenset({Role.QUERY_OFFICER}), divisions=("440105",))
    assert decide(access(catalog, elsewhere, district), PERSON, items).areas == ()
    assert not access(catalog, elsewhere, district).may(PERSON)


def test_an_item_is_masked_unless_a_grant_gives_it_plain(model: Model) -> None:
    catalog = as_modelled(model)
    covered, plain = grant(PERSON, ["name"], masked=True), grant(PERSON, ["name"], divisions=("440106",))
    assert decide(access(catalog, OFFICER, covered), PERSON, ["name"]).masked == {"name"}
    both = decide(access(catalog, OFFICER, covered, plain), PERSON, ["name"])
    assert both.masked == {"name"}
    assert both.of("440106").masked == frozenset()
    assert both.of("440105").masked == {"name"}
    assert both.clear == frozenset()
    assert both.rows is not None
    assert asked(model, terms={"name": replace(PLAIN, masked=True)}).masked == {"name"}


def test_a_department_sees_its_own_whatever_the_terms(model: Model) -> None:
    terms = Terms(type=SharingType.NOT_SHARED, objection=ObjectionPolicy.SUSPEND)
    catalog = with_terms(as_modelled(model), {"household.photo": terms})
    police = Viewer("公安局", "o", frozenset({Role.REPORTER}), department="PUBLIC_SECURITY")
    assert decide(access(catalog, police), PERSON, ["household.photo"]).given == {"household.photo"}
    assert decide(access(catalog, OFFICER), PERSON, ["household.photo"]).given == frozenset()


def test_open_items_are_granted_to_the_agencies_in_scope_by_the_catalog_alone(model: Model) -> None:
    scoped = Terms(type=SharingType.OPEN, scope=("民政局",))
    catalog = with_terms(as_modelled(model), {"name": scoped})
    assert decide(access(catalog, OFFICER), PERSON, ["name", "birthDate"]).given == {"name"}
    bank = Viewer("银行", "o", frozenset({Role.QUERY_OFFICER}))
    assert decide(access(catalog, bank), PERSON, ["name"]).given == frozenset()
    assert {one.basis for one in compiled(catalog)} == {GrantBasis.CATALOG, GrantBasis.RESPONSIBILITY}
    assert len({one.grant_id for one in compiled(catalog)}) == len(compiled(catalog))


def test_a_grant_has_one_state_at_each_instant() -> None:
    one = grant(PERSON, ["name"], valid_from=NOW, valid_to=NOW + 2 * A_DAY, revoked_at=NOW + A_DAY)
    states = [one.state(NOW + A_DAY * n / 2) for n in range(-1, 5)]
    assert states == [
        GrantState.PENDING,
        GrantState.IN_FORCE,
        GrantState.IN_FORCE,
        GrantState.REVOKED,
        GrantState.REVOKED,
        GrantState.REVOKED,
    ]
    assert replace(one, revoked_at=None).state(datetime(2030, 1, 1, tzinfo=UTC)) is GrantState.ENDED


def test_a_decision_names_the_grants_it_rests_on(model: Model) -> None:
    one, other = grant(PERSON, ["name"]), grant(PERSON, ["birthDate"])
    who: Access = access(as_modelled(model), OFFICER, one, other)
    assert decide(who, PERSON, ["name"]).grants == {one.grant_id}


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Withheld.NO_GRANT, {"of": ["birthDate"]}),
        (Withheld.NO_GRANT, {"agency": "公安局"}),
        (Withheld.OTHER_PURPOSE, {"purpose": "CREDIT"}),
        (Withheld.PENDING, {"valid_from": NOW + A_DAY}),
        (Withheld.ENDED, {"valid_to": NOW}),
        (Withheld.REVOKED, {"revoked_at": NOW}),
        (Withheld.NOT_SHARED, {"terms": {"name": Terms(type=SharingType.NOT_SHARED)}}),
        (Withheld.OUT_OF_SCOPE, {"terms": {"name": replace(PLAIN, scope=("公安局",))}}),
        (Withheld.UNIT_HEAD, {"terms": {"name": replace(PLAIN, needs=(Need.UNIT_HEAD,))}}),
        (Withheld.CONSENT, {"terms": {"name": replace(PLAIN, needs=(Need.CONSENT,))}}),
        (Withheld.ROLE, {"viewer": Viewer("民政局", "o", frozenset({Role.DEVELOPER}))}),
        (None, {}),
    ],
)
def test_whoever_is_not_given_an_item_is_told_why(model: Model, reason: Withheld | None, said: dict[str, Any]) -> None:
    catalog = with_terms(as_modelled(model), said.pop("terms", {}))
    viewer = said.pop("viewer", OFFICER)
    held = grant(PERSON, said.pop("of", ["name"]), **said)
    assert why_not(access(catalog, viewer, held), PERSON, "name") is reason


def test_an_item_is_explained_if_and_only_if_it_is_not_given(model: Model) -> None:
    catalog = as_modelled(model)
    who = access(catalog, OFFICER, grant(PERSON, ["name", "birthDate"], divisions=("440106",)))
    given = decide(who, PERSON, catalog.leaves[PERSON]).given
    assert {leaf for leaf in catalog.leaves[PERSON] if why_not(who, PERSON, leaf) is None} == given
    assert why_not(who, PERSON, "nothing") is Withheld.UNKNOWN_ITEM


HOURS = st.none() | st.integers(0, 6).map(lambda hours: NOW + timedelta(hours=hours))
PERIODS = st.fixed_dictionaries({"valid_from": HOURS, "valid_to": HOURS, "revoked_at": HOURS})


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(periods=st.lists(PERIODS, max_size=4), hours=st.lists(st.integers(-1, 7), min_size=1, max_size=8))
def test_what_was_decided_before_is_what_would_be_decided_now(
    model: Model, periods: list[dict[str, datetime | None]], hours: list[int]
) -> None:
    held = [grant(PERSON, {"name"}, **period) for period in periods]
    kept = access(as_modelled(model), OFFICER, *held)
    for at in (NOW + timedelta(hours=hour) for hour in hours):
        again = decide(Access(kept.catalog, kept.rights, OFFICER, at), PERSON, {"name"})
        afresh = decide(access(as_modelled(model), OFFICER, *held, at=at), PERSON, {"name"})
        assert (again, again.grants) == (afresh, afresh.grants)
