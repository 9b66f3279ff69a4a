"""Who may see what: the one access check.

Pure: takes a viewer, the catalog, the rights there are and the items asked for; gives which of them are given, which
denied and which masked. Never reads the clock, the database or the request, and no setting switches it off.
"""

from hub.access.areas import ANYWHERE, Areas
from hub.access.check import (
    VERIFIED,
    Access,
    decide,
    may_audit,
    may_link,
    may_publish,
    may_see_own_accesses,
    may_submit,
)
from hub.access.compiling import compiled, own_view
from hub.access.decision import Decision
from hub.access.demo import demo_grants
from hub.access.extent import Extent, extent_of
from hub.access.grant import EVERY_AGENCY, Approval, Grant, GrantBasis, GrantState, Rights
from hub.access.masking import masked
from hub.access.purposes import code_of
from hub.access.reasons import refusal
from hub.access.viewer import Role, Viewer, check_roles, roles_named

__all__ = [
    "ANYWHERE",
    "EVERY_AGENCY",
    "VERIFIED",
    "Access",
    "Approval",
    "Areas",
    "Decision",
    "Extent",
    "Grant",
    "GrantBasis",
    "GrantState",
    "Rights",
    "Role",
    "Viewer",
    "check_roles",
    "code_of",
    "compiled",
    "decide",
    "demo_grants",
    "extent_of",
    "masked",
    "may_audit",
    "may_link",
    "may_publish",
    "may_see_own_accesses",
    "may_submit",
    "own_view",
    "refusal",
    "roles_named",
]
