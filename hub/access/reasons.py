"""Say why an item is not given, so that who asks knows what to do about it.

Pure: takes what access is decided by and an item; gives a reason, or the error that tells it. Explains what the check
decided, and decides nothing itself.
"""

from collections.abc import Iterable
from enum import StrEnum

from hub.access.check import USERS, Access, decide, leaves_under
from hub.access.grant import Grant, GrantState
from hub.access.purposes import code_of, prohibitions, purposes_named
from hub.catalog import EntityKind, Need, SharingMode, SharingType
from hub.errors import FieldForbidden, FieldNotForPurpose, FieldNotGranted

QUERY = SharingMode.QUERY
CATALOG = "the sharing catalog"
"""What forbids an item whose terms name no basis."""


class Withheld(StrEnum):
    """Why an item is not given, the first that applies."""

    UNKNOWN_ITEM = "UNKNOWN_ITEM"
    FORBIDDEN_PURPOSE = "FORBIDDEN_PURPOSE"
    ROLE = "ROLE"
    NOT_SHARED = "NOT_SHARED"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    NO_GRANT = "NO_GRANT"
    REVOKED = "REVOKED"
    ENDED = "ENDED"
    PENDING = "PENDING"
    OTHER_PURPOSE = "OTHER_PURPOSE"
    UNIT_HEAD = "UNIT_HEAD"
    CONSENT = "CONSENT"
    DIVISION = "DIVISION"


_STATES = {
    GrantState.REVOKED: Withheld.REVOKED,
    GrantState.ENDED: Withheld.ENDED,
    GrantState.PENDING: Withheld.PENDING,
}


def why_not(access: Access, kind: EntityKind, leaf: str) -> Withheld | None:
    """Why ``leaf`` is not given of every entity that the viewer sees."""
    decision = decide(access, kind, [leaf])
    if leaf in decision.given:
        return None
    if leaf in decision.perhaps:
        return Withheld.CONSENT if leaf in decision.consent_items else Withheld.DIVISION
    return _withheld(access, kind, leaf)


def refusal(
    access: Access, kind: EntityKind, item: str | None = None, mode: SharingMode = QUERY
) -> FieldNotGranted | FieldForbidden | FieldNotForPurpose:
    """The error of an item that is denied, a leaf or a record type; without one, of a kind that is denied whole."""
    name = f"{kind.type_name}.{item}" if item else kind.type_name
    if item and (basis := _forbidden_by(access, kind, item)):
        return FieldForbidden(item=name, basis=basis)
    if _is_for_others(access, kind, item, mode):
        return FieldNotForPurpose(item=name)
    return FieldNotGranted(item=name)


def _is_for_others(access: Access, kind: EntityKind, item: str | None, mode: SharingMode) -> bool:
    """Whether an item would be given but for the purpose named."""
    code, leaves = code_of(access.viewer.purpose), access.catalog.sharing[kind]
    for_others = {
        leaf
        for grant in access.rights.held_by(access.viewer)
        if grant.purpose not in ("", code)
        for leaf in grant.items
    }
    asked = for_others.intersection(leaves_under(leaves, item) if item else leaves)
    return any(_withheld(access, kind, leaf, mode) is Withheld.OTHER_PURPOSE for leaf in asked)


def _forbidden_by(access: Access, kind: EntityKind, item: str) -> str | None:
    """The law, or else the terms of sharing, by which all of an item is forbidden for the purpose named."""
    for prohibition in prohibitions(access.catalog.model, access.viewer.purpose, kind):
        if prohibition.forbids(item):
            return prohibition.basis
    terms = access.catalog.sharing[kind]
    leaves = list(leaves_under(terms, item))
    if leaves and all(_is_forbidden(access, kind, leaf) for leaf in leaves):
        return terms[leaves[0]].basis or CATALOG
    return None


def _is_forbidden(access: Access, kind: EntityKind, leaf: str) -> bool:
    named = purposes_named(access.catalog.model, access.viewer.purpose)
    return not named.isdisjoint(access.catalog.forbidden(kind, leaf))


def _withheld(access: Access, kind: EntityKind, leaf: str, mode: SharingMode = QUERY) -> Withheld:
    """Why the check, which gives ``leaf`` of no entity, does not."""
    return _by_catalog(access, kind, leaf, mode) or _by_grants(access, kind, leaf, mode)


def _by_catalog(access: Access, kind: EntityKind, leaf: str, mode: SharingMode) -> Withheld | None:
    """What of the catalog and of the viewer's role keeps the item back, whatever is granted."""
    terms = access.catalog.sharing[kind].get(leaf)
    if terms is None:
        return Withheld.UNKNOWN_ITEM
    if _is_forbidden(access, kind, leaf):
        return Withheld.FORBIDDEN_PURPOSE
    if not USERS[mode] & access.viewer.roles:
        return Withheld.ROLE
    if terms.type is SharingType.NOT_SHARED or mode not in terms.modes:
        return Withheld.NOT_SHARED
    return Withheld.OUT_OF_SCOPE if terms.scope and access.viewer.agency not in terms.scope else None


def _by_grants(access: Access, kind: EntityKind, leaf: str, mode: SharingMode) -> Withheld:
    """What the viewer's own grants lack: the one that is nearest to giving the item tells."""
    naming = [
        grant
        for grant in access.rights.held_by(access.viewer)
        if grant.entity is kind and leaf in grant.items and mode in grant.modes and not grant.department
    ]
    standing = [grant for grant in naming if grant.state(access.at) is GrantState.IN_FORCE]
    if not standing:
        return _latest(access, naming)
    if all(grant.purpose not in ("", code_of(access.viewer.purpose)) for grant in standing):
        return Withheld.OTHER_PURPOSE
    needs = access.catalog.sharing[kind][leaf].needs
    return Withheld.UNIT_HEAD if Need.UNIT_HEAD in needs else Withheld.DIVISION


def _latest(access: Access, naming: Iterable[Grant]) -> Withheld:
    """Why none of the grants that name an item is in force; where there is none, that there is none."""
    states = {grant.state(access.at) for grant in naming}
    return next((_STATES[state] for state in _STATES if state in states), Withheld.NO_GRANT)
