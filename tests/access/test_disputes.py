"""What is disputed is withheld where its terms say so, and from nobody whose own it is."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from hub.access import Access, Decision, Role, Viewer, decide
from hub.catalog import EntityKind, Model
from tests.catalog.published import as_modelled
from tests.granted import NOW, access, grant
from tests.served import department

PERSON = EntityKind.NATURAL_PERSON
LEVEL, NAME, CATEGORY = "disabilityCertificates.level", "name", "disabilityCertificates.category"
ITEMS = [LEVEL, NAME, CATEGORY, "disabilityCertificates"]
DISPUTED, OTHER = uuid4(), uuid4()
OFFICER = Viewer("a", "o", frozenset({Role.QUERY_OFFICER}))
SUBJECT = Viewer("市民", "c", frozenset({Role.DATA_SUBJECT}), subject_id=DISPUTED)


def disputing(model: Model, viewer: Viewer = OFFICER, **others: Any) -> Access:  # noqa: ANN401
    """Access where somebody disputes two items of an entity, of which only one is suspended for that."""
    disputes = {DISPUTED: {LEVEL: NOW - timedelta(days=1), NAME: NOW - timedelta(days=1)}}
    return access(as_modelled(model), viewer, grant(PERSON, ITEMS, **others), disputes=disputes)


def of(asking: Access, entity_id: UUID, division: str | None = None) -> Decision:
    return decide(asking, PERSON, ITEMS).of(division, (), asking.suspended(PERSON, entity_id))


def test_an_item_whose_terms_suspend_it_is_withheld_of_that_entity_alone(model: Model) -> None:
    asking = disputing(model)
    assert asking.suspended(PERSON, DISPUTED) == {LEVEL}
    assert of(asking, DISPUTED).given == set(ITEMS) - {LEVEL}
    assert of(asking, OTHER).given == set(ITEMS)
    assert of(asking, DISPUTED) != of(asking, OTHER), "what was decided of one entity is not told of another"


@pytest.mark.parametrize("others", [{"masked": True}, {"divisions": ("440106",)}])
def test_it_is_withheld_however_it_was_given(model: Model, others: dict[str, Any]) -> None:
    asking = disputing(model, **others)
    assert of(asking, DISPUTED, "440106001").given == set(ITEMS) - {LEVEL}
    assert of(asking, OTHER, "440106001").given == set(ITEMS)


def test_the_department_that_has_to_check_it_and_the_subject_see_it_still(model: Model) -> None:
    keeper = department(model.registers[model.records["disabilityCertificates"].register].department)
    assert {LEVEL, CATEGORY} <= of(disputing(model, keeper), DISPUTED).given
    assert {LEVEL, NAME} <= of(disputing(model, SUBJECT).of_self, DISPUTED).given
