"""Who may see what: the one access check.

Pure: takes a viewer, the catalog and the grants in force and the items asked for; gives which of them are given and
which denied. Never reads the clock, the database or the request, and no setting switches it off.
"""

from hub.access.check import (
    Decision,
    Grant,
    decide,
    may_link,
    may_publish,
    may_search,
    may_see,
    may_submit,
    may_verify,
    refusal,
)
from hub.access.demo import demo_grants
from hub.access.viewer import Role, Viewer, check_roles, roles_named

__all__ = [
    "Decision",
    "Grant",
    "Role",
    "Viewer",
    "check_roles",
    "decide",
    "demo_grants",
    "may_link",
    "may_publish",
    "may_search",
    "may_see",
    "may_submit",
    "may_verify",
    "refusal",
    "roles_named",
]
