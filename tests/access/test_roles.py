"""Who may hold what together: to query, to report and to manage are never in one hand (Hubei Art. 19)."""

from itertools import combinations

import pytest

from hub.access import Role, Viewer, check_roles, roles_named
from hub.errors import RolesNotCombinable

ALONE = {Role.AUDITOR, Role.SECURITY_ADMINISTRATOR, Role.UNIT_HEAD, Role.DATA_SUBJECT}
COMBINABLE = [
    {Role.QUERY_OFFICER, Role.VERIFIER},
    {Role.INFORMATION_MANAGER, Role.CATALOG_OFFICE},
    *({role, other} for role in set(Role) - ALONE for other in (Role.CATALOG_OFFICE, Role.DEVELOPER)),
]


@pytest.mark.parametrize("roles", [*combinations(Role, 2), *combinations(Role, 3)], ids=" ".join)
def test_roles_are_combined_where_the_law_parts_no_two_of_them(roles: tuple[Role, ...]) -> None:
    if all(set(pair) in COMBINABLE for pair in combinations(roles, 2)):
        check_roles(roles)
    else:
        with pytest.raises(RolesNotCombinable):
            check_roles(roles)


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
