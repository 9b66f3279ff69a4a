"""What somebody is given of themselves: all that is theirs and nobody else's, where they ask about nobody else."""

from dataclasses import replace
from uuid import uuid4

import msgspec
import pytest

from hub.access import Access, GrantBasis, Role, Viewer, decide, own_view
from hub.catalog import Catalog, EntityKind, ItemType, Model, SharingMode, SharingType, Terms
from tests.catalog.published import as_modelled
from tests.granted import access, grant

PERSON = EntityKind.NATURAL_PERSON
SUBJECT = Viewer("市民", "citizen-1", frozenset({Role.DATA_SUBJECT}), subject_id=uuid4())


def asking(model: Model, viewer: Viewer = SUBJECT) -> Access:
    catalog = as_modelled(model)
    held = (grant(kind, catalog.leaves[kind]) for kind in EntityKind)
    return access(catalog, viewer, *held)


def test_a_subject_is_given_nothing_unless_the_question_is_about_them(model: Model) -> None:
    for kind in EntityKind:
        for mode in SharingMode:
            assert decide(asking(model), kind, model.leaves[kind], mode).readable == frozenset()
            given = decide(asking(model).of_self, kind, model.leaves[kind], mode).readable
            assert bool(given) == ((kind, mode) == (PERSON, SharingMode.QUERY)), (kind, mode)


def test_a_subject_is_given_everything_uncovered_but_what_tells_of_others(model: Model) -> None:
    decision = decide(asking(model).of_self, PERSON, model.leaves[PERSON])
    assert decision.masked == frozenset()
    assert decision.perhaps == frozenset()
    assert {"name", "idNumber", "disabilityCertificates.issuingAuthority"} <= decision.given
    of_others = {
        leaf
        for leaf in model.leaves[PERSON]
        if leaf in model.edges_of[PERSON]
        or (leaf.count(".") and model.item(".".join(leaf.split(".")[:2])).type is ItemType.PERSON)
    }
    assert {"spouse", "marriageRegistrations.spouse"} <= of_others
    secret = {leaf for leaf, said in as_modelled(model).sharing[PERSON].items() if said.type is SharingType.NOT_SHARED}
    assert "household.photo" in secret
    assert decision.denied == of_others | secret


def test_what_is_shared_with_nobody_is_not_shown_to_its_subject_either(model: Model) -> None:
    catalog = as_modelled(model)
    said = catalog.content.sharing[PERSON] | {"name": Terms(type=SharingType.NOT_SHARED)}
    content = msgspec.structs.replace(catalog.content, sharing=catalog.content.sharing | {PERSON: said})
    closed = Catalog(model, 2, content)
    assert "name" not in own_view(closed).items
    assert own_view(closed).items < own_view(catalog).items
    assert own_view(catalog).basis is GrantBasis.SUBJECT


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DATA_SUBJECT])
def test_nobody_else_is_given_more_by_asking_about_themselves(model: Model, role: Role) -> None:
    department = "TAX" if role is Role.REPORTER else None
    before = asking(model, Viewer("a", "o", frozenset({role}), department, subject_id=uuid4()))
    assert before.of_self == before
    unknown = asking(model, replace(SUBJECT, subject_id=None))
    assert unknown.of_self == unknown
