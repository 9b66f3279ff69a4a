"""Who may see what: the one access check.

Pure: takes a viewer, the catalog and the grants in force and the items asked for; gives which of them are given and
which denied. Never reads the clock, the database or the request, and no setting switches it off.
"""

from hub.access.check import (
    Decision,
    Grant,
    Role,
    Viewer,
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

__all__ = [
    "Decision",
    "Grant",
    "Role",
    "Viewer",
    "decide",
    "demo_grants",
    "may_link",
    "may_publish",
    "may_search",
    "may_see",
    "may_submit",
    "may_verify",
    "refusal",
]
