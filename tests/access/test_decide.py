"""Who is given what: every item of the model, for every role of the demonstration grants."""

from collections.abc import Iterator

import pytest

from hub.access import Access, Decision, Rights, Role, Viewer, decide, may_submit
from hub.catalog import EntityKind, Model
from tests.catalog.published import as_modelled
from tests.granted import NOW, as_demonstrated

KINDS = list(EntityKind)


def viewers(model: Model) -> Iterator[Viewer]:
    """One viewer of each role, and one of each department."""
    for role in Role:
        departments = model.departments if role is Role.REPORTER else (None,)
        yield from (Viewer(agency="a", officer="o", roles=frozenset({role}), department=name) for name in departments)


BEARERS = {
    "idNumber": {"PUBLIC_SECURITY"},
    "socialSecurityNumber": {"HUMAN_RESOURCES_SOCIAL_SECURITY"},
    "creditCode": {"MARKET_REGULATION", "CIVIL_AFFAIRS", "STAFFING_ESTABLISHMENT_OFFICE", "TAX"},
    "organizationCode": {"MARKET_REGULATION"},
}


def responsible(model: Model, kind: EntityKind, leaf: str) -> set[str]:
    """The departments whose own the leaf is; a key of the entity belongs to those whose registers bear it."""
    if leaf in BEARERS:
        return BEARERS[leaf]
    record_type = leaf.partition(".")[0]
    if record_type in model.records:
        return {model.records[record_type].department}
    item = model.merged[kind].get(leaf)
    if item is None:
        edge = model.edges_of[kind][leaf]
        return {model.records[way.partition(".")[0]].department for way in (*edge.names, *edge.named_in)}
    return {model.records[rule.record_type].department for rule in item.authority}


def given(model: Model, viewer: Viewer, kind: EntityKind, leaf: str) -> bool:
    """Whether the viewer of a development hub may see the leaf: an agency what is plain, a reporter their own."""
    if viewer.reports_for in responsible(model, kind, leaf):
        return True
    return Role.QUERY_OFFICER in viewer.roles and model.leaves[kind][leaf] != "S"


def ask(model: Model, viewer: Viewer, kind: EntityKind, *items: str) -> Decision:
    return decide(as_demonstrated(as_modelled(model), viewer), kind, items)


@pytest.mark.parametrize("kind", KINDS)
def test_a_leaf_is_given_if_and_only_if_a_grant_says_so(model: Model, kind: EntityKind) -> None:
    for viewer in viewers(model):
        expected = {leaf for leaf in model.leaves[kind] if given(model, viewer, kind, leaf)}
        together = ask(model, viewer, kind, *model.leaves[kind])
        assert together.given == expected
        assert not together.perhaps | together.masked
        assert together.denied == model.leaves[kind].keys() - expected
        for leaf in model.leaves[kind]:
            assert bool(ask(model, viewer, kind, leaf).given) == (leaf in expected)


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_type_is_given_if_and_only_if_one_of_its_leaves_is(model: Model, kind: EntityKind) -> None:
    for viewer in viewers(model):
        for record in model.records_of(kind):
            leaves = [leaf for leaf in model.leaves[kind] if leaf.startswith(f"{record.name}.")]
            expected = any(given(model, viewer, kind, leaf) for leaf in leaves)
            assert bool(ask(model, viewer, kind, record.name).given) == expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("item", ["", ".", "nothing", "household.", "household.nothing", "name.nothing", "*"])
def test_what_the_model_does_not_know_is_denied(model: Model, kind: EntityKind, item: str) -> None:
    for viewer in viewers(model):
        assert ask(model, viewer, kind, item).denied == {item}


def test_items_of_the_other_kind_are_denied(model: Model) -> None:
    for kind, other in (KINDS, KINDS[::-1]):
        theirs = model.leaves[other].keys() - model.leaves[kind].keys()
        for viewer in viewers(model):
            assert ask(model, viewer, kind, *theirs).given == frozenset()


@pytest.mark.parametrize("kind", KINDS)
def test_who_neither_queries_nor_reports_is_given_nothing(model: Model, kind: EntityKind) -> None:
    for role in set(Role) - {Role.QUERY_OFFICER, Role.REPORTER}:
        viewer = Viewer(agency="a", officer="o", roles=frozenset({role}), department="PUBLIC_SECURITY")
        assert ask(model, viewer, kind, *model.leaves[kind]).given == frozenset()


def test_without_grants_nothing_is_given(model: Model) -> None:
    for viewer in viewers(model):
        for kind in KINDS:
            bare = Access(as_modelled(model), Rights(()), viewer, NOW)
            assert decide(bare, kind, model.leaves[kind]).given == frozenset()
            assert not bare.may(kind)


def test_no_agency_is_given_anything_sensitive(model: Model) -> None:
    viewer = Viewer(agency="a", officer="o", roles=frozenset({Role.QUERY_OFFICER}))
    for kind in KINDS:
        sensitive = [leaf for leaf, level in model.leaves[kind].items() if level == "S"]
        assert ask(model, viewer, kind, *sensitive).given == frozenset()


def test_a_department_submits_to_its_own_registers_and_nobody_else_submits_at_all(model: Model) -> None:
    for viewer in viewers(model):
        for register in model.registers.values():
            own = Role.REPORTER in viewer.roles and viewer.department in (register.department, *register.joint)
            assert may_submit(model, viewer, register.name) == own
