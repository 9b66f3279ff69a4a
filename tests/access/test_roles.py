"""Who may hold what together: to query, to report and to manage are never in one hand (Hubei Art. 19)."""

from itertools import combinations

import pytest

from hub.access import Role, Viewer, check_roles, roles_named
from hub.errors import RolesNotCombinable

ALONE = {Role.AUDITOR, Role.SECURITY_ADMINISTRATOR, Role.DATA_SUBJECT}
COMBINABLE = [
    {Role.QUERY_OFFICER, Role.VERIFIER},
    {Role.INFORMATION_MANAGER, Role.CATALOG_OFFICE},
    *({role, other} for role in set(Role) - ALONE for other in (Role.CATALOG_OFFICE, Role.DEVELOPER)),
]


@pytest.mark.parametrize("roles", [set(pair) for pair in combinations(Role, 2)], ids=" ".join)
def test_of_two_roles_only_those_are_combined_that_the_law_does_not_part(roles: set[Role]) -> None:
    if roles in COMBINABLE:
        check_roles(roles)
    else:
        with pytest.raises(RolesNotCombinable):
            check_roles(roles)


@pytest.mark.parametrize("others", [set(three) for three in combinations(Role, 3)], ids=" ".join)
def test_a_third_role_makes_no_forbidden_pair_good(others: set[Role]) -> None:
    if any(set(pair) not in COMBINABLE for pair in combinations(others, 2)):
        with pytest.raises(RolesNotCombinable):
            check_roles(others)


@pytest.mark.parametrize("role", Role)
def test_every_role_may_be_held_by_itself(role: Role) -> None:
    check_roles({role})


def test_who_has_no_role_is_nobody() -> None:
    with pytest.raises(RolesNotCombinable, match="none"):
        Viewer("a", "o", frozenset())


def test_there_is_no_viewer_with_roles_that_nobody_may_hold_together() -> None:
    with pytest.raises(RolesNotCombinable, match="query_officer, reporter"):
        Viewer("a", "o", frozenset({Role.QUERY_OFFICER, Role.REPORTER}), "TAX")


def test_roles_are_written_in_one_order_and_read_back() -> None:
    viewer = Viewer("a", "o", frozenset({Role.INFORMATION_MANAGER, Role.CATALOG_OFFICE}))
    assert viewer.named_roles == "catalog_office information_manager"
    assert roles_named(viewer.named_roles) == viewer.roles
